package org.aragora.telemetry.processor.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.RatioAggregate;
import org.aragora.telemetry.counting.metric.SumAggregate;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.processor.fixtures.MemoryStores;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.flow.Measurement;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class WindowsTest {
  private static final InputPartition TASK = new InputPartition(InputTopic.DEBATES, 0);
  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final MetricDescriptor COUNTER =
      MetricDescriptor.of(MetricType.COUNTER, "some_total", "Some.");
  private static final MetricDescriptor GAUGE =
      MetricDescriptor.of(MetricType.ADDITIVE_GAUGE, "some_now", "Some.");
  private static final MetricDescriptor RATIO =
      MetricDescriptor.of(MetricType.RATIO, "some_ratio", "Some.");

  private KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
  private final Written written = new Written();
  private Aggregation aggregation = open();
  private long partitionTime;
  private long offset;

  private Aggregation open() {
    return new Aggregation(
        TASK,
        Map.of(COUNTER.name(), COUNTER, GAUGE.name(), GAUGE, RATIO.name(), RATIO),
        new AggregateSettings(Duration.ofSeconds(300), 2000, Duration.ZERO),
        store,
        () -> 0,
        written);
  }

  @Test
  void anEventCountsInItsMinuteAndInTotal() {
    at(10 * MINUTE);
    at(11 * MINUTE - 1);
    at(11 * MINUTE);
    aggregation.writeOut();
    assertThat(written.windows).isEqualTo(Map.of("some_total@10", "2", "some_total@11", "1"));
    assertThat(written.totals).containsEntry("some_total", "3");
  }

  @Test
  void aWindowTakesEventsUntilPartitionTimeReachesItsEndAndTheGrace() {
    at(10 * MINUTE);
    at(16 * MINUTE - 1);
    at(10 * MINUTE + 5);
    at(16 * MINUTE);
    assertThat(written.windows).as("sent when it closed").containsEntry("some_total@10", "2");
    at(10 * MINUTE + 6);
    aggregation.writeOut();
    assertThat(written.windows).containsEntry("some_total@10", "2");
    assertThat(written.totals).containsEntry("some_total", "5");
  }

  @Test
  void theEventThatClosesAWindowCannotBeInIt() {
    at(10 * MINUTE);
    at(20 * MINUTE);
    at(10 * MINUTE + 1);
    aggregation.writeOut();
    assertThat(written.windows).isEqualTo(Map.of("some_total@10", "1", "some_total@20", "1"));
  }

  @Test
  void closedWindowsLeaveTheStore() {
    at(10 * MINUTE);
    int before = MemoryStores.contents(store).size();
    at(20 * MINUTE);
    assertThat(MemoryStores.contents(store)).hasSize(before);
  }

  @Test
  void openWindowsAreWrittenAgainAfterARestartAndGoOn() {
    at(10 * MINUTE);
    aggregation.writeOut();
    store = MemoryStores.copy(store);
    aggregation = open();
    written.windows.clear();
    aggregation.writeOut();
    assertThat(written.windows).isEqualTo(Map.of("some_total@10", "1"));
    at(10 * MINUTE + 1);
    aggregation.writeOut();
    assertThat(written.windows).isEqualTo(Map.of("some_total@10", "2"));
  }

  @Test
  void gaugesHaveNoWindows() {
    apply(10 * MINUTE, GAUGE, value -> ((SumAggregate) value).add(1));
    aggregation.writeOut();
    assertThat(written.windows).isEmpty();
    assertThat(written.totals).containsEntry("some_now", "1");
  }

  @Test
  void ratiosTakeNothingThatIsTooLateForItsWindow() {
    apply(20 * MINUTE, RATIO, value -> ((RatioAggregate) value).add(20, true));
    apply(10 * MINUTE, RATIO, value -> ((RatioAggregate) value).add(10, false));
    aggregation.writeOut();
    assertThat(written.totals).containsEntry("some_ratio", "1.0");
  }

  private void at(long timeNanos) {
    apply(timeNanos, COUNTER, value -> ((SumAggregate) value).add(1));
  }

  private void apply(long timeNanos, MetricDescriptor metric, Consumer<Aggregate> change) {
    partitionTime = Math.max(partitionTime, timeNanos);
    Event event = new Event("e", "/s", null, null, null, null, new RoundCompleted("d", 1L, 1L));
    aggregation.apply(
        new MeasuredEvent(
            new CountedEvent(event, offset++, timeNanos, 0, partitionTime, null),
            List.of(new Measurement(metric, List.of(), change))));
  }

  private static final class Written implements Output {
    private final Map<String, String> totals = new TreeMap<>();
    private final Map<String, String> windows = new TreeMap<>();

    @Override
    public void total(MetricsKey.Partial key, byte[] value) {
      PartialValue partial = PartialValue.fromBytes(value);
      String metric = key.series().metric();
      assertThat(key.withTopicTime()).isEqualTo(metric.equals("some_ratio"));
      totals.put(
          metric,
          metric.equals("some_ratio")
              ? String.valueOf(((RatioAggregate) partial.read(RATIO)).ratio(20, 60).getAsDouble())
              : ((SumAggregate) partial.read(metric.equals("some_now") ? GAUGE : COUNTER))
                  .total()
                  .toString());
    }

    @Override
    public void window(WindowKey key, byte[] value) {
      windows.put(
          key.series().metric() + "@" + key.minute(),
          ((SumAggregate) PartialValue.fromBytes(value).read(COUNTER)).total().toString());
    }
  }
}
