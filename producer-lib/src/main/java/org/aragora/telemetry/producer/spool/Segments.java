package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The files of a topic's log: numbered from 1, each with a head that names the format. */
final class Segments {
  /** First bytes of every file; another format has another last digit. */
  private static final byte[] MAGIC = "ATSPOOL1".getBytes(StandardCharsets.US_ASCII);

  static final int HEAD_BYTES = MAGIC.length;

  private static final String SUFFIX = ".log";

  private Segments() {}

  static byte[] head() {
    return MAGIC.clone();
  }

  static Path file(Path directory, long segment) {
    return directory.resolve(String.format("%010d%s", segment, SUFFIX));
  }

  /** Numbers of the files that are there, in order. */
  static List<Long> list(Path directory) throws IOException {
    List<Long> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        segments.add(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())));
      }
    }
    Collections.sort(segments);
    return segments;
  }
}
