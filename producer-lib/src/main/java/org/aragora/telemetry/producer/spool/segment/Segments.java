package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.aragora.telemetry.producer.disk.Disk;

/** The files of a topic's log: numbered from 1, each with a head that names the format. */
public final class Segments {
  /** First bytes of every file; another format has another last digit. */
  private static final byte[] MAGIC = "ATSPOOL1".getBytes(StandardCharsets.US_ASCII);

  public static final int HEAD_BYTES = MAGIC.length;

  private static final String LOG = ".log";
  private static final String INDEX = ".index";

  private Segments() {}

  /** First bytes of every file. */
  public static byte[] head() {
    return MAGIC.clone();
  }

  /** The file of a segment. */
  public static Path file(Path directory, long segment) {
    return directory.resolve(String.format("%010d%s", segment, LOG));
  }

  /** The file of a segment's index. */
  static Path index(Path directory, long segment) {
    return directory.resolve(String.format("%010d%s", segment, INDEX));
  }

  /** Bytes of a segment, without its index; 0 if it is not there. */
  public static long size(Path directory, long segment) throws IOException {
    Path file = file(directory, segment);
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** Returns true if a segment or its index is there. */
  static boolean exists(Path directory, long segment) {
    return Files.exists(file(directory, segment)) || Files.exists(index(directory, segment));
  }

  /** Copies a segment and its index into another directory, unless they are there. */
  public static void copy(Path directory, long segment, Path to) throws IOException {
    Disk.createPrivate(to);
    for (Path file : List.of(file(directory, segment), index(directory, segment))) {
      Path copy = to.resolve(file.getFileName());
      if (Files.exists(file) && !Files.exists(copy)) {
        Files.copy(file, copy);
      }
    }
  }

  /** Deletes a segment and its index. */
  public static void delete(Path directory, long segment) throws IOException {
    Files.deleteIfExists(file(directory, segment));
    Files.deleteIfExists(index(directory, segment));
  }

  /** Numbers of the segments that are there, in order, also of those that only have an index. */
  public static List<Long> list(Path directory) throws IOException {
    TreeSet<Long> segments = new TreeSet<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "*{" + LOG + "," + INDEX + "}")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        segments.add(Long.parseLong(name.substring(0, name.indexOf('.'))));
      }
    }
    return List.copyOf(segments);
  }
}
