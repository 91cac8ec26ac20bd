package org.aragora.telemetry.testbed.receiver;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The lines that came last, at most 2,000 of 8 MB. A line that comes again is kept once. Not
 * thread-safe.
 */
final class LastLines {
  static final int MAX_LINES = 2000;
  private static final long MAX_BYTES = 8 << 20;

  private final Set<KeptLine> lines = new LinkedHashSet<>();
  private long bytes;

  void add(KeptLine line) {
    if (lines.add(line)) {
      bytes += line.bytes();
      Iterator<KeptLine> oldest = lines.iterator();
      while (lines.size() > MAX_LINES || bytes > MAX_BYTES) {
        bytes -= oldest.next().bytes();
        oldest.remove();
      }
    }
  }

  Stream<KeptLine> stream() {
    return lines.stream();
  }

  long bytes() {
    return bytes;
  }
}
