package org.aragora.telemetry.producer.lane;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;

/**
 * Finds out that a topic was made again with fewer partitions. Events of a partition that is gone
 * can never be delivered, and would fill the queue. The sender's thread only.
 */
final class Shrinking {
  private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final String topic;
  private volatile long progressAt = System.nanoTime();
  private long checkedAt = System.nanoTime();
  private int seen = Integer.MAX_VALUE;

  Shrinking(String topic) {
    this.topic = topic;
  }

  /** The broker has taken an event, or there is none to take. */
  void progress() {
    progressAt = System.nanoTime();
  }

  /** True if nothing was acknowledged for so long that the partitions have to be looked up. */
  boolean isDue() {
    long now = System.nanoTime();
    return now - progressAt > STALE_NANOS && now - checkedAt > EVERY_NANOS;
  }

  /**
   * Looks the partition count up. A smaller one is believed when it is seen twice.
   *
   * @return the count if it is smaller, else the given one
   */
  int partitions(Producer<byte[], byte[]> client, int before) {
    checkedAt = System.nanoTime();
    int count = client.partitionsFor(topic).size();
    boolean believed = count < before && count == seen;
    seen = count;
    return believed ? count : before;
  }

  /** Epoch for the numbers in the partitions that are left. */
  static String freshEpoch() {
    return new BigInteger(128, new SecureRandom()).toString(32);
  }
}
