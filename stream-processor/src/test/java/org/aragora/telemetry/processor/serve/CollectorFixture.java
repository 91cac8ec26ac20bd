package org.aragora.telemetry.processor.serve;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.RipeValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.EventOrder;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** A page of one partition: what tests put into it is collected at once. */
abstract class CollectorFixture {
  static final InputPartition D0 = new InputPartition(InputTopic.DEBATES, 0);
  static final InputPartition D1 = new InputPartition(InputTopic.DEBATES, 1);
  static final InputPartition I0 = new InputPartition(InputTopic.INSTANCES, 0);
  static final InputPartition I1 = new InputPartition(InputTopic.INSTANCES, 1);
  static final InputPartition R0 = new InputPartition(InputTopic.REQUESTS, 0);
  static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent");
  static final MetricDescriptor ACTIVE =
      MetricDescriptor.of(MetricType.ADDITIVE_GAUGE, "active", "Active.");
  static final MetricDescriptor RATING =
      MetricDescriptor.of(MetricType.LATEST_GAUGE, "rating", "Rating.", "agent");
  static final MetricDescriptor LATENCY =
      MetricDescriptor.secondsHistogram("latency_seconds", "Latency.", List.of("1"), "agent");
  static final MetricDescriptor RATE = MetricDescriptor.of(MetricType.RATIO, "rate", "Rate.");
  static final MetricDescriptor UP =
      MetricDescriptor.of(MetricType.INSTANCE, "up", "Up.", "instance_id");
  static final MetricDescriptor WEBSOCKETS =
      MetricDescriptor.of(MetricType.ADDITIVE_GAUGE, "websockets", "Connections.");
  static final List<MetricDescriptor> METRICS = List.of(CALLS, ACTIVE, RATING, LATENCY, RATE, UP);
  static final long MINUTE_MS = 60_000;

  final Set<String> fresh = new HashSet<>(Set.of("thread"));
  final MetricsView view = new MetricsView(fresh::contains);
  final Map<InputPartition, Long> lag = new HashMap<>();
  final Map<InputPartition, Long> unstable = new HashMap<>();
  final Map<InputPartition, Long> lastReadToEndMs = new HashMap<>();
  final Map<InputPartition, Long> ledgerMs = new HashMap<>();
  final Map<InputPartition, Long> unreadAgeMs = new HashMap<>();
  long lookAgeMs;
  boolean nativeHistograms;
  Runnable duringCollection = () -> {};
  Runnable onIdle = () -> {};
  Predicate<String> included = name -> true;
  long nowMs = Instant.parse("2026-11-24T12:00:30Z").toEpochMilli();
  final PartitionView partition = open("me");

  PartitionView open(String owner) {
    Map<String, MetricDescriptor> metrics = new HashMap<>();
    METRICS.forEach(metric -> metrics.put(metric.name(), metric));
    PartitionView opened = new PartitionView(0, owner, "thread", metrics);
    view.open(opened);
    return opened;
  }

  static Aggregate sum(long value) {
    SumAggregate sum = new SumAggregate();
    sum.add(value);
    return sum;
  }

  InstanceAggregate beat(String id, long time, long appendMs, long connections) {
    return beat(I0, id, time, appendMs, connections);
  }

  InstanceAggregate beat(
      InputPartition task, String id, long time, long appendMs, long connections) {
    InstanceAggregate instance = new InstanceAggregate();
    instance.heartbeat(
        new EventOrder(time, "/" + id, "", 0, "h"), appendMs, 30_000_000_000L, connections);
    put(UP, task, true, instance, id);
    return instance;
  }

  void put(
      MetricDescriptor metric,
      InputPartition task,
      boolean startsAtValue,
      Aggregate value,
      String... of) {
    BinaryWriter out = new BinaryWriter();
    PartialValue.write(out, metric, 1, 0, startsAtValue ? PartialValue.STARTS_AT_VALUE : 0, value);
    partition.accept(
        new MetricsKey.Partial(
                new SeriesKey(metric.name(), List.of(of)), task, metric.type().needsTopicTime())
            .toBytes(),
        out.toBytes(),
        nowMs);
  }

  void ripe(MetricDescriptor metric, String... of) {
    partition.accept(
        new MetricsKey.Ripe(new SeriesKey(metric.name(), List.of(of))).toBytes(),
        new RipeValue().toBytes(),
        nowMs);
  }

  void ledger(InputPartition task, long ms) {
    ledger(task, ms, ms);
  }

  void ledger(InputPartition task, long eventMs, long lastMs) {
    ledger(task, eventMs, eventMs, lastMs);
  }

  void ledger(InputPartition task, long eventMs, long appendMs, long lastMs) {
    ledgerMs.put(task, lastMs);
    Ledger ledger = new Ledger();
    ledger.recordRead(10, appendMs);
    ledger.recordCounted(eventMs * 1_000_000);
    ledger.recordRead(11, lastMs);
    ledger.recordDeadLetter(DeadLetterReason.NULL_VALUE);
    BinaryWriter out = new BinaryWriter();
    ledger.write(out);
    partition.accept(new MetricsKey.LedgerOf(task).toBytes(), out.toBytes(), nowMs);
  }

  void announce(String owner) {
    partition.accept(
        new MetricsKey.Owner(0).toBytes(),
        new OwnerValue(owner, 1, Optional.empty()).toBytes(),
        nowMs);
  }

  Map<String, Double> samples() {
    return samples(collect());
  }

  MetricSnapshots collect() {
    ConsumedOffsets progress =
        new ConsumedOffsets() {
          @Override
          public OptionalLong unstableRecords(InputPartition of) {
            return unstable.containsKey(of)
                ? OptionalLong.of(unstable.get(of))
                : OptionalLong.empty();
          }

          @Override
          public OptionalLong lagRecords(InputPartition of) {
            return lag.containsKey(of) ? OptionalLong.of(lag.get(of)) : OptionalLong.empty();
          }

          @Override
          public OptionalLong unreadAgeMs(InputPartition of) {
            if (of.equals(D0)) {
              duringCollection.run(); // asked once by a collection
            }
            return unreadAgeMs.containsKey(of)
                ? OptionalLong.of(unreadAgeMs.get(of))
                : OptionalLong.empty();
          }

          @Override
          public OptionalLong unreadAppendMs(InputPartition of, long askedFromNanos) {
            return OptionalLong.empty();
          }

          @Override
          public OptionalLong idleNanos(InputPartition of, long nextOffset) {
            Runnable once = onIdle;
            onIdle = () -> {};
            once.run();
            OptionalLong look = lastReadToEndNanos(of);
            long lastNanos = ledgerMs.getOrDefault(of, 0L) * 1_000_000;
            return look.isEmpty() || look.getAsLong() < lastNanos
                ? OptionalLong.empty()
                : OptionalLong.of(look.getAsLong() - lastNanos);
          }

          @Override
          public OptionalLong lastReadToEndNanos(InputPartition of) {
            if (lag.getOrDefault(of, 1L) == 0) {
              lastReadToEndMs.put(of, nowMs - lookAgeMs);
            }
            return lastReadToEndMs.containsKey(of)
                ? OptionalLong.of(lastReadToEndMs.get(of) * 1_000_000)
                : OptionalLong.empty();
          }

          @Override
          public OptionalLong readToEndAtNanos(InputPartition of) {
            return OptionalLong.empty();
          }
        };
    SeriesCollector collector =
        new SeriesCollector(
            view,
            new ServeSettings(
                METRICS,
                WEBSOCKETS,
                "t.",
                Map.of(InputTopic.DEBATES, 2),
                1,
                Duration.ofSeconds(300),
                nativeHistograms),
            progress,
            () -> nowMs * 1_000_000);
    return collector.collect(included);
  }

  static Map<String, Double> samples(MetricSnapshots families) {
    Map<String, Double> samples = new TreeMap<>();
    for (MetricSnapshot family : families) {
      for (DataPointSnapshot point : family.getDataPoints()) {
        String labels = point.getLabels().stream().map(l -> l.getValue()).toList().toString();
        String name =
            family.getMetadata().getName()
                + (family instanceof CounterSnapshot ? "_total" : "")
                + labels.replace(", ", ",").replace('[', '{').replace(']', '}');
        if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter) {
          samples.put(name, counter.getValue());
        } else if (point instanceof GaugeSnapshot.GaugeDataPointSnapshot gauge) {
          samples.put(name, gauge.getValue());
        } else if (point instanceof HistogramSnapshot.HistogramDataPointSnapshot histogram) {
          histogram
              .getClassicBuckets()
              .forEach(b -> samples.put(name + " le=" + b.getUpperBound(), (double) b.getCount()));
          samples.put(name + " sum", histogram.getSum());
        }
      }
    }
    return samples;
  }
}
