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
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.processor.simulation.TaskContext;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesLifeProcessorTest {
  private static final InputPartition TASK = new InputPartition(InputTopic.DEBATES, 0);
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent");

  private boolean fresh = true;
  private final MetricsView view = new MetricsView(thread -> fresh);
  private long nowMs;

  /** Marks that were written and not read back yet. */
  private final List<MetricsKey> written = new ArrayList<>();

  private SeriesLifeProcessor processor =
      new SeriesLifeProcessor(view, Duration.ofSeconds(20), this::nanos);
  private PartitionView partition;
  private TaskContext<MetricsKey, byte[]> context;

  SeriesLifeProcessorTest() {
    takeOver();
  }

  @Test
  void aSeriesRipensWhenItWasServedAsZeroForTheBirthTime() {
    announce("me");
    count("a");
    pass(19_800);
    count("b");
    pass(200);
    assertThat(written).isEmpty();
    pass(200);
    assertThat(written).containsExactly(ripe("a"));
    pass(19_800);
    assertThat(written).containsExactly(ripe("a"), ripe("b"));
  }

  @Test
  void manySeriesArePolledLessOftenAndRipenWithinASecondMore() {
    announce("me");
    for (int i = 0; i < 60_000; i++) {
      count("a" + i);
    }
    pass(19_800);
    assertThat(written).isEmpty();
    pass(2_000);
    assertThat(written).hasSize(60_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 200, 400, 600, 800})
  void anInterruptionBetweenPollsOfManySeriesBeginsTheirBirthAgain(long offsetMs) {
    announce("me");
    for (int i = 0; i < 60_000; i++) {
      count("a" + i);
    }
    pass(15_000 + offsetMs);
    fresh = false;
    pass(200);
    fresh = true;
    pass(19_000);
    assertThat(written).isEmpty();
    pass(3_000);
    assertThat(written).hasSize(60_000);
  }

  @Test
  void itIsYoungUntilWhatWasSaidIsReadBack() {
    announce("me");
    count("a");
    pass(21_000);
    count("a");
    assertThat(view.young(0)).hasSize(1);
    read(written.get(0), new RipeValue().toBytes());
    assertThat(view.young(0)).isEmpty();
    count("a");
    assertThat(view.young(0)).isEmpty();
  }

  @Test
  void theTimeBeforeAnythingIsServedDoesNotCount() {
    count("a");
    pass(60_000);
    announce("me");
    pass(20_000);
    assertThat(written).isEmpty();
    pass(200);
    assertThat(written).containsExactly(ripe("a"));
  }

  @Test
  void anInterruptionBeginsTheBirthAnew() {
    announce("me");
    count("a");
    pass(15_000);
    fresh = false;
    pass(200);
    fresh = true;
    pass(20_000);
    assertThat(written).isEmpty();
    pass(200);
    assertThat(written).containsExactly(ripe("a"));
  }

  @Test
  void aTakeoverBeginsTheBirthAnewAndLeavesRipeWhatIsRipe() {
    announce("me");
    count("a");
    pass(21_000);
    read(written.remove(0), new RipeValue().toBytes());
    count("b");
    pass(15_000);
    processor.close();
    view.close(partition);
    processor = new SeriesLifeProcessor(view, Duration.ofSeconds(20), this::nanos);
    takeOver();
    read(ripe("a"), new RipeValue().toBytes()); // a compaction may have put it before the series
    count("a");
    count("b");
    announce("me");
    assertThat(view.young(0)).containsExactly(key("b"));
    pass(20_000);
    assertThat(written).isEmpty();
    pass(200);
    assertThat(written).containsExactly(ripe("b"));
  }

  @Test
  void theTimeOfAStoppedProcessDoesNotCount() {
    announce("me");
    count("a");
    pass(5_000);
    nowMs += 60_000;
    pass(13_000);
    assertThat(written).isEmpty();
    pass(2_000);
    assertThat(written).containsExactly(ripe("a"));
  }

  @Test
  void whatAnAbortedTransactionTookBackIsSaidAgain() {
    announce("me");
    count("a");
    pass(30_000);
    assertThat(written).as("once in one life of the task").containsExactly(ripe("a"));
    written.clear();
    processor.close();
    processor.init(context);
    announce("me");
    pass(21_000);
    assertThat(written).containsExactly(ripe("a"));
  }

  @Test
  void withoutBirthTimeASeriesOfAnEarlierRunRipensAtOnce() {
    processor = new SeriesLifeProcessor(view, Duration.ZERO, this::nanos);
    takeOver();
    count("a");
    announce("me");
    pass(200);
    assertThat(written).containsExactly(ripe("a"));
  }

  private void takeOver() {
    partition = new PartitionView(0, "me", "thread", Map.of(CALLS.name(), CALLS));
    view.open(partition);
    context =
        new TaskContext<>(
            0, () -> nowMs, (record, child) -> written.add((MetricsKey) record.key()));
    processor.init(context);
  }

  private long nanos() {
    return nowMs * 1_000_000;
  }

  /** Time passes; the task looks every 200 ms. */
  private void pass(long ms) {
    for (long untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs += 200;
      context.punctuate(nowMs);
    }
  }

  private void announce(String owner) {
    read(new MetricsKey.Owner(0), new OwnerValue(owner, 1, Optional.empty()).toBytes());
  }

  private void count(String agent) {
    BinaryWriter value = new BinaryWriter();
    PartialValue.write(value, CALLS, 1, 0, 0, new SumAggregate());
    read(new MetricsKey.Partial(key(agent), TASK, false), value.toBytes());
  }

  private void read(MetricsKey key, byte[] value) {
    partition.accept(key.toBytes(), value, nowMs);
    processor.process(new Record<>(key.toBytes(), value, nowMs));
  }

  private static SeriesKey key(String agent) {
    return new SeriesKey(CALLS.name(), List.of(agent));
  }

  private static MetricsKey ripe(String agent) {
    return new MetricsKey.Ripe(key(agent));
  }
}
