package org.aragora.telemetry.counting.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.counting.fixtures.CommittedStore;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.OneChange;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The aggregate store as each version wrote it, from committed files. Whatever comes later must go
 * on from them; what writes other bytes must raise the version.
 */
class AggregateStoreTest {
  private static final String VERSION_1 = "aggregate-store-version-1.txt";
  private static final String VERSION_2 = "aggregate-store-version-2.txt";

  /** Version 2, with what a release without exemplars reads over. */
  private static final String WITH_EXEMPLARS = "aggregate-store-version-2-exemplars.txt";

  /** Version 2, with exponential buckets behind the exemplars. */
  private static final String WITH_EXPONENTIAL = "aggregate-store-version-2-exponential.txt";

  private static final long NOON = 1_795_521_600_000_000_000L;
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent");
  private static final MetricDescriptor LATENCY =
      MetricDescriptor.secondsHistogram("latency_seconds", "Latency.", List.of("0.5", "1"));
  private static final MetricDescriptor ROUNDS =
      MetricDescriptor.countHistogram("rounds", "Rounds.", List.of("1", "2"), "outcome");

  private final RecordingSink sink = new RecordingSink();

  @Test
  void whatIsWrittenTodayIsVersion2() {
    WriteBehind store = MemoryStores.behind();
    apply(open(store), 41);
    assertThat(MemoryStores.contents(store))
        .isEqualTo(CommittedStore.contents(AggregateStoreTest.class, WITH_EXPONENTIAL));
  }

  @ParameterizedTest
  @ValueSource(strings = {VERSION_1, VERSION_2, WITH_EXEMPLARS, WITH_EXPONENTIAL})
  void countingGoesOnFromEveryVersion(String file) {
    Aggregation aggregation = open(CommittedStore.open(AggregateStoreTest.class, file));
    apply(aggregation, 42);
    aggregation.writeOut();
    assertThat(written())
        .isEqualTo(
            Map.of(
                "calls_total[größe]", "2 next 43 first seen 1795521600000 starts at value false",
                "latency_seconds[]", "[0, 2, 0] 1400000000",
                "calls_total[größe]@29925360", "2",
                "latency_seconds[]@29925360", "[0, 2, 0] 1400000000"));
  }

  @ParameterizedTest
  @ValueSource(strings = {VERSION_1, VERSION_2, WITH_EXEMPLARS})
  void aTaskThatAnEarlierReleaseHasBegunGetsNoExponentialBuckets(String file) {
    assertThat(exponential(CommittedStore.open(AggregateStoreTest.class, file))).isEqualTo("none");
  }

  @Test
  void aTaskThatThisReleaseHasBegunHasThemInEverySeriesAndInNoWindow() {
    assertThat(exponential(MemoryStores.behind())).isEqualTo("all");
    assertThat(exponential(CommittedStore.open(AggregateStoreTest.class, WITH_EXPONENTIAL)))
        .isEqualTo("all");
  }

  /** Counts to one series that a task may have and to one that it does not have. */
  private String exponential(WriteBehind store) {
    Aggregation aggregation = open(store);
    apply(aggregation, 42);
    CountedEvent event = OneChange.event(43, NOON, NOON);
    aggregation.apply(
        new OneChange(
            ROUNDS, List.of("a"), event, v -> ((HistogramAggregate) v).observe(700_000_000)));
    aggregation.writeOut();
    assertThat(sink.windows.values())
        .filteredOn(value -> value.fingerprint() == LATENCY.fingerprint())
        .hasSize(1)
        .allMatch(window -> ((HistogramAggregate) window.read(LATENCY)).exponential() == null);
    List<Boolean> has = new ArrayList<>();
    sink.totals.values().stream()
        .filter(value -> value.fingerprint() != CALLS.fingerprint())
        .map(value -> value.read(value.fingerprint() == ROUNDS.fingerprint() ? ROUNDS : LATENCY))
        .forEach(value -> has.add(((HistogramAggregate) value).exponential() != null));
    assertThat(has).hasSize(2);
    return has.contains(true) ? has.contains(false) ? "some" : "all" : "none";
  }

  @Test
  void aPartOfVersion1IsRetiredItsRetentionAfterTheFirstRecord() {
    Aggregation aggregation = open(CommittedStore.open(AggregateStoreTest.class, VERSION_1));
    long laterMs = NOON / 1_000_000 + 1_000_000;
    aggregation.moveTo(laterMs, 43);
    aggregation.moveTo(laterMs + Rules.DEFAULT.seriesRetention().toMillis(), 44);
    assertThat(sink.totals).isEmpty();
    aggregation.moveTo(laterMs + Rules.DEFAULT.seriesRetention().toMillis() + 1, 45);
    assertThat(sink.totals.values()).singleElement().matches(PartialValue::isRetired);
    assertThat(written())
        .containsEntry(
            "calls_total[größe]", "1 next 45 first seen 1795521600000 starts at value false");
  }

  private static void apply(Aggregation aggregation, long offset) {
    CountedEvent event = OneChange.event(offset, NOON, NOON);
    aggregation.moveTo(NOON / 1_000_000, offset + 1);
    aggregation.advance(event);
    aggregation.apply(
        new OneChange(CALLS, List.of("größe"), event, v -> ((SumAggregate) v).add(1)));
    aggregation.apply(
        new OneChange(
            LATENCY, List.of(), event, v -> ((HistogramAggregate) v).observe(700_000_000)));
  }

  private Aggregation open(WriteBehind store) {
    return new Aggregation(
        new Aggregation.Setup(
            new InputPartition(InputTopic.AGENT_CALLS, 3),
            List.of(CALLS, LATENCY, ROUNDS),
            Rules.DEFAULT,
            Handover.NONE),
        store,
        sink);
  }

  private Map<String, String> written() {
    Map<String, String> written = new TreeMap<>();
    sink.totals.forEach(
        (key, value) ->
            written.put(
                name(key.series()),
                text(key.series().metric(), value)
                    + (key.series().metric().equals("calls_total")
                        ? " next %d first seen %d starts at value %s"
                            .formatted(
                                value.nextOffset(), value.firstSeenMs(), value.startsAtValue())
                        : "")));
    sink.windows.forEach(
        (key, value) ->
            written.put(
                name(key.series()) + "@" + key.minute(), text(key.series().metric(), value)));
    return written;
  }

  private static String name(SeriesKey series) {
    return series.metric() + series.labelValues();
  }

  private static String text(String metric, PartialValue value) {
    if (metric.equals("calls_total")) {
      return ((SumAggregate) value.read(CALLS)).total().toString();
    }
    HistogramAggregate histogram = (HistogramAggregate) value.read(LATENCY);
    return List.of(histogram.count(0), histogram.count(1), histogram.count(2))
        + " "
        + histogram.sum();
  }
}
