package org.aragora.telemetry.producer.lane;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.AuthorizationException;
import org.aragora.telemetry.producer.host.OwnWork;
import org.jspecify.annotations.Nullable;

/**
 * The one Kafka client of a telemetry producer. It is made when it is first needed and tried again
 * when that fails: a host may start before the names of its brokers resolve. Another takes its
 * place when its network thread is gone, as in a host that was out of memory. It rests while its
 * user may write nothing.
 */
public final class ProducerHandle {
  private static final String NETWORK_THREAD = "kafka-producer-network-thread | ";

  /** Time in which a client has to show that its user may write something. */
  private static final long TRIAL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Supplier<Producer<byte[], byte[]>> factory;
  private final String networkThread;
  private final ReentrantLock making = new ReentrantLock();
  private volatile @Nullable Producer<byte[], byte[]> client;
  private volatile @Nullable Thread network;
  private volatile long generation;
  private volatile boolean useful; // the brokers have taken something from the client
  private long madeNanos; // under the lock
  private @Nullable AuthorizationException refusal; // while it rests; under the lock
  private long restNanos; // its start; under the lock
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

  /**
   * The client. Blocks for its construction and throws as that does; while it rests, throws what
   * the brokers have refused it with.
   */
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
        checkRest();
        Thread[] before = networkThreads();
        made = factory.get();
        madeNanos = System.nanoTime();
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

  /** The brokers have taken an event from the client. */
  void onAcknowledged() {
    if (!useful) {
      useful = true;
    }
  }

  /**
   * Returns how long a sender waits after a failure. A client whose user may write to no topic asks
   * for a producer id a thousand times a second. So one that is refused and has sent nothing in its
   * trial is closed, and rests; all senders wake with the end of that, and share the next trial.
   *
   * @param cause what has failed; null if nothing has
   * @param usualMs wait after any other failure
   */
  long pauseMs(@Nullable Throwable cause, long usualMs) throws InterruptedException {
    if (useful || closed || !(cause instanceof AuthorizationException refused)) {
      return usualMs;
    }
    making.lockInterruptibly();
    try {
      long now = System.nanoTime();
      if (client != null) {
        if (now - madeNanos < TRIAL_NANOS) {
          return Math.min(usualMs, millisUntil(madeNanos + TRIAL_NANOS, now));
        }
        refusal = refused;
        restNanos = now;
        abandon();
      }
      return refusal == null ? usualMs : millisUntil(restNanos + REST_NANOS, now);
    } finally {
      making.unlock();
    }
  }

  private static long millisUntil(long endNanos, long nowNanos) {
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(endNanos - nowNanos)) + 1;
  }

  private void checkRest() {
    if (refusal != null && System.nanoTime() - restNanos < REST_NANOS) {
      throw refusal;
    }
    refusal = null;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  private void abandon() {
    Producer<byte[], byte[]> dead = client;
    client = null;
    useful = false;
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
