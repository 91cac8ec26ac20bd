package org.aragora.telemetry.counting.value.exponential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExponentialBucketsTest {
  private static final long NANOS = 1_000_000_000;

  private static ExponentialBuckets of(long unitsPerOne, long... values) {
    ExponentialBuckets buckets = new ExponentialBuckets(unitsPerOne);
    for (long value : values) {
      buckets.observe(value);
    }
    return buckets;
  }

  private static Map<Integer, Long> counts(ExponentialBuckets buckets) {
    Map<Integer, Long> counts = new TreeMap<>();
    for (int i = 0; i < buckets.size(); i++) {
      counts.put(buckets.index(i), buckets.count(i));
    }
    return counts;
  }

  /** 2^(1/8) is 1.09050773266525..., 2^(-1/8) is 0.91700404320467.... */
  @ParameterizedTest
  @CsvSource({
    "1000000000, 1000000000, 0",
    "1000000000, 1000000001, 1",
    "1000000000, 1090507732, 1",
    "1000000000, 1090507733, 2",
    "1000000000, 917004043, -1",
    "1000000000, 917004044, 0",
    "1000000000, 2000000000, 8",
    "1000000000, 2000000001, 9",
    "1000000000, 500000000, -8",
    "1000000000, 1, -239",
    "1000000000, 9223372036854775807, 265",
    "1, 1, 0",
    "1, 2, 8",
    "1, 3, 13",
    "1, 4, 16",
    "1, 5, 19",
    "1, 4611686018427387904, 496",
    "1, 4611686018427387905, 497",
    "1, 9223372036854775807, 504",
  })
  void aValueIsInTheBucketWhoseLimitItIsNotOver(long unitsPerOne, long units, int bucket) {
    assertThat(counts(of(unitsPerOne, units))).isEqualTo(Map.of(bucket, 1L));
  }

  @Test
  void noValueIsOverTheLimitOfItsBucketOrNotOverThatBefore() {
    Random random = new Random(5);
    for (long unitsPerOne : new long[] {1, NANOS}) {
      for (int i = 0; i < 20_000; i++) {
        long units = random.nextLong() >>> 1 + random.nextInt(62);
        if (units > 0) {
          int index = of(unitsPerOne, units).index(0);
          assertThat(isOver(units, unitsPerOne, index)).as("%d in %d", units, index).isFalse();
          assertThat(isOver(units, unitsPerOne, index - 1)).as("%d in %d", units, index).isTrue();
        }
      }
    }
  }

  /** Both sides of units / unitsPerOne > 2^(index/8) to the power of eight. */
  private static boolean isOver(long units, long unitsPerOne, int index) {
    BigInteger value = BigInteger.valueOf(units).pow(8);
    BigInteger limit = BigInteger.valueOf(unitsPerOne).pow(8);
    return index >= 0
        ? value.compareTo(limit.shiftLeft(index)) > 0
        : value.shiftLeft(-index).compareTo(limit) > 0;
  }

  @Test
  void zerosAreCountedApart() {
    ExponentialBuckets buckets = of(NANOS, 0, 1, 0);
    assertThat(buckets.zeros()).isEqualTo(2);
    assertThat(counts(buckets)).isEqualTo(Map.of(-239, 1L));
    assertThat(buckets.total()).isEqualTo(3);
  }

  @Test
  void mergingIsCountingAllAndLeavesTheOtherAsItIs() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      ExponentialBuckets all = of(NANOS);
      ExponentialBuckets merged = of(NANOS);
      for (int part = 0; part < 3; part++) {
        ExponentialBuckets one = of(NANOS);
        for (int i = random.nextInt(30); i > 0; i--) {
          long units = random.nextLong() >>> 1 + random.nextInt(63);
          one.observe(units);
          all.observe(units);
        }
        byte[] before = bytes(one);
        merged.merge(one);
        merged.observe(1);
        all.observe(1);
        assertThat(bytes(one)).isEqualTo(before);
      }
      assertThat(bytes(merged)).isEqualTo(bytes(all));
      ExponentialBuckets read = ExponentialBuckets.read(NANOS, new BinaryReader(bytes(all)));
      read.observe(3);
      all.observe(3);
      assertThat(bytes(read)).isEqualTo(bytes(all));
    }
  }

  /** A record has room for them whatever a writer sends. */
  @Test
  void allBucketsTogetherAreSmall() {
    ExponentialBuckets buckets = of(NANOS);
    for (int power = 0; power < 63; power++) {
      for (long step = 0; step < 32; step++) {
        buckets.observe((1L << power) + ((1L << power) * step >> 5));
      }
    }
    assertThat(buckets.size()).isBetween(450, 505);
    assertThat(bytes(buckets)).hasSizeLessThan(2_000);
  }

  @Test
  void bucketsThatAreNotInOrderOrCannotBeAreCorrupt() {
    assertCorrupt(new BinaryWriter().writeUnsigned(0).writeUnsigned(1).writeSigned(-240));
    assertCorrupt(new BinaryWriter().writeUnsigned(0).writeUnsigned(1).writeSigned(266));
    assertCorrupt(new BinaryWriter().writeUnsigned(0).writeUnsigned(1).writeSigned(1L << 32));
    assertCorrupt(
        new BinaryWriter()
            .writeUnsigned(0)
            .writeUnsigned(2)
            .writeSigned(5)
            .writeUnsigned(1)
            .writeSigned(0));
    assertCorrupt(new BinaryWriter().writeUnsigned(0).writeUnsigned(Integer.MAX_VALUE));
  }

  private static void assertCorrupt(BinaryWriter bytes) {
    BinaryReader in = new BinaryReader(bytes.writeUnsigned(1).toBytes());
    assertThatThrownBy(() -> ExponentialBuckets.read(NANOS, in))
        .isInstanceOf(CorruptRecordException.class);
  }

  private static byte[] bytes(ExponentialBuckets buckets) {
    BinaryWriter out = new BinaryWriter();
    buckets.write(out);
    return out.toBytes();
  }
}
