package org.aragora.telemetry.producer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of a stream as bytes, each up to a limit: a file without line ends is no reason to die. */
final class LineReader {
  private final InputStream in;
  private final int maxBytes;
  private long number;
  private boolean tooLong;

  LineReader(InputStream in, int maxBytes) {
    this.in = in;
    this.maxBytes = maxBytes;
  }

  /**
   * The next line without its end, or null at the end. Of one over the limit only the beginning.
   */
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    tooLong = false;
    int read = in.read();
    if (read < 0) {
      return null;
    }
    number++;
    for (; read >= 0 && read != '\n'; read = in.read()) {
      if (line.size() < maxBytes) {
        line.write(read);
      } else {
        tooLong = true;
      }
    }
    return line.toByteArray();
  }

  /** Number of the line read last, from 1. */
  long number() {
    return number;
  }

  /** Whether the line read last was over the limit. */
  boolean wasTooLong() {
    return tooLong;
  }
}
