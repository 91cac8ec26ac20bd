package org.aragora.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The structure of the whole repository, read from the classes of all modules. */
class StructureTest {
  private static final String ROOT = "org.aragora.telemetry.";
  private static final int PACKAGE_CLASSES = 12;
  private static final int CONSTRUCTOR_PARAMETERS = 5;

  /** Modules that a module may use, by the first segment of their packages; others assemble. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "schemas", Set.of(),
          "counting", Set.of("schemas"),
          "chassis", Set.of("schemas"),
          "producer", Set.of("schemas", "chassis"),
          "processor", Set.of("schemas", "counting", "chassis"),
          "replay", Set.of("schemas", "counting", "chassis"),
          "exporter", Set.of("schemas", "chassis"),
          "testbed", Set.of("schemas", "chassis"),
          "doctor", Set.of("schemas", "chassis", "testbed"));

  private static final List<JavaClass> CLASSES = classes();

  private static List<JavaClass> classes() {
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    Path root = Path.of("").toAbsolutePath().getParent();
    try (var modules = Files.list(root)) {
      // A module of a profile is not built here.
      String pom = Files.readString(root.resolve("pom.xml"));
      String built = pom.substring(0, pom.indexOf("<profiles>"));
      List<Path> compiled =
          modules
              .filter(module -> Files.isDirectory(module.resolve("src/main/java")))
              .filter(module -> built.contains("<module>" + module.getFileName() + "</module>"))
              .map(module -> module.resolve("target/classes"))
              .toList();
      assertThat(compiled).hasSizeGreaterThanOrEqualTo(12).allMatch(Files::isDirectory);
      return List.copyOf(new ClassFileImporter().importPaths(compiled));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void modulesUseOnlyWhatStandsUnderThem() {
    Set<String> wrong =
        CLASSES.stream()
            .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
            .filter(d -> isOurs(d.getTargetClass()))
            .filter(
                d -> {
                  String from = module(d.getOriginClass());
                  String to = module(d.getTargetClass());
                  return !from.equals(to)
                      && MAY_USE.containsKey(from)
                      && !MAY_USE.get(from).contains(to);
                })
            .map(d -> d.getDescription())
            .collect(Collectors.toSet());
    assertThat(wrong).isEmpty();
  }

  /** A host of the producer library gets no chassis; its command line alone stands on it. */
  @Test
  void theProducerLibraryWorksWithoutTheChassis() {
    Set<String> users =
        CLASSES.stream()
            .filter(c -> module(c).equals("producer"))
            .filter(
                c ->
                    c.getDirectDependenciesFromSelf().stream()
                        .anyMatch(d -> module(d.getTargetClass()).equals("chassis")))
            .map(JavaClass::getName)
            .collect(Collectors.toSet());
    assertThat(users).allMatch(name -> name.startsWith(ROOT + "producer.EmitMain"));
  }

  @Test
  void noPackageHasMoreThanTwelveClasses() {
    Map<String, Long> sizes =
        CLASSES.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(c -> !c.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertThat(new TreeMap<>(sizes))
        .allSatisfy((name, size) -> assertThat(size).as(name).isLessThanOrEqualTo(PACKAGE_CLASSES));
  }

  @Test
  void noPackageIsACellar() {
    assertThat(CLASSES)
        .allSatisfy(
            c ->
                assertThat(Arrays.asList(c.getPackageName().split("\\.")))
                    .doesNotContain("core", "common", "util", "impl"));
  }

  @Test
  void noConstructorHasMoreThanFiveParameters() {
    Set<String> wide =
        CLASSES.stream()
            .filter(c -> !c.isRecord() && !c.isEnum() && !c.isAnonymousClass() && !c.isLocalClass())
            .flatMap(c -> c.getConstructors().stream())
            .filter(c -> !c.getModifiers().contains(JavaModifier.SYNTHETIC))
            .filter(c -> declaredParameters(c) > CONSTRUCTOR_PARAMETERS)
            .map(JavaConstructor::getFullName)
            .collect(Collectors.toSet());
    assertThat(wide).isEmpty();
  }

  /** Without the enclosing object that the compiler adds. */
  private static int declaredParameters(JavaConstructor constructor) {
    JavaClass owner = constructor.getOwner();
    boolean inner = owner.isNestedClass() && !owner.getModifiers().contains(JavaModifier.STATIC);
    return constructor.getRawParameterTypes().size() - (inner ? 1 : 0);
  }

  private static boolean isOurs(JavaClass c) {
    return c.getPackageName().startsWith(ROOT);
  }

  private static String module(JavaClass c) {
    return c.getPackageName().startsWith(ROOT)
        ? c.getPackageName().substring(ROOT.length()).split("\\.", 2)[0]
        : "";
  }
}
