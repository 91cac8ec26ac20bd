package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.aragora.telemetry.producer.disk.Disk;

/** Keeps bytes of a log that cannot be read, one file for each place, for a person to repair it. */
public final class DamagedBytes {
  private static final int CHUNK_BYTES = 64 * 1024;

  /** Keeps nothing. */
  public static final DamagedBytes NONE =
      new DamagedBytes(Path.of(""), Path.of("a", "b"), sentence -> {});

  private final Path directory;
  private final String log;
  private final Consumer<String> notes;

  /**
   * A keeper for one log.
   *
   * @param log directory of a run's topic; epoch and topic are the beginning of the files' names
   * @param notes receives a sentence per place
   */
  public DamagedBytes(Path directory, Path log, Consumer<String> notes) {
    int names = log.getNameCount();
    this.directory = directory;
    this.log = log.getName(names - 2) + "." + log.getName(names - 1);
    this.notes = notes;
  }

  /** Copies a part of a file; a failure costs the copy only. */
  void keep(SegmentFile in, String segment, long from, long to) {
    if (from >= to || this == NONE) {
      return;
    }
    Path file = directory.resolve(log + "." + segment + "." + from);
    String where = "The spool's log " + log + " is damaged at byte " + from + " of file " + segment;
    try {
      Disk.createPrivate(directory);
      try (OutputStream out = Files.newOutputStream(file)) {
        for (long at = from; at < to; at += CHUNK_BYTES) {
          byte[] bytes = in.bytes(at, (int) Math.min(CHUNK_BYTES, to - at), to);
          if (bytes == null) {
            break;
          }
          out.write(bytes);
        }
      }
      notes.accept(where + "; a copy is kept in " + file + ".");
    } catch (IOException e) {
      notes.accept(where + "; no copy is kept: " + e.getMessage());
    }
  }
}
