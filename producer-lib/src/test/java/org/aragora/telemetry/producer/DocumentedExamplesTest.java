package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles the Java blocks of README.md and docs/. A block is either whole classes, or statements
 * of a method that has a producer named {@code telemetry}.
 */
class DocumentedExamplesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```");
  private static final Pattern TYPE = Pattern.compile("(?m)^(public |final )*(class|record|enum) ");
  @TempDir static Path classes;

  @TestFactory
  Stream<DynamicTest> javaBlockCompiles() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      while (block.find()) {
        String code = block.group(1);
        String name = ROOT.relativize(page) + ": " + code.lines().findFirst().orElse("");
        tests.add(DynamicTest.dynamicTest(name, () -> assertThat(errors(code)).isEmpty()));
      }
    }
    assertThat(tests).as("Java blocks in README.md and docs/").isNotEmpty();
    return tests.stream();
  }

  @Test
  void callOfAMissingMethodIsReported() {
    assertThat(errors("telemetry.requestCompleted(\"r-1\", 200);\n"))
        .singleElement()
        .asString()
        .contains("requestCompleted");
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(ROOT.resolve("README.md")),
              docs.filter(path -> path.toString().endsWith(".md")).sorted())
          .toList();
    }
  }

  private static List<String> errors(String code) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    compiler
        .getTask(
            null,
            null,
            found,
            List.of("-proc:none", "-implicit:none", "-d", classes.toString(), "-cp", classPath()),
            null,
            List.of(source(code)))
        .call();
    return found.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(diagnostic -> diagnostic.getMessage(Locale.ROOT))
        .toList();
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static JavaFileObject source(String code) {
    String body =
        TYPE.matcher(code).find()
            ? imports() + code
            : imports() + "class Example { void run(" + parameter(code) + ") {\n" + code + "} }";
    return new SimpleJavaFileObject(
        URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return body;
      }
    };
  }

  /** Imports of all our packages, so that a block needs none. */
  private static String imports() {
    StringBuilder imports = new StringBuilder("import java.time.*;\nimport java.util.*;\n");
    for (String module : List.of("schemas", "producer-lib")) {
      Path sources = ROOT.resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        files
            .filter(file -> file.endsWith("package-info.java"))
            .map(file -> sources.relativize(file.getParent()).toString())
            .forEach(
                name -> imports.append("import ").append(name.replace('/', '.')).append(".*;\n"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return imports.toString();
  }

  /** The producer, unless the block declares its own. */
  private static String parameter(String code) {
    return code.contains("TelemetryProducer telemetry") ? "" : "TelemetryProducer telemetry";
  }
}
