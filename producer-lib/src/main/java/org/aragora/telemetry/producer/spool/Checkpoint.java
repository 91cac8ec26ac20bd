package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.spool.segment.Position;
import org.jspecify.annotations.Nullable;

/**
 * The settled end of a topic's log, and the next number of every partition there. Every event's
 * partition and number follow from it and the log behind it, so numbers are not written down.
 *
 * @param settled everything before is acknowledged or given up
 * @param next next number of each partition at that place; its length is the partition count
 */
record Checkpoint(Position settled, List<Long> next) {
  private static final String FILE = "state";
  private static final String COPY = "state.copy";
  private static final String FORMAT = "aragora-spool 1";

  Checkpoint {
    next = List.copyOf(next);
  }

  static Checkpoint of(Position settled, long[] next) {
    return new Checkpoint(settled, Arrays.stream(next).boxed().toList());
  }

  long[] numbers() {
    return next.stream().mapToLong(Long::longValue).toArray();
  }

  void write(Path directory, Fsync fsync) throws IOException {
    String text =
        FORMAT
            + "\nsegment "
            + settled.segment()
            + "\noffset "
            + settled.offset()
            + "\nnext "
            + next.stream().map(String::valueOf).collect(Collectors.joining(" "))
            + "\n";
    String whole = text + "crc " + checksum(text) + "\n";
    byte[] bytes = whole.getBytes(StandardCharsets.US_ASCII);
    Disk.replace(directory.resolve(COPY), bytes, fsync);
    Disk.replace(directory.resolve(FILE), bytes, fsync);
  }

  /**
   * Reads the checkpoint of a topic's log.
   *
   * @return null if none was written, so nothing was sent
   */
  static @Nullable Checkpoint read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Path copy = directory.resolve(COPY);
    Checkpoint found = Files.exists(file) ? parse(file) : null;
    if (found == null && Files.exists(copy)) {
      found = parse(copy);
    }
    if (found == null && (Files.exists(file) || Files.exists(copy))) {
      throw new IOException("Neither the spool's " + file + " nor its copy can be read.");
    }
    return found;
  }

  /** Reads one of the two files; null if it is damaged. */
  private static @Nullable Checkpoint parse(Path file) throws IOException {
    String whole = Files.readString(file, StandardCharsets.ISO_8859_1);
    try {
      int end = whole.indexOf("crc ");
      String text = whole.substring(0, end);
      String[] lines = text.split("\n", -1);
      if (lines[0].equals(FORMAT) && whole.equals(text + "crc " + checksum(text) + "\n")) {
        return new Checkpoint(
            new Position(number(lines[1]), number(lines[2])),
            Arrays.stream(value(lines[3]).split(" ")).map(Long::valueOf).toList());
      }
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      // damaged
    }
    return null;
  }

  private static String value(String line) {
    return line.substring(line.indexOf(' ') + 1);
  }

  private static long number(String line) {
    return Long.parseLong(value(line));
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    return Long.toHexString(crc.getValue());
  }
}
