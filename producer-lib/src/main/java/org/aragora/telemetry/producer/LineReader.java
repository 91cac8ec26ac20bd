package org.aragora.telemetry.producer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a stream as bytes, each up to a limit, so that a file without line ends fits into
 * memory.
 */
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
   * Reads the next line.
   *
   * @return the line without its end, cut at the limit; null at the end of the stream
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

  /** True if the line read last was over the limit. */
  boolean wasTooLong() {
    return tooLong;
  }
}
