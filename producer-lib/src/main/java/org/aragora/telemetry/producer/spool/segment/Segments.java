package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The files of a topic's log, each named by the ordinal of its first event. So a file that is gone
 * is seen as events that are gone.
 */
public final class Segments {
  /** First bytes of every file; another format has another last digit and another suffix. */
  private static final byte[] MAGIC = "ATSPOOL2".getBytes(StandardCharsets.US_ASCII);

  public static final int HEAD_BYTES = MAGIC.length;

  private static final String SUFFIX = ".events";

  private Segments() {}

  static byte[] head() {
    return MAGIC.clone();
  }

  /** The file that begins with an event. */
  public static Path file(Path directory, long first) {
    return directory.resolve(String.format("%020d%s", first, SUFFIX));
  }

  /** First ordinals of the files that are there; none if the directory is gone. */
  public static NavigableSet<Long> list(Path directory) throws IOException {
    NavigableSet<Long> firsts = new TreeSet<>();
    if (!Files.isDirectory(directory)) {
      return Collections.emptyNavigableSet();
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String digits = name.substring(0, name.length() - SUFFIX.length());
        if (digits.matches("[0-9]{1,18}|0[0-9]{19}")) {
          firsts.add(Long.parseLong(digits));
        }
      }
    } catch (NoSuchFileException e) {
      return Collections.emptyNavigableSet();
    }
    return firsts;
  }
}
