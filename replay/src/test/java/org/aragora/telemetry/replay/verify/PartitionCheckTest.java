package org.aragora.telemetry.replay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.PartitionStores;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.flow.DiscardingSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.MemoryStore;
import org.aragora.telemetry.counting.value.Exemplar;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class PartitionCheckTest {
  private static final CountingRules RULES =
      new CountingRules(
          Duration.ofSeconds(60),
          Duration.ofSeconds(300),
          Duration.ofHours(1),
          2000,
          10_000,
          Duration.ofDays(7),
          Duration.ZERO,
          false,
          text -> text);

  private static final long NOON_MS = 1_795_521_600_000L;
  private static final String REQUEST =
      """
      {"specversion":"1.0","id":"e","source":"/a","type":"ai.aragora.request.completed.v1",\
      "traceparent":"00-00000000000000000000000000000005-0000000000000005-01",\
      "data":{"request_id":"r","method":"GET","endpoint":"/","status":200,\
      "duration_seconds":0.02}}""";

  @Test
  void noWindowIsWholeBeforeTheFirstRecordThatIsLeftWasRead() {
    LiveTask live = new LiveTask();
    live.values.put(
        new ValueKey(new SeriesKey("aragora_elo_updates_total", List.of()), 29_000_000, 0),
        new PartialValue(0, 60, 0, 0, new byte[] {1, 2}));
    PartitionCheck check =
        new PartitionCheck(
            new InputPartition(InputTopic.DEBATES, 0),
            live,
            PartitionCounters.of(RULES, "aragora."),
            new PartitionCheck.Scope(100, 200, 60_000, 0));
    check.pause(100); // a poll without records
    assertThat(check.differences()).isEmpty();
    assertThat(check.counts().windows()).isZero();
  }

  @Test
  void anotherExemplarIsADifference() {
    PartitionCheck same = check(value -> {});
    assertThat(same.differences()).isEmpty();
    assertThat(same.withoutExemplars()).isZero();
    assertThat(check(value -> value.offer(1, exemplar(6))).differences())
        .singleElement()
        .asString()
        .contains("exemplars [" + "0".repeat(31) + "6/")
        .contains("exemplars [" + "0".repeat(31) + "5/");
  }

  @Test
  void theExemplarsThatAReleaseWithoutThemHasNotKeptAreNoDifference() {
    PartitionCheck check = check(HistogramAggregate::leaveOutExemplars);
    assertThat(check.differences()).isEmpty();
    assertThat(check.withoutExemplars()).isEqualTo(1);
    PartitionCheck counts =
        check(
            value -> {
              value.observe(1);
              value.leaveOutExemplars();
            });
    assertThat(counts.differences()).hasSize(1);
  }

  @Test
  void anotherCountOfAnExponentialBucketIsADifference() {
    assertThat(check(value -> {}).withoutExponential()).isZero();
    PartitionCheck damaged = check(value -> value.exponential().observe(1));
    assertThat(damaged.differences())
        .as("their total is not that of the classic buckets")
        .singleElement()
        .asString()
        .contains("live has a value that cannot be read, the replay has buckets");
    assertThat(damaged.withoutExponential()).isZero();
    assertThat(
            check(
                    value -> {
                      value.observe(1);
                      value.leaveOutExemplars();
                    })
                .differences())
        .singleElement()
        .asString()
        .containsPattern("exponential buckets \\{-239=1, .*exponential buckets \\{-?[^2]");
  }

  @Test
  void theExponentialBucketsThatAnEarlierReleaseHasNotKeptAreNoDifference() {
    PartitionCheck check =
        check(
            value -> {
              value.leaveOutExemplars();
              value.leaveOutExponential();
            });
    assertThat(check.differences()).isEmpty();
    assertThat(check.withoutExponential()).isEqualTo(1);
    assertThat(check.withoutExemplars()).isEqualTo(1);
    PartitionCheck counts =
        check(
            value -> {
              value.observe(1);
              value.leaveOutExponential();
            });
    assertThat(counts.differences()).hasSize(1);
  }

  private static Exemplar exemplar(int trace) {
    return Exemplar.of("00-%032x-%016x-01".formatted(trace, trace), NOON_MS * 1_000_000, 1);
  }

  /** Checks one request whose latency the live service has changed. */
  private static PartitionCheck check(Consumer<HistogramAggregate> live) {
    InputPartition partition = new InputPartition(InputTopic.REQUESTS, 0);
    PartitionCounters counters = PartitionCounters.of(RULES, "aragora.");
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "aragora.requests",
            0,
            0,
            NOON_MS,
            TimestampType.LOG_APPEND_TIME,
            0,
            REQUEST.length(),
            null,
            REQUEST.getBytes(StandardCharsets.UTF_8),
            new RecordHeaders(),
            Optional.empty());
    PartitionCounter counter =
        counters.open(
            partition,
            new PartitionStores<>(new MemoryStore(), new MemoryStore()),
            new DiscardingSink() {
              @Override
              public void window(WindowKey key, byte[] value) {}
            });
    counter.accept(new InputRecord(0, NOON_MS, null, REQUEST.getBytes(StandardCharsets.UTF_8)));
    LiveTask task = new LiveTask();
    counter
        .totals()
        .forEach((key, value) -> task.values.put(ValueKey.total(key), changed(value, live)));
    PartitionCheck check =
        new PartitionCheck(partition, task, counters, new PartitionCheck.Scope(0, 1, 60_000, 0));
    check.accept(record);
    return check;
  }

  private static PartialValue changed(PartialValue value, Consumer<HistogramAggregate> change) {
    MetricDescriptor metric =
        PartitionCounters.of(RULES, "aragora.").metrics().stream()
            .filter(of -> of.fingerprint() == value.fingerprint())
            .findAny()
            .orElseThrow();
    if (!(value.read(metric) instanceof HistogramAggregate histogram)) {
      return value;
    }
    change.accept(histogram);
    BinaryWriter out = new BinaryWriter();
    histogram.write(out);
    return new PartialValue(
        value.fingerprint(), value.nextOffset(), value.firstSeenMs(), value.flags(), out.toBytes());
  }
}
