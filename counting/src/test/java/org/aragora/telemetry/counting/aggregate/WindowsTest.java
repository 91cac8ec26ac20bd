package org.aragora.telemetry.counting.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.OneChange;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
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

  private WriteBehind store = MemoryStores.behind();
  private final RecordingSink sink = new RecordingSink();
  private Aggregation aggregation = open();
  private long partitionTime;
  private long offset;

  private Aggregation open() {
    return new Aggregation(
        new Aggregation.Setup(
            TASK, List.of(COUNTER, GAUGE, RATIO), Rules.with(2000, Duration.ZERO), Handover.NONE),
        store,
        sink);
  }

  @Test
  void anEventCountsInItsMinuteAndInTotal() {
    at(10 * MINUTE);
    at(11 * MINUTE - 1);
    at(11 * MINUTE);
    aggregation.writeOut();
    assertThat(windows()).isEqualTo(Map.of("some_total@10", "2", "some_total@11", "1"));
    assertThat(totals()).containsEntry("some_total", "3");
  }

  @Test
  void aWindowTakesEventsUntilPartitionTimeReachesItsEndAndTheGrace() {
    at(10 * MINUTE);
    at(16 * MINUTE - 1);
    at(10 * MINUTE + 5);
    at(16 * MINUTE);
    assertThat(windows()).as("sent when it closed").containsEntry("some_total@10", "2");
    at(10 * MINUTE + 6);
    aggregation.writeOut();
    assertThat(windows()).containsEntry("some_total@10", "2");
    assertThat(totals()).containsEntry("some_total", "5");
  }

  @Test
  void theEventThatClosesAWindowCannotBeInIt() {
    at(10 * MINUTE);
    at(20 * MINUTE);
    at(10 * MINUTE + 1);
    aggregation.writeOut();
    assertThat(windows()).isEqualTo(Map.of("some_total@10", "1", "some_total@20", "1"));
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
    sink.windows.clear();
    aggregation.writeOut();
    assertThat(windows()).isEqualTo(Map.of("some_total@10", "1"));
    at(10 * MINUTE + 1);
    aggregation.writeOut();
    assertThat(windows()).isEqualTo(Map.of("some_total@10", "2"));
  }

  @Test
  void gaugesHaveNoWindows() {
    apply(10 * MINUTE, GAUGE, value -> ((SumAggregate) value).add(1));
    aggregation.writeOut();
    assertThat(windows()).isEmpty();
    assertThat(totals()).containsEntry("some_now", "1");
  }

  @Test
  void ratiosTakeNothingThatIsTooLateForItsWindow() {
    apply(20 * MINUTE, RATIO, value -> ((RatioAggregate) value).add(20, true));
    apply(10 * MINUTE, RATIO, value -> ((RatioAggregate) value).add(10, false));
    aggregation.writeOut();
    assertThat(totals()).containsEntry("some_ratio", "1.0");
  }

  private void at(long timeNanos) {
    apply(timeNanos, COUNTER, value -> ((SumAggregate) value).add(1));
  }

  private void apply(long timeNanos, MetricDescriptor metric, Consumer<Aggregate> change) {
    partitionTime = Math.max(partitionTime, timeNanos);
    CountedEvent event = OneChange.event(offset++, timeNanos, partitionTime);
    aggregation.advance(event);
    aggregation.apply(new OneChange(metric, List.of(), event, change));
  }

  private Map<String, String> totals() {
    Map<String, String> totals = new TreeMap<>();
    sink.totals.forEach(
        (key, value) -> {
          String metric = key.series().metric();
          assertThat(key.withTopicTime()).isEqualTo(metric.equals("some_ratio"));
          totals.put(
              metric,
              metric.equals("some_ratio")
                  ? String.valueOf(((RatioAggregate) value.read(RATIO)).ratio(20, 60).getAsDouble())
                  : ((SumAggregate) value.read(metric.equals("some_now") ? GAUGE : COUNTER))
                      .total()
                      .toString());
        });
    return totals;
  }

  private Map<String, String> windows() {
    Map<String, String> windows = new TreeMap<>();
    sink.windows.forEach(
        (key, value) ->
            windows.put(
                key.series().metric() + "@" + key.minute(),
                ((SumAggregate) value.read(COUNTER)).total().toString()));
    return windows;
  }
}
