package org.aragora.telemetry.testbed.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that last as long as a run. */
public final class TempResources {

  private TempResources() {}

  /** Creates a temporary directory whose name starts with {@code prefix}. */
  public static Path directory(String prefix) {
    try {
      return Files.createTempDirectory(prefix);
    } catch (IOException e) {
      throw new UncheckedIOException("No temporary directory " + prefix + "* could be made.", e);
    }
  }

  /** Deletes a directory; files that a process still holds open may stay. */
  public static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      // it is a temporary directory
    }
  }
}
