package org.aragora.telemetry.producer.lane;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * The one Kafka client of a telemetry producer. It is made when it is first needed and tried again
 * when that fails: a host may start before the names of its brokers resolve.
 */
public final class ProducerHandle {
  private final Supplier<Producer<byte[], byte[]>> factory;
  private final ReentrantLock making = new ReentrantLock();
  private volatile @Nullable Producer<byte[], byte[]> client;
  private volatile boolean closed;

  private ProducerHandle(Supplier<Producer<byte[], byte[]>> factory) {
    this.factory = factory;
  }

  /**
   * A handle whose client the factory makes. The factory may throw; the next use calls it again.
   */
  public static ProducerHandle create(Supplier<Producer<byte[], byte[]>> factory) {
    return new ProducerHandle(factory);
  }

  /** The client. Blocks for its construction and throws as that does. */
  public Producer<byte[], byte[]> client() throws InterruptedException {
    Producer<byte[], byte[]> made = client;
    if (made != null) {
      return made;
    }
    making.lockInterruptibly();
    try {
      if (closed) {
        throw new IllegalStateException("The telemetry producer is closed.");
      }
      made = client;
      if (made == null) {
        made = factory.get();
        client = made;
      }
      return made;
    } finally {
      making.unlock();
    }
  }

  /** Closes the client within the bound; what it has not sent by then fails. */
  public void close(Duration bound) {
    closed = true;
    Producer<byte[], byte[]> made = client;
    if (made != null) {
      made.close(bound.isNegative() ? Duration.ZERO : bound);
    }
  }
}
