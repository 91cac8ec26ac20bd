package org.aragora.telemetry.counting;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Counting is pure, and its stages meet in {@link PartitionCounter} alone. */
class ArchitectureTest {
  private static final String ROOT = ArchitectureTest.class.getPackageName();
  private static final Set<String> STAGES = Set.of("ingest", "measure", "aggregate");

  /** The store interface with the types in its signatures, and the header of a record. */
  private static final Set<String> KAFKA =
      Set.of(
          "org.apache.kafka.common.header.Header",
          "org.apache.kafka.common.utils.Bytes",
          "org.apache.kafka.common.serialization.BytesSerializer",
          "org.apache.kafka.common.serialization.Serializer",
          "org.apache.kafka.streams.KeyValue",
          "org.apache.kafka.streams.processor.StateStore",
          "org.apache.kafka.streams.processor.StateStoreContext",
          "org.apache.kafka.streams.state.KeyValueIterator",
          "org.apache.kafka.streams.state.KeyValueStore");

  private static final JavaClasses CLASSES = ownClasses();

  private static JavaClasses ownClasses() {
    // The dependencies of Kafka's classes do not matter here and take seconds to read.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .importUrl(PartitionCounter.class.getProtectionDomain().getCodeSource().getLocation());
  }

  @Test
  void countingUsesNothingOfKafkaButStoresAndHeaders() {
    assertThat(dependencies())
        .filteredOn(d -> target(d).startsWith("org.apache.kafka"))
        .filteredOn(d -> !KAFKA.contains(target(d)))
        .extracting(Dependency::getDescription)
        .isEmpty();
  }

  @Test
  void countingHasNoClockAndNoThread() {
    assertThat(dependencies())
        .filteredOn(
            d ->
                target(d).startsWith("java.util.concurrent")
                    || Set.of("java.time.Clock", "java.lang.Thread", "java.util.Timer")
                        .contains(target(d)))
        .extracting(Dependency::getDescription)
        .isEmpty();
    assertThat(classes().flatMap(c -> c.getAccessesFromSelf().stream()))
        .filteredOn(
            access ->
                access
                    .getTarget()
                    .getFullName()
                    .matches(".*(System\\.(nanoTime|currentTimeMillis)|Instant\\.now)\\(.*"))
        .extracting(JavaAccess::getDescription)
        .isEmpty();
  }

  @Test
  void aStageDependsOnNoOtherStage() {
    assertThat(dependencies())
        .filteredOn(d -> STAGES.contains(room(d.getOriginClass())))
        .filteredOn(d -> target(d).startsWith(ROOT))
        .filteredOn(d -> !room(d.getOriginClass()).equals(room(d.getTargetClass())))
        .filteredOn(
            d -> STAGES.contains(room(d.getTargetClass())) || room(d.getTargetClass()).isEmpty())
        .extracting(Dependency::getDescription)
        .isEmpty();
  }

  @Test
  void theCounterDependsOnAllStages() {
    assertThat(dependencies())
        .filteredOn(d -> room(d.getOriginClass()).isEmpty())
        .extracting(d -> room(d.getTargetClass()))
        .containsAll(STAGES);
  }

  private static List<Dependency> dependencies() {
    return classes().flatMap(c -> c.getDirectDependenciesFromSelf().stream()).toList();
  }

  private static Stream<JavaClass> classes() {
    return CLASSES.stream();
  }

  private static String target(Dependency dependency) {
    return dependency.getTargetClass().getName();
  }

  /** The package under the root; empty for the root and for classes of others. */
  private static String room(JavaClass of) {
    String name = of.getPackageName();
    return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : "";
  }
}
