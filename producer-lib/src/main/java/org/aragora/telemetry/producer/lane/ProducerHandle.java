package org.aragora.telemetry.producer.lane;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.aragora.telemetry.producer.host.OwnWork;
import org.jspecify.annotations.Nullable;

/**
 * The one Kafka client of a telemetry producer. It is made when it is first needed and tried again
 * when that fails: a host may start before the names of its brokers resolve. Another takes its
 * place when its network thread is gone, as in a host that was out of memory.
 */
public final class ProducerHandle {
  private static final String NETWORK_THREAD = "kafka-producer-network-thread | ";

  private final Supplier<Producer<byte[], byte[]>> factory;
  private final String networkThread;
  private final ReentrantLock making = new ReentrantLock();
  private volatile @Nullable Producer<byte[], byte[]> client;
  private volatile @Nullable Thread network;
  private volatile long generation;
  private volatile boolean closed;

  private ProducerHandle(Supplier<Producer<byte[], byte[]>> factory, String clientId) {
    this.factory = factory;
    this.networkThread = NETWORK_THREAD + clientId;
    OwnWork.addThread(networkThread);
  }

  /**
   * A handle whose client the factory makes. The factory may throw; the next use calls it again.
   *
   * @param clientId id of the client, after which its network thread is named
   */
  public static ProducerHandle create(Supplier<Producer<byte[], byte[]>> factory, String clientId) {
    return new ProducerHandle(factory, clientId);
  }

  /** The client. Blocks for its construction and throws as that does. */
  public Producer<byte[], byte[]> client() throws InterruptedException {
    Producer<byte[], byte[]> made = client;
    if (made != null && !isDead()) {
      return made;
    }
    making.lockInterruptibly();
    try {
      if (closed) {
        throw new IllegalStateException("The telemetry producer is closed.");
      }
      if (client != null && isDead()) {
        abandon();
      }
      made = client;
      if (made == null) {
        Thread[] before = networkThreads();
        made = factory.get();
        network = newest(before);
        client = made;
      }
      return made;
    } finally {
      making.unlock();
    }
  }

  /** Number of the clients that were given up; what they held has to be sent again. */
  public long generation() {
    return generation;
  }

  /** True if the client can never send again. */
  public boolean isDead() {
    Thread thread = network;
    return thread != null && !thread.isAlive() && !closed;
  }

  /** Gives the client up, with all that it holds; the next use makes another. */
  void renew() throws InterruptedException {
    making.lockInterruptibly();
    try {
      if (client != null && !closed) {
        abandon();
      }
    } finally {
      making.unlock();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  private void abandon() {
    Producer<byte[], byte[]> dead = client;
    client = null;
    network = null;
    generation++;
    try {
      if (dead != null) {
        dead.close(Duration.ZERO);
      }
    } catch (RuntimeException e) {
      // its memory is freed with it
    }
  }

  private Thread[] networkThreads() {
    Thread[] all = new Thread[Thread.activeCount() * 2 + 64];
    int count = Thread.enumerate(all);
    return Arrays.stream(all, 0, count)
        .filter(thread -> thread.getName().equals(networkThread))
        .toArray(Thread[]::new);
  }

  private @Nullable Thread newest(Thread[] before) {
    return Arrays.stream(networkThreads())
        .filter(thread -> !Arrays.asList(before).contains(thread))
        .findFirst()
        .orElse(null);
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
