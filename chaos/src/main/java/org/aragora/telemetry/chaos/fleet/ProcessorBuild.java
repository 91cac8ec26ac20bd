package org.aragora.telemetry.chaos.fleet;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Classes of one version of the processor.
 *
 * @param name for people
 */
public record ProcessorBuild(String name, String classPath) {
  private static final Pattern JAR =
      Pattern.compile(
          "(aragora-telemetry-)?stream-processor-.*(?<!-(sources|javadoc|tests))\\.jar");

  /** The version of this program. */
  public static ProcessorBuild own() {
    return new ProcessorBuild("new", System.getProperty("java.class.path", ""));
  }

  /**
   * The version in another checkout, as {@code bin/telemetry build} leaves it there.
   *
   * @throws IllegalArgumentException if the processor is not built there
   */
  public static ProcessorBuild in(Path checkout) {
    Path target = checkout.toAbsolutePath().resolve("stream-processor/target");
    List<Path> jars = List.of();
    if (Files.isDirectory(target.resolve("lib"))) {
      try (Stream<Path> files = Files.list(target)) {
        jars = files.filter(file -> JAR.matcher(file.getFileName().toString()).matches()).toList();
      } catch (IOException e) {
        throw new UncheckedIOException("The jars in " + target + " cannot be listed.", e);
      }
    }
    if (jars.size() != 1) {
      throw new IllegalArgumentException(
          "There is no built processor in %s; run bin/telemetry build there.".formatted(checkout));
    }
    return new ProcessorBuild(
        "old", jars.get(0) + File.pathSeparator + target.resolve("lib") + File.separator + "*");
  }
}
