package org.aragora.telemetry.testbed.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that last as long as a broker. */
final class Directories {

  private Directories() {}

  static Path temporary() {
    try {
      return Files.createTempDirectory("aragora-broker-");
    } catch (IOException e) {
      throw new UncheckedIOException("No directory could be made for the broker's data.", e);
    }
  }

  /** Deletes what it can; what a process still holds open is not worth an error. */
  static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      // it is a temporary directory
    }
  }
}
