package org.aragora.telemetry.testbed.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The wall clock of one process, by libfaketime. Its monotonic clock is not touched, as in a step
 * of a real clock.
 */
public final class FakeClock {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/faketime/libfaketimeMT.so.1"));

  private final Path file;

  /** {@code file}: holds the step; the process reads it once a second. */
  public FakeClock(Path file) {
    this.file = file;
  }

  /** Returns true if this machine can set the clock of a process. */
  public static boolean isInstalled() {
    return library().isPresent();
  }

  private static Optional<Path> library() {
    return PLACES.stream().filter(Files::exists).findFirst();
  }

  /** Drives the clock of a process from its next start on, if libfaketime is installed. */
  public void drive(ServiceProcess process) {
    Optional<Path> library = library();
    if (library.isPresent()) {
      step(0);
      process
          .set("LD_PRELOAD", library.get().toString())
          .set("FAKETIME_TIMESTAMP_FILE", file.toAbsolutePath().toString())
          .set("FAKETIME_CACHE_DURATION", "1")
          .set("FAKETIME_DONT_FAKE_MONOTONIC", "1")
          // Without it every wait of the JVM would spin.
          .set("FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }
  }

  /** Sets the clock ahead of the machine's, or behind it if negative. */
  public void step(int seconds) {
    try {
      Path next =
          Files.writeString(
              file.resolveSibling(file.getFileName() + ".next"), "%+d".formatted(seconds));
      Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("The clock could not be set: " + file, e);
    }
  }
}
