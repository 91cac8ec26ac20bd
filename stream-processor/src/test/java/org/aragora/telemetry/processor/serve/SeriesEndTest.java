package org.aragora.telemetry.processor.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.RipeValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.processor.serve.parts.Part;
import org.aragora.telemetry.processor.serve.parts.SeriesParts;
import org.aragora.telemetry.processor.simulation.TaskContext;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The end of a series whose parts are all retired, and its return. */
class SeriesEndTest {
  private static final InputPartition D0 = new InputPartition(InputTopic.DEBATES, 0);
  private static final InputPartition D1 = new InputPartition(InputTopic.DEBATES, 1);
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent");
  private static final MetricDescriptor UP =
      MetricDescriptor.of(MetricType.INSTANCE, "up", "Up.", "instance_id");
  private static final SeriesKey A = new SeriesKey(CALLS.name(), List.of("a"));
  private static final int RETIRED = PartialValue.RETIRED;

  private boolean fresh = true;
  private final MetricsView view = new MetricsView(thread -> fresh);
  private final SeriesLifeProcessor processor =
      new SeriesLifeProcessor(view, Duration.ofSeconds(20), () -> this.nowMs * 1_000_000);
  private PartitionView partition;
  private TaskContext<MetricsKey, byte[]> context;
  private long nowMs;

  /** Deletions that were written and not read back yet. */
  private final List<MetricsKey> written = new ArrayList<>();

  /** Their values, null for a deletion. */
  private final List<byte @Nullable []> values = new ArrayList<>();

  SeriesEndTest() {
    takeOver(() -> {});
  }

  @Test
  void aSeriesEndsOnceItsLastValueWasServedAsLongAsABirth() {
    ripe();
    part(D0, 0, 3, 0);
    part(D1, 0, 4, 0);
    part(D0, 0, 3, RETIRED);
    pass(60);
    assertThat(written).as("a part lives").isEmpty();
    part(D1, 0, 4, RETIRED);
    pass(20);
    assertThat(written).isEmpty();
    assertThat(served()).isEqualTo(7);
    pass(1);
    assertThat(written).containsExactlyInAnyOrder(key(D0, 0), key(D1, 0), new MetricsKey.Ripe(A));
    assertThat(written.get(2)).as("last").isInstanceOf(MetricsKey.Ripe.class);
    assertThat(served()).as("until it is read back").isEqualTo(7);
    readBack();
    assertThat(view.openSeries()).isZero();
    pass(60);
    assertThat(written).isEmpty();
  }

  @Test
  void aSeriesThatIsServedAsZeroStillGrowsBeforeItEnds() {
    part(D0, 0, 3, RETIRED);
    pass(21);
    assertThat(written).containsExactly(new MetricsKey.Ripe(A));
    written.clear();
    ripe();
    pass(20);
    assertThat(written).isEmpty();
    pass(1);
    assertThat(written).containsExactly(key(D0, 0), new MetricsKey.Ripe(A));
  }

  @Test
  void whatIsNotServedDoesNotEnd() {
    ripe();
    part(D0, 0, 3, RETIRED);
    fresh = false;
    pass(60);
    assertThat(written).isEmpty();
    fresh = true;
    read(new MetricsKey.Owner(0), new OwnerValue("other", 1, Optional.empty()).toBytes());
    pass(60);
    assertThat(written).isEmpty();
  }

  @Test
  void aReturnWhileAnotherPartLivesIsAddedToWhatWasRetired() {
    ripe();
    part(D1, 0, 4, 0);
    part(D0, 0, 3, RETIRED);
    part(D0, 9, 1, 0);
    assertThat(served()).isEqualTo(8);
    part(D1, 0, 4, RETIRED);
    pass(60);
    assertThat(written).isEmpty();
    assertThat(served()).isEqualTo(8);
  }

  @Test
  void aReturnBeforeTheEndIsReadBackIsANewSeriesFromZero() {
    ripe();
    part(D0, 0, 3, RETIRED);
    pass(21);
    part(D1, 0, 1, 0);
    assertThat(served()).as("held back").isEqualTo(3);
    assertThat(written).containsExactly(key(D0, 0), new MetricsKey.Ripe(A));
    readBack();
    assertThat(view.young(0)).containsExactly(A);
    assertThat(served()).isEqualTo(1);
    part(D1, 0, 2, 0);
    assertThat(served()).isEqualTo(2);
    pass(21);
    assertThat(written).containsExactly(new MetricsKey.Ripe(A));
  }

  @Test
  void aReturnBeforeTheEndIsWrittenDoesNotStopIt() {
    ripe();
    part(D0, 0, 3, RETIRED);
    part(D0, 9, 1, 0);
    part(D0, 9, 2, 0);
    pass(21);
    assertThat(written).containsExactly(key(D0, 0), new MetricsKey.Ripe(A));
    readBack();
    assertThat(served()).isEqualTo(2);
    assertThat(view.young(0)).containsExactly(A);
  }

  @Test
  void aReturnThatIsRetiredItselfEndsAfterIt() {
    ripe();
    part(D0, 0, 3, RETIRED);
    part(D0, 9, 1, RETIRED);
    pass(21);
    readBack();
    assertThat(served()).isEqualTo(1);
    pass(21);
    assertThat(written).containsExactly(new MetricsKey.Ripe(A));
    written.clear();
    ripe();
    pass(21);
    assertThat(written).containsExactly(key(D0, 9), new MetricsKey.Ripe(A));
    readBack();
    assertThat(view.openSeries()).isZero();
  }

  @Test
  void anEndThatWasAbortedIsWrittenAgain() {
    ripe();
    part(D0, 0, 3, RETIRED);
    pass(21);
    written.clear();
    takeOver(
        () -> {
          ripe();
          part(D0, 0, 3, RETIRED);
        });
    pass(60);
    assertThat(written).containsExactly(key(D0, 0), new MetricsKey.Ripe(A));
  }

  @Test
  void whatATakeoverFindsTogetherIsServedTogether() {
    takeOver(
        () -> {
          part(D0, 9, 1, 0);
          ripe();
          part(D0, 0, 3, RETIRED);
        });
    pass(60);
    assertThat(served()).isEqualTo(4);
    assertThat(written).isEmpty();
  }

  @Test
  void aTakeoverWithinTheDeletionsEndsTheSeriesTheSameWay() {
    for (int restored = 0; restored <= 3; restored++) {
      int read = restored;
      List<MetricsKey> deletions = List.of(key(D0, 0), key(D1, 0), new MetricsKey.Ripe(A));
      takeOver(
          () -> {
            part(D0, 9, 1, 0);
            if (read < 1) {
              part(D0, 0, 3, RETIRED);
            }
            if (read < 2) {
              part(D1, 0, 3, RETIRED);
            }
            if (read < 3) {
              ripe();
            }
          });
      deletions.subList(read, 3).forEach(key -> read(key, null));
      assertThat(served()).isEqualTo(1);
      assertThat(view.young(0)).containsExactly(A);
    }
  }

  @Test
  void theRetiredPartsOfASeriesThatLivesOnAreMerged() {
    ripe();
    part(D1, 0, 1, 0);
    for (int i = 0; i < 3; i++) {
      part(D0, i * 10, i * 10 + 5, 2, 0);
      part(D0, i * 10, i * 10 + 9, 2, RETIRED);
    }
    pass(1);
    assertThat(written).isEmpty();
    part(D0, 30, 39, 2, RETIRED);
    part(D0, 39, 45, 1, 0);
    pass(1);
    assertThat(written).containsExactly(key(D0, 0), key(D0, 10), key(D0, 20), key(D0, 30));
    assertThat(PartialValue.fromBytes(values.get(0)))
        .matches(PartialValue::isRetired)
        .matches(value -> value.nextOffset() == 39);
    pass(10);
    assertThat(written).as("once").hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(served()).isEqualTo(10);
      read(written.get(i), values.get(i));
    }
    assertThat(served()).isEqualTo(10);
    assertThat(partition.series().get(A).parts()).hasSize(3);
    byte[] merged = values.get(0);
    written.clear();
    takeOver(
        () -> {
          part(D0, 10, 19, 2, RETIRED); // a deletion that was not restored yet
          part(D0, 39, 45, 1, 0);
          read(key(D0, 0), merged);
          part(D0, 20, 29, 2, RETIRED);
        });
    assertThat(served()).isEqualTo(9);
  }

  @Test
  void instancesEndWithoutAMark() {
    SeriesKey pod = new SeriesKey(UP.name(), List.of("pod"));
    BinaryWriter value = new BinaryWriter();
    PartialValue.write(value, UP, 1, 0, RETIRED, Aggregate.zero(UP));
    MetricsKey key = new MetricsKey.Partial(pod, D0, true, 0);
    read(key, value.toBytes());
    pass(21);
    assertThat(written).containsExactly(key);
    readBack();
    assertThat(view.openSeries()).isZero();
  }

  /** {@code restored}: reads what the partition contained, in any order. */
  private void takeOver(Runnable restored) {
    partition = new PartitionView(0, "me", "thread", Map.of(CALLS.name(), CALLS, UP.name(), UP));
    view.open(partition);
    context =
        new TaskContext<>(
            0,
            () -> nowMs,
            (record, child) -> {
              written.add((MetricsKey) record.key());
              values.add((byte[]) record.value());
            });
    processor.init(context);
    restored.run();
    partition.restored();
    read(new MetricsKey.Owner(0), new OwnerValue("me", 1, Optional.empty()).toBytes());
  }

  private void pass(long seconds) {
    for (long untilMs = nowMs + seconds * 1_000; nowMs < untilMs; ) {
      nowMs += 200;
      context.punctuate(nowMs);
    }
  }

  private void ripe() {
    read(new MetricsKey.Ripe(A), new RipeValue().toBytes());
  }

  private void readBack() {
    List<MetricsKey> deletions = List.copyOf(written);
    written.clear();
    deletions.forEach(key -> read(key, null));
  }

  private static MetricsKey key(InputPartition task, long incarnation) {
    return new MetricsKey.Partial(A, task, false, incarnation);
  }

  private void part(InputPartition task, long incarnation, long sum, int flags) {
    part(task, incarnation, incarnation + 1, sum, flags);
  }

  private void part(InputPartition task, long incarnation, long nextOffset, long sum, int flags) {
    SumAggregate value = new SumAggregate();
    value.add(sum);
    BinaryWriter bytes = new BinaryWriter();
    PartialValue.write(bytes, CALLS, nextOffset, 0, flags, value);
    read(key(task, incarnation), bytes.toBytes());
  }

  private void read(MetricsKey key, byte @Nullable [] value) {
    partition.accept(key.toBytes(), value, nowMs);
    processor.process(new Record<>(key.toBytes(), value, nowMs));
  }

  /** The sum of the parts, which is served once the series is ripe. */
  private long served() {
    SeriesParts parts = partition.series().get(A);
    long sum = 0;
    for (Part part : parts == null ? List.<Part>of() : parts.parts()) {
      sum += ((SumAggregate) part.value()).total().toBigInteger().longValueExact();
    }
    return sum;
  }
}
