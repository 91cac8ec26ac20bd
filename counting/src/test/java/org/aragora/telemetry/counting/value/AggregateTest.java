package org.aragora.telemetry.counting.value;

import static org.aragora.telemetry.counting.value.Aggregates.bytes;
import static org.aragora.telemetry.counting.value.Aggregates.merged;
import static org.aragora.telemetry.counting.value.Aggregates.random;
import static org.aragora.telemetry.counting.value.Aggregates.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AggregateTest {
  private static final int TRIES = 1_000;

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void mergingIsCommutativeAndAssociative(MetricType type) {
    for (long seed = 0; seed < TRIES; seed++) {
      Random random = new Random(seed);
      Aggregate a = random(type, random);
      Aggregate b = random(type, random);
      Aggregate c = random(type, random);
      byte[] abc = bytes(merged(type, a, b, c));
      assertThat(bytes(merged(type, c, a, b))).as("seed %d", seed).isEqualTo(abc);
      assertThat(bytes(merged(type, b, c, a))).as("seed %d", seed).isEqualTo(abc);
      assertThat(bytes(merged(type, a, merged(type, b, c)))).as("seed %d", seed).isEqualTo(abc);
      assertThat(bytes(merged(type, merged(type, a, b), c))).as("seed %d", seed).isEqualTo(abc);
    }
  }

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void zeroIsNeutralAndMergingLeavesThePartsAsTheyAre(MetricType type) {
    for (long seed = 0; seed < TRIES; seed++) {
      Random random = new Random(seed);
      Aggregate value = random(type, random);
      Aggregate other = random(type, random);
      byte[] before = bytes(value);
      byte[] otherBefore = bytes(other);
      assertThat(bytes(merged(type, value))).as("seed %d", seed).isEqualTo(before);
      merged(type, value, other);
      assertThat(bytes(value)).as("seed %d", seed).isEqualTo(before);
      assertThat(bytes(other)).as("seed %d", seed).isEqualTo(otherBefore);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MetricType.class,
      names = {"LATEST_GAUGE", "INSTANCE"})
  void mergingTheSameTwiceChangesNothing(MetricType type) {
    for (long seed = 0; seed < TRIES; seed++) {
      Random random = new Random(seed);
      Aggregate a = random(type, random);
      Aggregate b = random(type, random);
      assertThat(bytes(merged(type, a, b, b, a)))
          .as("seed %d", seed)
          .isEqualTo(bytes(merged(type, a, b)));
    }
  }

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void bytesAreReadBackAsTheSameValue(MetricType type) {
    for (long seed = 0; seed < TRIES; seed++) {
      byte[] written = bytes(random(type, new Random(seed)));
      BinaryReader in = new BinaryReader(written);
      Aggregate value = Aggregate.read(Aggregates.metric(type), in);
      assertThat(bytes(value)).as("seed %d", seed).isEqualTo(written);
      assertThat(in.atEnd()).as("seed %d", seed).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void bytesThatEndEarlyAreCorrupt(MetricType type) {
    Aggregate value = random(type, new Random(7));
    byte[] written = bytes(value);
    Set<Integer> ofEarlierReleases = new HashSet<>();
    if (value instanceof HistogramAggregate histogram) {
      histogram.leaveOutExponential();
      ofEarlierReleases.add(bytes(histogram).length);
      histogram.leaveOutExemplars();
      ofEarlierReleases.add(bytes(histogram).length);
    }
    for (int length = 0; length < written.length; length++) {
      if (ofEarlierReleases.contains(length)) {
        continue;
      }
      byte[] cut = Arrays.copyOf(written, length);
      assertThatThrownBy(() -> read(type, cut))
          .isInstanceOf(CorruptRecordException.class)
          .hasMessageMatching("\\d+ bytes are needed at byte \\d+, the record has \\d+");
    }
  }

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void randomBytesGiveAValueOrAreCorrupt(MetricType type) {
    for (long seed = 0; seed < TRIES; seed++) {
      Random random = new Random(seed);
      byte[] garbage = new byte[random.nextInt(40)];
      random.nextBytes(garbage);
      try {
        read(type, garbage);
      } catch (CorruptRecordException e) {
        assertThat(e).as("seed %d", seed).hasMessageMatching("[^\\n]{10,}");
      }
    }
  }

  @Test
  void aHistogramWithOtherBucketsThanItsMetricIsCorrupt() {
    byte[] huge = new BinaryWriter().writeUnsigned(Integer.MAX_VALUE).toBytes();
    assertThatThrownBy(() -> read(MetricType.HISTOGRAM, huge))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("a histogram of some_seconds has 2147483647 buckets, its metric has 4");
  }

  @Test
  void exponentialBucketsWithoutEachValueAreCorrupt() {
    MetricDescriptor metric = Aggregates.metric(MetricType.HISTOGRAM);
    HistogramAggregate histogram = (HistogramAggregate) Aggregate.zero(metric);
    histogram.observe(100_000_000);
    BinaryWriter out = new BinaryWriter();
    histogram.write(out);
    byte[] damaged = out.toBytes();
    damaged[damaged.length - 1]++; // the count of the last bucket
    assertThatThrownBy(() -> read(MetricType.HISTOGRAM, damaged))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("the exponential buckets have 2 values, the classic ones 1");
  }

  @Test
  void aValueOnABoundFallsInThatBucket() {
    MetricDescriptor metric = Aggregates.metric(MetricType.HISTOGRAM);
    HistogramAggregate histogram = (HistogramAggregate) Aggregate.zero(metric);
    for (long units : new long[] {0, 100_000_000, 100_000_001, 1_000_000_000, 10_000_000_001L}) {
      histogram.observe(units);
    }
    assertThat(histogram.buckets()).isEqualTo(4);
    assertThat(histogram.count(0)).isEqualTo(2);
    assertThat(histogram.count(1)).isEqualTo(2);
    assertThat(histogram.count(2)).isZero();
    assertThat(histogram.count(3)).isEqualTo(1);
    assertThat(histogram.sum()).hasToString("11200000002");
  }

  @Test
  void theLatestEventWinsWhateverTheOrderOfArrival() {
    EventOrder early = new EventOrder(5, "/b", "", 0, "z");
    EventOrder late = new EventOrder(6, "/a", "", 0, "a");
    LatestAggregate value = new LatestAggregate();
    value.offer(late, 1500);
    value.offer(early, 1400);
    assertThat(value.value()).isEqualTo(1500);
  }

  @Test
  void ofTwoEventsAtOneTimeSourceThenEpochThenSeqThenIdDecides() {
    EventOrder[] ascending = {
      EventOrder.NONE,
      new EventOrder(1, "/z", "z", 9, "z"),
      new EventOrder(2, "/a", "z", 9, "z"),
      new EventOrder(2, "/b", "a", 9, "z"),
      new EventOrder(2, "/b", "b", 1, "z"),
      new EventOrder(2, "/b", "b", 2, "a"),
      new EventOrder(2, "/b", "b", 2, "b"),
    };
    assertThat(ascending).isSorted();
    assertThat(ascending[6].isAfter(ascending[5])).isTrue();
    assertThat(ascending[6].isAfter(ascending[6])).isFalse();
  }

  @Test
  void ratiosTakeInTheMinuteItselfAndThoseBefore() {
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(100, true);
    ratio.add(104, false);
    ratio.add(105, false);
    assertThat(ratio.ratio(104, 5)).hasValue(0.5);
    assertThat(ratio.ratio(105, 5)).hasValue(0);
    assertThat(ratio.ratio(110, 5)).isEmpty();
    assertThat(ratio.ratio(159, 60)).hasValue(1.0 / 3);
    ratio.forgetBefore(160);
    assertThat(ratio.ratio(159, 60)).hasValue(0);
  }

  @Test
  void anInstanceIsLiveForThreeIntervalsOfAppendTime() {
    InstanceAggregate instance = new InstanceAggregate();
    assertThat(instance.isRunning()).isFalse();
    instance.heartbeat(order(10), 1_000, 30_000_000_000L, 7);
    assertThat(instance.isLive(90_999)).isTrue();
    assertThat(instance.isLive(91_000)).isFalse();
    assertThat(instance.websocketConnections()).isEqualTo(7);
  }

  @Test
  void anInstanceThatStoppedIsLiveAgainOnlyByALaterHeartbeat() {
    InstanceAggregate instance = new InstanceAggregate();
    instance.heartbeat(order(10), 1_000, 30_000_000_000L, 7);
    instance.stopped(order(20));
    instance.heartbeat(order(15), 2_000, 30_000_000_000L, 7);
    assertThat(instance.isRunning()).isFalse();
    instance.heartbeat(order(21), 3_000, 30_000_000_000L, 7);
    assertThat(instance.isLive(4_000)).isTrue();
  }

  @Test
  void onlyHeartbeatsMakeAnInstanceLive() {
    InstanceAggregate instance = new InstanceAggregate();
    instance.websocket(order(10), 3);
    assertThat(instance.isRunning()).isFalse();
    assertThat(instance.websocketConnections()).isEqualTo(3);
  }

  @Test
  void theShorterIntervalOfALaterHeartbeatCounts() {
    InstanceAggregate instance = new InstanceAggregate();
    instance.heartbeat(order(10), 1_000, 3_600_000_000_000L, 7);
    instance.heartbeat(order(11), 2_000, 30_000_000_000L, 7);
    assertThat(instance.isLive(92_000)).isFalse();
    instance.heartbeat(order(9), 3_000, 3_600_000_000_000L, 7);
    assertThat(instance.isLive(92_000)).as("an earlier one that came late").isFalse();
    InstanceAggregate merged = new InstanceAggregate();
    merged.heartbeat(order(10), 1_000, 3_600_000_000_000L, 7);
    merged.merge(instance);
    assertThat(merged.liveUntilMs()).isEqualTo(92_000);
  }

  @Test
  void theMaximumOfEachRunIsSummed() {
    RunMaximumAggregate maximum = new RunMaximumAggregate();
    maximum.report("a#", 5, 100);
    maximum.report("a#", 3, 110);
    maximum.report("b#", 4, 200);
    maximum.report("c#", 0, 200);
    assertThat(maximum.total()).hasToString("9");
    RunMaximumAggregate elsewhere = new RunMaximumAggregate();
    elsewhere.report("b#", 6, 30L * 86_400_000);
    maximum.merge(elsewhere);
    assertThat(maximum.total()).as("a run that reported into two partitions").hasToString("11");
  }

  @Tag("long")
  @Test
  void howeverManyRunsReportTheirMaximaFitARecord() {
    RunMaximumAggregate maximum = new RunMaximumAggregate();
    long lastMs = Instant.parse("2200-01-01T00:00:00Z").toEpochMilli();
    for (int run = 0; run < 12_000; run++) {
      maximum.report("s".repeat(1_024) + "#" + run, Long.MAX_VALUE, lastMs + run);
    }
    BinaryWriter out = new BinaryWriter();
    maximum.write(out);
    assertThat(out.toBytes().length).isLessThan(600_000);
    assertThat(maximum.total().toBigInteger())
        .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(12_000)));
    maximum.report("s".repeat(1_024) + "#11999", 1, lastMs);
    assertThat(maximum.total().toBigInteger())
        .as("one that was kept is known")
        .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(12_000)));
  }

  private static EventOrder order(long time) {
    return new EventOrder(time, "/aragora/instances/a", "", 0, "id" + time);
  }
}
