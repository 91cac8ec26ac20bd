package org.aragora.telemetry.producer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Input of the command, which a signal can end. A thread of its own reads it, because a read of a
 * pipe cannot be interrupted. Read by one thread; any may call {@link #stop}.
 */
final class EmitInput extends InputStream {
  private static final int CHUNK_BYTES = 65_536;
  private static final int CHUNKS = 16;
  private static final byte[] END = {};

  /** Time that the writer of a pipe has to end after a signal that it got too. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long POLL_MS = 50;

  private final InputStream source;
  private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS);
  private volatile @Nullable IOException failure;
  private volatile @Nullable Long stopped;
  private byte[] chunk = {0};
  private int position = 1;
  private boolean cut;

  private EmitInput(InputStream source) {
    this.source = source;
  }

  /** Starts to read. */
  static EmitInput of(InputStream source) {
    EmitInput input = new EmitInput(source);
    Thread pump = new Thread(input::pump, "aragora-emit-input");
    pump.setDaemon(true);
    pump.start();
    return input;
  }

  private void pump() {
    try {
      byte[] buffer = new byte[CHUNK_BYTES];
      for (int read = source.read(buffer); read >= 0; read = source.read(buffer)) {
        if (read > 0) {
          chunks.put(Arrays.copyOf(buffer, read));
        }
      }
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      failure = new InterruptedIOException("interrupted");
    } finally {
      end();
    }
  }

  private void end() {
    try {
      chunks.put(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the input in a second, whatever follows. */
  void stop() {
    stopped = System.nanoTime();
  }

  /** True if {@link #stop} ended it before its end. */
  boolean wasCut() {
    return cut;
  }

  @Override
  public int read() throws IOException {
    if (position == chunk.length && chunk.length > 0) {
      chunk = next();
      position = 0;
    }
    return chunk.length == 0 ? -1 : chunk[position++] & 0xFF;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int first = length == 0 ? 0 : read();
    if (length == 0 || first < 0) {
      return first;
    }
    to[offset] = (byte) first;
    int more = Math.min(length - 1, chunk.length - position);
    System.arraycopy(chunk, position, to, offset + 1, more);
    position += more;
    return more + 1;
  }

  private byte[] next() throws IOException {
    try {
      for (byte[] next = null; ; ) {
        Long since = stopped;
        cut = since != null && System.nanoTime() - since > GRACE_NANOS;
        next = cut ? END : chunks.poll(POLL_MS, TimeUnit.MILLISECONDS);
        if (next == END && !cut) {
          IOException cause = failure;
          if (cause != null) {
            throw cause;
          }
        }
        if (next != null) {
          return next;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
