package org.aragora.telemetry.producer.lane;

import java.util.Arrays;
import org.apache.kafka.common.utils.Utils;

/**
 * Partitions and numbers of the events of one run in one topic. The partition count is fixed for
 * the run: with another count, given numbers would belong to other partitions. Not thread-safe.
 */
public final class Numbering {
  private final long[] next;

  private Numbering(long[] next) {
    this.next = next;
  }

  /** A run that has numbered nothing yet. */
  public static Numbering startingAtOne(int partitions) {
    long[] next = new long[partitions];
    Arrays.fill(next, 1L);
    return new Numbering(next);
  }

  /** A run that goes on with these numbers, one per partition. */
  public static Numbering resuming(long[] next) {
    return new Numbering(next.clone());
  }

  /** Kafka's own choice for the murmur2 of a key. */
  public int partition(int keyHash) {
    return Utils.toPositive(keyHash) % next.length;
  }

  /** The next number of a partition. */
  public long next(int partition) {
    return next[partition];
  }

  /** Records that a number of a partition is used. */
  public void passed(int partition, long seq) {
    next[partition] = seq + 1;
  }

  /** The next number of every partition. */
  public long[] all() {
    return next.clone();
  }
}
