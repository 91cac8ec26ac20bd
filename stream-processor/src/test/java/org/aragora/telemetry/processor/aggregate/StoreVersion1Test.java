package org.aragora.telemetry.processor.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.HistogramAggregate;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.SumAggregate;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.processor.fixtures.CommittedStore;
import org.aragora.telemetry.processor.fixtures.MemoryStores;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.flow.Measurement;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

/**
 * The aggregate store as version 1 wrote it, from a committed file. Whatever comes later must go on
 * from it; what writes other bytes must raise the version.
 */
class StoreVersion1Test {
  private static final String FILE = "aggregate-store-version-1.txt";
  private static final long NOON = 1_795_521_600_000_000_000L;
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent");
  private static final MetricDescriptor LATENCY =
      MetricDescriptor.secondsHistogram("latency_seconds", "Latency.", List.of("0.5", "1"));

  private final Map<String, String> written = new TreeMap<>();

  @Test
  void whatIsWrittenTodayIsVersion1() {
    KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
    apply(open(store), 41);
    assertThat(MemoryStores.contents(store))
        .isEqualTo(CommittedStore.contents(StoreVersion1Test.class, FILE));
  }

  @Test
  void countingGoesOnFromVersion1() {
    Aggregation aggregation = open(CommittedStore.open(StoreVersion1Test.class, FILE));
    apply(aggregation, 42);
    aggregation.writeOut();
    assertThat(written)
        .isEqualTo(
            Map.of(
                "calls_total[größe]", "2 next 43 born 1795521600000 mature false",
                "latency_seconds[]", "[0, 2, 0] 1400000000",
                "calls_total[größe]@29925360", "2",
                "latency_seconds[]@29925360", "[0, 2, 0] 1400000000"));
  }

  private static void apply(Aggregation aggregation, long offset) {
    Event event = new Event("e", "/s", null, null, null, null, new RoundCompleted("d", 1L, 1L));
    aggregation.apply(
        new MeasuredEvent(
            new CountedEvent(event, offset, NOON, NOON / 1_000_000, NOON, null),
            List.of(
                new Measurement(CALLS, List.of("größe"), v -> ((SumAggregate) v).add(1)),
                new Measurement(
                    LATENCY,
                    List.of(),
                    v -> ((HistogramAggregate) v).observe(700_000_000, LATENCY.boundUnits())))));
  }

  private Aggregation open(KeyValueStore<Bytes, byte[]> store) {
    return new Aggregation(
        new InputPartition(InputTopic.AGENT_CALLS, 3),
        Map.of(CALLS.name(), CALLS, LATENCY.name(), LATENCY),
        new AggregateSettings(Duration.ofSeconds(300), 2000, Duration.ofSeconds(20)),
        store,
        () -> NOON / 1_000_000,
        new Output() {
          @Override
          public void total(MetricsKey.Partial key, byte[] value) {
            PartialValue partial = PartialValue.fromBytes(value);
            String name = key.series().metric() + key.series().labelValues();
            written.put(
                name,
                text(key.series().metric(), partial)
                    + (key.series().metric().equals("calls_total")
                        ? " next %d born %d mature %s"
                            .formatted(partial.nextOffset(), partial.bornAtMs(), partial.mature())
                        : ""));
          }

          @Override
          public void window(WindowKey key, byte[] value) {
            written.put(
                key.series().metric() + key.series().labelValues() + "@" + key.minute(),
                text(key.series().metric(), PartialValue.fromBytes(value)));
          }
        });
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
