package org.aragora.telemetry.producer.logback;

import java.util.ArrayDeque;
import java.util.Queue;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.jspecify.annotations.Nullable;

/** Lines from before a producer was installed; the first ones stay. */
final class EarlyLines {
  private static final int LINES = 1_000;
  private static final int CHARACTERS = 1_000_000;

  private final Queue<LineEvent> lines = new ArrayDeque<>();
  private int characters;

  synchronized void keep(LineEvent line) {
    int length = line.data().message().length();
    if (lines.size() < LINES && characters + length <= CHARACTERS) {
      lines.add(line);
      characters += length;
    }
  }

  /** Sends and forgets them. Does not hold the lock meanwhile: emit may call the host. */
  void sendTo(TelemetryProducer telemetry) {
    for (LineEvent line = next(); line != null; line = next()) {
      line.sendTo(telemetry);
    }
  }

  private synchronized @Nullable LineEvent next() {
    LineEvent line = lines.poll();
    characters -= line == null ? 0 : line.data().message().length();
    return line;
  }
}
