package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.Place;

/**
 * Writes a log of the first format again in this one. A crash on the way leaves the old one or the
 * new one under its name.
 */
public final class Conversion {
  private static final long SEGMENT_BYTES = 8 * 1024 * 1024;

  private final Path directory;
  private final Path fresh;
  private final Path old;
  private long ordinal;

  private Conversion(Path directory) {
    this.directory = directory;
    this.fresh = directory.resolveSibling("." + directory.getFileName() + ".new");
    this.old = directory.resolveSibling("." + directory.getFileName() + ".old");
  }

  /**
   * Converts a topic's log if it is of the first format.
   *
   * @return events that are lost in damage, as far as they can be counted
   */
  public static long run(Path directory, DamagedBytes aside) throws IOException {
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
      if (!logs.iterator().hasNext()) {
        return 0;
      }
    }
    return new Conversion(directory).convert(aside);
  }

  private long convert(DamagedBytes aside) throws IOException {
    Disk.delete(fresh);
    Disk.delete(old);
    Disk.createPrivate(fresh);
    FormatOne log = new FormatOne(directory, aside);
    long lost;
    try (SegmentWriter writer = new SegmentWriter(fresh, SEGMENT_BYTES, Fsync.ALWAYS)) {
      lost =
          log.readAll(
              (event, numbering) -> {
                Place place = numbering == null ? null : numbering.place(event);
                byte[] frame = Frame.of(event);
                Frame.complete(frame, ++ordinal, place);
                Position unused = writer.append(frame, ordinal);
                if (numbering != null && place != null) {
                  numbering.passed(place);
                }
              });
      writer.sync(new Position(Long.MAX_VALUE, 0));
    }
    if (log.isPinned()) {
      try (Places.Writer places = new Places.Writer(fresh, Fsync.ALWAYS)) {
        places.publish();
      }
    }
    // An atomic move replaces no directory that is not empty, so there are two moves.
    Files.move(directory, old, StandardCopyOption.ATOMIC_MOVE);
    Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
    Disk.delete(old);
    return lost;
  }

  /** Ends a conversion that a crash has cut off between its two moves. */
  public static void finish(Path run) throws IOException {
    try (DirectoryStream<Path> moved = Files.newDirectoryStream(run, ".*.old")) {
      for (Path old : moved) {
        String name = old.getFileName().toString();
        Path directory = run.resolve(name.substring(1, name.length() - ".old".length()));
        if (Files.notExists(directory)) {
          Files.move(
              run.resolve("." + directory.getFileName() + ".new"),
              directory,
              StandardCopyOption.ATOMIC_MOVE);
        }
        Disk.delete(old);
      }
    }
  }
}
