package org.aragora.telemetry.producer.lane;

import java.util.Arrays;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

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

  /** The place of the next event: the partition is Kafka's own choice for a key, murmur2. */
  public Place place(StampedEvent event) {
    int partition = BuiltInPartitioner.partitionForKey(event.key(), next.length);
    return new Place(partition, event.isNumbered() ? next[partition] : 0);
  }

  /** Records that a place is taken. */
  public void passed(Place place) {
    if (place.seq() > 0) {
      next[place.partition()] = place.seq() + 1;
    }
  }
}
