package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Stages meet in the root package alone; between them travels only what is in {@code flow}. */
class ArchitectureTest {
  private static final String ROOT = ArchitectureTest.class.getPackageName();
  private static final JavaClasses CLASSES = ownClasses();

  private static JavaClasses ownClasses() {
    // What Kafka's classes depend on is of no interest and takes seconds to read.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .importUrl(PipelineTopology.class.getProtectionDomain().getCodeSource().getLocation());
  }

  @Test
  void noStageKnowsAnotherStageOrTheRoot() {
    assertThat(dependencies())
        .filteredOn(d -> !d.from.isEmpty() && !d.to.equals(d.from) && !d.to.equals("flow"))
        .isEmpty();
  }

  @Test
  void whatTravelsKnowsNoStage() {
    assertThat(dependencies())
        .filteredOn(d -> d.from.equals("flow") && !d.to.equals("flow"))
        .isEmpty();
  }

  @Test
  void theStagesAreThereAndTheRootKnowsThem() {
    assertThat(dependencies())
        .filteredOn(d -> d.from.isEmpty())
        .extracting(Between::to)
        .contains("ingest", "measure", "aggregate", "serve", "flow");
  }

  /** A dependency between stages, named by their package under the root; "" is the root. */
  private record Between(String from, String to, String why) {}

  private static List<Between> dependencies() {
    Set<Between> all =
        CLASSES.stream()
            .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
            .filter(d -> d.getTargetClass().getPackageName().startsWith(ROOT))
            .map(
                d ->
                    new Between(
                        stage(d.getOriginClass()), stage(d.getTargetClass()), d.getDescription()))
            .collect(Collectors.toSet());
    return List.copyOf(all);
  }

  private static String stage(JavaClass of) {
    String name = of.getPackageName();
    // What lies below a stage is part of it.
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1).split("\\.", 2)[0];
  }
}
