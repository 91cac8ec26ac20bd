package org.aragora.telemetry.counting;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.DebateChange;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.Exemplar;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

/** Which trace becomes the exemplar of a bucket. */
class ExemplarTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
  private static final String LATENCY = "aragora_request_duration_seconds";
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  private final RecordingSink sink = new RecordingSink();
  private PartitionStores<?> stores =
      new PartitionStores<>(MemoryStores.empty(), MemoryStores.empty());
  private long offset;

  private PartitionCounter open() {
    return PartitionCounters.of(Rules.DEFAULT, "aragora.")
        .open(new InputPartition(InputTopic.REQUESTS, 0), stores, sink);
  }

  private static String request(int id, Instant time, String traceparent, String seconds) {
    return """
        {"specversion":"1.0","id":"e-%d","source":"/aragora/instances/api",\
        "type":"ai.aragora.request.completed.v1","time":"%s",%s"epoch":"run","seq":%d,\
        "data":{"request_id":"r","method":"GET","endpoint":"/","status":200,\
        "duration_seconds":%s}}"""
        .formatted(
            id,
            time,
            traceparent == null ? "" : "\"traceparent\":\"" + traceparent + "\",",
            id + 1,
            seconds);
  }

  private void count(PartitionCounter counter, String event) {
    counter.accept(
        new InputRecord(
            offset++,
            NOON.plusSeconds(30).toEpochMilli(),
            null,
            event.getBytes(StandardCharsets.UTF_8)));
  }

  private static String sampled(int trace) {
    return "00-%032x-%016x-01".formatted(trace, trace);
  }

  private static HistogramAggregate latency(Map<?, PartialValue> values) {
    MetricDescriptor metric =
        PartitionCounters.of(Rules.DEFAULT, "aragora.").metrics().stream()
            .filter(of -> of.name().equals(LATENCY))
            .findAny()
            .orElseThrow();
    return values.values().stream()
        .filter(value -> value.fingerprint() == metric.fingerprint())
        .map(value -> (HistogramAggregate) value.read(metric))
        .findAny()
        .orElseThrow();
  }

  private static Map<Integer, String> exemplars(HistogramAggregate histogram) {
    Map<Integer, String> exemplars = new TreeMap<>();
    for (int i = 0; i < histogram.buckets(); i++) {
      Exemplar exemplar = histogram.exemplar(i);
      if (exemplar != null) {
        exemplars.put(
            i,
            "%s %s %d %d"
                .formatted(
                    exemplar.traceId(), exemplar.spanId(), exemplar.units(), exemplar.timeNanos()));
      }
    }
    return exemplars;
  }

  @Test
  void theSampledTraceWithTheGreatestEventTimeIsThatOfItsBucket() {
    PartitionCounter counter = open();
    String last = "00-" + TRACE + "-" + SPAN + "-01";
    count(counter, request(0, NOON.plusSeconds(1), sampled(1), "0.02"));
    count(counter, request(1, NOON.plusSeconds(3), last, "0.03"));
    count(counter, request(2, NOON.plusSeconds(2), sampled(2), "0.04"));
    count(counter, request(3, NOON.plusSeconds(4), last.replace("-01", "-00"), "0.04"));
    count(counter, request(4, NOON.plusSeconds(5), null, "0.04"));
    count(counter, request(5, NOON.plusSeconds(6), last.replace(SPAN, "0".repeat(16)), "0.04"));
    count(counter, request(6, NOON, sampled(3), "0.2"));
    count(counter, request(0, NOON.plusSeconds(20), sampled(4), "0.02")); // a duplicate
    long nanos = NOON.getEpochSecond() * 1_000_000_000L;
    assertThat(exemplars(latency(counter.totals())))
        .isEqualTo(
            Map.of(
                1,
                "%s %s 30000000 %d".formatted(TRACE, SPAN, nanos + 3_000_000_000L),
                3,
                "%032x %016x 200000000 %d".formatted(3, 3, nanos)));
  }

  @Test
  void theExemplarsDoNotDependOnTheOrderOfTheRecords() {
    List<String> events = new ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      events.add(
          request(
              i,
              NOON.plusSeconds(random.nextInt(5)), // ties too
              random.nextBoolean() ? sampled(1 + random.nextInt(9)) : null,
              "0." + (1 + random.nextInt(9))));
    }
    PartitionCounter counter = open();
    events.forEach(event -> count(counter, event));
    Map<Integer, String> expected = exemplars(latency(counter.totals()));
    assertThat(expected).hasSizeGreaterThan(2);
    for (int i = 0; i < 20; i++) {
      Collections.shuffle(events, random);
      stores = new PartitionStores<>(MemoryStores.empty(), MemoryStores.empty());
      PartitionCounter other = open();
      events.forEach(event -> count(other, event));
      assertThat(exemplars(latency(other.totals()))).isEqualTo(expected);
    }
  }

  @Test
  void theyOutliveARestartAndAreInNoWindow() {
    PartitionCounter counter = open();
    count(counter, request(0, NOON, sampled(7), "0.02"));
    counter.store();
    PartitionCounter next = open();
    count(next, request(1, NOON.minusSeconds(1), sampled(8), "0.02"));
    next.writeOut(NOON.toEpochMilli(), false);
    HistogramAggregate total = latency(sink.totals);
    assertThat(exemplars(total).get(1)).startsWith("%032x".formatted(7));
    assertThat(total.hasAllExemplars()).isTrue();
    assertThat(exemplars(latency(sink.windows))).isEmpty();
    assertThat(latency(sink.windows).hasAllExemplars()).isFalse();
  }

  @Test
  void aDebateThatIsEndedByTheStartOfAnotherHasNotTheTraceOfThat() {
    Event start =
        new Event(
            "e",
            "/s",
            null,
            sampled(1),
            null,
            null,
            new DebateStarted("d", List.of(), null, null, null, null));
    DebateChange.Ended ended =
        new DebateChange.Ended(
            new DebateCompleted("old", DebateOutcome.TIMEOUT, 1_000_000_000L, 3L, null, null, null),
            "general",
            true);
    List<HistogramAggregate> histograms = new ArrayList<>();
    MetricCatalog catalog = new MetricCatalog("aragora.", text -> text);
    catalog.measure(
        new CountedEvent(start, 0, 5, 5, 5, null, ended),
        measurement -> add(measurement.metric(), measurement::applyTo, histograms));
    assertThat(histograms).hasSize(2).allMatch(histogram -> exemplars(histogram).isEmpty());
    histograms.clear();
    catalog.measure(
        new CountedEvent(start, 0, 5, 5, 5, ended, null),
        measurement -> add(measurement.metric(), measurement::applyTo, histograms));
    assertThat(histograms).hasSize(2).noneMatch(histogram -> exemplars(histogram).isEmpty());
  }

  private static void add(
      MetricDescriptor metric,
      java.util.function.Consumer<Aggregate> change,
      List<HistogramAggregate> to) {
    Aggregate value = Aggregate.zero(metric);
    change.accept(value);
    if (value instanceof HistogramAggregate histogram) {
      to.add(histogram);
    }
  }
}
