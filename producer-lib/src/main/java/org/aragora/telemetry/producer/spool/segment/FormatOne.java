package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.aragora.telemetry.producer.lane.Numbering;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Reads logs of the first format, {@code NUMBER.log}. Its frames hold neither ordinal nor number:
 * numbers follow from the numbers in {@code state} and the keys in order. So what lies behind
 * damage has an unknown number; it is lost if some of it may have gone out.
 */
final class FormatOne {
  private static final int HEAD_BYTES = 8;
  private static final int LEAST_BODY_BYTES = 5;
  private static final String STATE =
      "aragora-spool 1\nsegment (\\d+)\noffset (\\d+)\nnext ([\\d ]+)\n";

  private final DamagedBytes aside;
  private final TreeMap<Long, Path> files = new TreeMap<>();
  private final @Nullable Numbering numbering;
  private final boolean unreadableState;
  private long segment;
  private long offset = HEAD_BYTES;
  private long lost;

  /** Takes an event with the numbers that it has; null: it has none. */
  interface Sink {
    void add(StampedEvent event, @Nullable Numbering numbering) throws IOException;
  }

  FormatOne(Path directory, DamagedBytes aside) throws IOException {
    this.aside = aside;
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
      for (Path log : logs) {
        files.put(Long.parseLong(log.getFileName().toString().replace(".log", "")), log);
      }
    }
    Path state = directory.resolve("state");
    long[] next =
        Files.exists(state) ? read(Files.readString(state, StandardCharsets.ISO_8859_1)) : null;
    this.unreadableState = next == null && Files.exists(state);
    this.numbering = next == null ? null : Numbering.resuming(next);
  }

  private long @Nullable [] read(String whole) {
    var state = java.util.regex.Pattern.compile("(" + STATE + ")crc ([0-9a-f]+)\n").matcher(whole);
    if (!state.matches()) {
      return null;
    }
    byte[] text = state.group(1).getBytes(StandardCharsets.US_ASCII);
    if (!Long.toHexString(checksum(text, 0, text.length) & 0xFFFFFFFFL).equals(state.group(5))) {
      return null;
    }
    segment = Long.parseLong(state.group(2));
    offset = Long.parseLong(state.group(3));
    return Arrays.stream(state.group(4).split(" ")).mapToLong(Long::parseLong).toArray();
  }

  /** True if some of its events may have gone out, so that each has a number. */
  boolean isPinned() {
    return numbering != null || unreadableState;
  }

  /**
   * Reads all that is not settled.
   *
   * @return events that are lost, as far as they can be counted
   */
  long readAll(Sink sink) throws IOException {
    boolean known = !unreadableState;
    for (Map.Entry<Long, Path> file : files.tailMap(segment).entrySet()) {
      long from = file.getKey() == segment ? offset : HEAD_BYTES;
      try (SegmentFile in = SegmentFile.open(file.getValue())) {
        known = readFile(in, file.getValue(), from, known, sink);
      }
    }
    return lost;
  }

  private boolean readFile(SegmentFile in, Path file, long from, boolean known, Sink sink)
      throws IOException {
    boolean numbersKnown = known;
    long limit = in.limit(Long.MAX_VALUE);
    long hole = -1;
    long at = from;
    while (at < limit) {
      byte[] body = body(in, at, limit);
      if (body == null) {
        hole = hole < 0 ? at : hole;
        at++;
        continue;
      }
      if (hole >= 0) {
        aside.keep(in, file.getFileName().toString(), hole, at);
        lost++;
        hole = -1;
        numbersKnown &= numbering == null;
      }
      if (numbersKnown) {
        sink.add(event(body), numbering);
      } else {
        aside.keep(in, file.getFileName().toString(), at, at + HEAD_BYTES + body.length);
        lost++;
      }
      at += HEAD_BYTES + body.length;
    }
    boolean isLast = file.equals(files.lastEntry().getValue());
    if (hole >= 0 && !isLast) {
      aside.keep(in, file.getFileName().toString(), hole, limit);
      lost++;
      numbersKnown &= numbering == null;
    }
    return numbersKnown;
  }

  private static byte @Nullable [] body(SegmentFile in, long at, long limit) throws IOException {
    byte[] head = at + HEAD_BYTES > limit ? null : in.bytes(at, HEAD_BYTES, limit);
    if (head == null) {
      return null;
    }
    int length = ByteBuffer.wrap(head).getInt();
    if (length < LEAST_BODY_BYTES || length > Frame.MAX_BYTES || at + HEAD_BYTES + length > limit) {
      return null;
    }
    byte[] body = in.bytes(at + HEAD_BYTES, length, limit);
    boolean whole =
        body != null && ByteBuffer.wrap(head).getInt(4) == checksum(body, 0, body.length);
    return whole ? body : null;
  }

  private static StampedEvent event(byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    boolean numbered = in.get() == 1;
    byte[] key = new byte[in.getInt()];
    in.get(key);
    byte[] value = new byte[in.remaining()];
    in.get(value);
    return numbered ? StampedEvent.numbered(key, value) : StampedEvent.asIs(key, value);
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
