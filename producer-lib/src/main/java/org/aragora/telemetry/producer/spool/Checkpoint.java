package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;

/**
 * Ordinal up to which the events of a log are acknowledged or given up. Without it, or if it is
 * damaged, the log goes out from its first file on, under the numbers that its events had.
 */
final class Checkpoint {
  private static final String FILE = "state";
  private static final Pattern FORMAT =
      Pattern.compile("(aragora-spool 2\nsettled ([0-9]{1,18})\n)crc ([0-9a-f]{1,8})\n");

  private Checkpoint() {}

  static void write(Path directory, long settled, Fsync fsync) throws IOException {
    String text = "aragora-spool 2\nsettled " + settled + "\n";
    String whole = text + "crc " + checksum(text) + "\n";
    Disk.replace(directory.resolve(FILE), whole.getBytes(StandardCharsets.US_ASCII), fsync);
  }

  /** Reads the checkpoint of a topic's log; 0 if there is none that can be read. */
  static long read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return 0;
    }
    Matcher state = FORMAT.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    boolean whole = state.matches() && checksum(state.group(1)).equals(state.group(3));
    return whole ? Long.parseLong(state.group(2)) : 0;
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    return Long.toHexString(crc.getValue());
  }
}
