package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Serving depends on no other room, and on the pipeline only the root. */
class ArchitectureTest {
  private static final String ROOT = ArchitectureTest.class.getPackageName();
  private static final JavaClasses CLASSES = ownClasses();

  private static JavaClasses ownClasses() {
    // The dependencies of Kafka's classes do not matter and take seconds to read.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .importUrl(ProcessorMain.class.getProtectionDomain().getCodeSource().getLocation());
  }

  @Test
  void servingDependsOnNothingButFactsAboutTheBroker() {
    assertThat(dependencies())
        .filteredOn(d -> d.from.equals("serve") && !d.to.equals("serve") && !d.to.equals("flow"))
        .isEmpty();
  }

  @Test
  void thePipelineDependsOnServingAndNotOnItsHost() {
    assertThat(dependencies())
        .filteredOn(d -> d.from.equals("pipeline"))
        .extracting(Between::to)
        .contains("serve", "flow")
        .doesNotContain("");
  }

  @Test
  void factsAboutTheBrokerDependOnNothing() {
    assertThat(dependencies())
        .filteredOn(d -> d.from.equals("flow") && !d.to.equals("flow"))
        .isEmpty();
  }

  @Test
  void roomsFormNoCycle() {
    SlicesRuleDefinition.slices()
        .matching(ROOT + ".(*)..")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
    assertThat(dependencies())
        .filteredOn(d -> d.to.isEmpty())
        .extracting(Between::from)
        .containsOnly("");
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
