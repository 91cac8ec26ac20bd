package org.aragora.telemetry.chassis.page;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One open stream of events. It has one write under way at most. */
final class EventStream {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final EndPoint client;
  private final Response response;
  private final Callback callback;
  private long writeNanos;
  private volatile boolean writing;
  private volatile boolean over;

  EventStream(Request request, Response response, Callback callback) {
    this.client = request.getConnectionMetaData().getConnection().getEndPoint();
    this.response = response;
    this.callback = callback;
  }

  /** Returns true if the client has gone or was dropped. */
  boolean isOver() {
    return over;
  }

  /** Sends an event, leaves it out if the last one is on its way, or drops the client. */
  void send(byte[] event) {
    if (over) {
      return;
    }
    if (writing) {
      if (System.nanoTime() - writeNanos > PATIENCE_NANOS) {
        client.close(new TimeoutException("an event was not read in 5 s"));
      }
      return;
    }
    writing = true;
    writeNanos = System.nanoTime();
    try {
      response.write(
          false, ByteBuffer.wrap(event), Callback.from(() -> writing = false, this::end));
    } catch (RuntimeException e) {
      end(e); // the others get their event
    }
  }

  private synchronized void end(Throwable cause) {
    if (!over) {
      over = true;
      callback.failed(cause);
    }
  }
}
