package org.aragora.telemetry.counting.value.exponential;

import java.util.Arrays;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;

/**
 * The buckets of a Prometheus native histogram: a count per bucket that has any, and one of the
 * values that are 0. Mutable, not thread-safe.
 */
public final class ExponentialBuckets {
  /** The schema of the buckets. */
  public static final int SCHEMA = BucketLimits.SCHEMA;

  private static final short[] NO_INDEXES = {};
  private static final long[] NO_COUNTS = {};
  private static final int GROWTH = 4;

  private final BucketLimits limits;

  /** Of the buckets that have a count, ascending; {@link #size} are in use. */
  private short[] indexes = NO_INDEXES;

  private long[] counts = NO_COUNTS;
  private int size;
  private long zeros;

  /** {@code unitsPerOne}: units in one of what is served. */
  public ExponentialBuckets(long unitsPerOne) {
    limits = BucketLimits.of(unitsPerOne);
  }

  /** Counts one value, which is not negative. */
  public void observe(long units) {
    if (units <= 0) {
      zeros++;
    } else {
      add(limits.index(units), 1);
    }
  }

  private void add(int index, long count) {
    int place = Arrays.binarySearch(indexes, 0, size, (short) index);
    if (place < 0) {
      place = insert(-place - 1, (short) index);
    }
    counts[place] += count;
  }

  private int insert(int place, short index) {
    if (size == indexes.length) {
      indexes = Arrays.copyOf(indexes, size + GROWTH);
      counts = Arrays.copyOf(counts, size + GROWTH);
    }
    System.arraycopy(indexes, place, indexes, place + 1, size - place);
    System.arraycopy(counts, place, counts, place + 1, size - place);
    indexes[place] = index;
    counts[place] = 0;
    size++;
    return place;
  }

  /** Adds the counts of others, which stay as they are. */
  public void merge(ExponentialBuckets other) {
    zeros += other.zeros;
    if (size == 0) {
      indexes = Arrays.copyOf(other.indexes, other.size);
      counts = Arrays.copyOf(other.counts, other.size);
      size = other.size;
      return;
    }
    for (int i = 0; i < other.size; i++) {
      add(other.indexes[i], other.counts[i]);
    }
  }

  /** Values that are 0. */
  public long zeros() {
    return zeros;
  }

  /** Buckets that have a count. */
  public int size() {
    return size;
  }

  /** Index of one of them, in ascending order. */
  public int index(int place) {
    return indexes[place];
  }

  /** Count of one of them, not cumulative. */
  public long count(int place) {
    return counts[place];
  }

  /** All values that were counted. */
  public long total() {
    long total = zeros;
    for (int i = 0; i < size; i++) {
      total += counts[i];
    }
    return total;
  }

  /** Appends them: each index as its distance from the one before. */
  public void write(BinaryWriter out) {
    out.writeUnsigned(zeros).writeUnsigned(size);
    int before = 0;
    for (int i = 0; i < size; i++) {
      out.writeSigned(indexes[i] - before).writeUnsigned(counts[i]);
      before = indexes[i];
    }
  }

  /** Reads what {@link #write} wrote for a metric with the same unit. */
  public static ExponentialBuckets read(long unitsPerOne, BinaryReader in) {
    ExponentialBuckets buckets = new ExponentialBuckets(unitsPerOne);
    buckets.zeros = in.readUnsigned();
    int left = in.readInt();
    long index = 0;
    for (boolean isFirst = true; left > 0; left--, isFirst = false) {
      long step = in.readSigned();
      index += step;
      if ((!isFirst && step <= 0) || index != (int) index || !buckets.limits.has((int) index)) {
        throw new CorruptRecordException(
            "bucket %d of an exponential histogram is not in order".formatted(index));
      }
      buckets.append((short) index, in.readUnsigned(), left);
    }
    return buckets;
  }

  private void append(short index, long count, int left) {
    if (size == indexes.length) {
      // A record that is corrupt may name any number.
      int room = size + Math.min(left, limits.size());
      indexes = Arrays.copyOf(indexes, room);
      counts = Arrays.copyOf(counts, room);
    }
    indexes[size] = index;
    counts[size++] = count;
  }
}
