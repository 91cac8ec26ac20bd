package org.aragora.telemetry.counting.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.ledger.LedgerTest;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.Aggregates;
import org.aragora.telemetry.counting.value.EventOrder;
import org.aragora.telemetry.counting.value.Exemplar;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.aragora.telemetry.counting.value.RunMaximumAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Keys and values as version 1 wrote them to the metrics topics, from a committed file. Whatever
 * comes later must read them; what writes other bytes must raise the version.
 */
class FormatVersion1Test {
  private static final String FILE = "format-version-1.properties";
  private static final InputPartition TASK = new InputPartition(InputTopic.AGENT_CALLS, 300);
  private static final SeriesKey SERIES =
      new SeriesKey("aragora_agent_calls_total", List.of("größe", "success"));

  @Test
  void keysAreReadAsTheyWereWritten() {
    assertThat(MetricsKey.fromBytes(committed("key.partial")))
        .isEqualTo(new MetricsKey.Partial(SERIES, TASK, false));
    assertThat(MetricsKey.fromBytes(committed("key.partial-with-topic-time")))
        .isEqualTo(new MetricsKey.Partial(SERIES, TASK, true));
    assertThat(MetricsKey.fromBytes(committed("key.ledger")))
        .isEqualTo(new MetricsKey.LedgerOf(TASK));
    assertThat(MetricsKey.fromBytes(committed("key.owner"))).isEqualTo(new MetricsKey.Owner(200));
    assertThat(MetricsKey.fromBytes(committed("key.ripe"))).isEqualTo(new MetricsKey.Ripe(SERIES));
    assertThat(WindowKey.fromBytes(committed("key.window")))
        .isEqualTo(new WindowKey(SERIES, 29_399_040, TASK));
  }

  @Test
  void anOwnerIsReadAsItWasWritten() {
    assertThat(OwnerValue.fromBytes(committed("value.owner")))
        .isEqualTo(new OwnerValue("5f0c6b5e-0000-4000-8000-000000000001", 12, Optional.empty()));
  }

  @Test
  void theMarkOfARipeSeriesIsReadAsItWasWritten() {
    assertThat(RipeValue.fromBytes(committed("value.ripe"))).isEqualTo(new RipeValue());
  }

  @Test
  void aLedgerIsReadAsItWasWritten() {
    for (String name : new String[] {"value.ledger", "value.ledger-2", "value.ledger-3"}) {
      assertThat(Ledger.read(new BinaryReader(committed(name))))
          .usingRecursiveComparison()
          .isEqualTo(LedgerTest.full());
    }
  }

  @ParameterizedTest
  @EnumSource(MetricType.class)
  void aValueIsReadAsItWasWritten(MetricType type) {
    PartialValue value = PartialValue.fromBytes(committed(name(type)));
    assertThat(value.nextOffset()).isEqualTo(1_000_000);
    assertThat(value.firstSeenMs()).isEqualTo(1_763_942_400_000L);
    assertThat(value.startsAtValue()).isTrue();
    assertThat(value.read(Aggregates.metric(type)))
        .usingRecursiveComparison()
        .isEqualTo(aggregate(type));
  }

  @Test
  void theMaximaOfRunsThatWereKeptByNameAreReadByHash() {
    RunMaximumAggregate maxima =
        (RunMaximumAggregate)
            PartialValue.fromBytes(committed("value.run-maximum"))
                .read(Aggregates.metric(MetricType.RUN_MAXIMUM));
    assertThat(maxima.total()).hasToString("305");
    maxima.report("/a/ü#k3v9", 300, 1_763_942_400_500L);
    assertThat(maxima.total()).as("the same run").hasToString("305");
  }

  @Test
  void aHistogramOfAReleaseWithoutExemplarsIsRead() {
    HistogramAggregate old = histogram("value.histogram");
    HistogramAggregate now = (HistogramAggregate) aggregate(MetricType.HISTOGRAM);
    assertThat(old.hasAllExemplars()).isFalse();
    assertThat(now.hasAllExemplars()).isTrue();
    old.leaveOutExemplars();
    now.leaveOutExemplars();
    now.leaveOutExponential();
    assertThat(Aggregates.bytes(old)).isEqualTo(Aggregates.bytes(now));
  }

  @Test
  void aHistogramOfAReleaseWithoutExponentialBucketsIsReadAndGetsNone() {
    HistogramAggregate old = histogram("value-2.histogram");
    HistogramAggregate now = (HistogramAggregate) aggregate(MetricType.HISTOGRAM);
    assertThat(now.exponential()).isNotNull();
    assertThat(old.exponential()).isNull();
    old.observe(7);
    now.observe(7);
    assertThat(old.exponential()).as("which do not have every value").isNull();
    now.leaveOutExponential();
    assertThat(Aggregates.bytes(old)).isEqualTo(Aggregates.bytes(now));
  }

  private static HistogramAggregate histogram(String committed) {
    return (HistogramAggregate)
        PartialValue.fromBytes(committed(committed)).read(Aggregates.metric(MetricType.HISTOGRAM));
  }

  /** An earlier release reads the fields that it has, and nothing behind them. */
  @Test
  void aHistogramBeginsAsEarlierReleasesReadIt() {
    String first = HexFormat.of().formatHex(committed("value.histogram"));
    String second = HexFormat.of().formatHex(committed("value-2.histogram"));
    assertThat(second).startsWith(first);
    assertThat(HexFormat.of().formatHex(committed("value-3.histogram"))).startsWith(second);
  }

  @Test
  void whatIsWrittenTodayIsVersion1() {
    Map<String, String> written = new TreeMap<>();
    write().forEach((name, bytes) -> written.put(name, HexFormat.of().formatHex(bytes)));
    Map<String, String> committed = new TreeMap<>(load());
    committed.remove("value.ledger"); // all of an earlier release
    committed.remove("value.ledger-2");
    committed.remove("value.run-maximum");
    committed.remove("value.histogram");
    committed.remove("value-2.histogram");
    assertThat(written).isEqualTo(committed);
  }

  private static Map<String, byte[]> write() {
    Map<String, byte[]> all = new TreeMap<>();
    all.put("key.partial", new MetricsKey.Partial(SERIES, TASK, false).toBytes());
    all.put("key.partial-with-topic-time", new MetricsKey.Partial(SERIES, TASK, true).toBytes());
    all.put("key.ledger", new MetricsKey.LedgerOf(TASK).toBytes());
    all.put("key.owner", new MetricsKey.Owner(200).toBytes());
    all.put("key.ripe", new MetricsKey.Ripe(SERIES).toBytes());
    all.put("key.window", new WindowKey(SERIES, 29_399_040, TASK).toBytes());
    all.put(
        "value.owner",
        new OwnerValue("5f0c6b5e-0000-4000-8000-000000000001", 12, Optional.empty()).toBytes());
    all.put("value.ripe", new RipeValue().toBytes());
    all.put("value.ledger-3", LedgerTest.bytes(LedgerTest.full()));
    for (MetricType type : MetricType.values()) {
      BinaryWriter out = new BinaryWriter();
      PartialValue.write(
          out,
          Aggregates.metric(type),
          1_000_000,
          1_763_942_400_000L,
          PartialValue.STARTS_AT_VALUE,
          aggregate(type));
      all.put(name(type), out.toBytes());
    }
    return all;
  }

  private static Aggregate aggregate(MetricType type) {
    MetricDescriptor metric = Aggregates.metric(type);
    Aggregate value = Aggregate.zero(metric);
    EventOrder order = new EventOrder(1_763_942_400_123_456_789L, "/a/ü", "k3v9", 1842, "01JD");
    switch (type) {
      case COUNTER -> ((SumAggregate) value).add(1_000);
      case ADDITIVE_GAUGE -> {
        ((SumAggregate) value).add(Long.MIN_VALUE);
        ((SumAggregate) value).add(-1);
      }
      case LATEST_GAUGE -> ((LatestAggregate) value).offer(order, 1512.5);
      case HISTOGRAM -> {
        for (long nanos : new long[] {1, 100_000_000, 500_000_000, 20_000_000_000L}) {
          ((HistogramAggregate) value).observe(nanos);
        }
        ((HistogramAggregate) value)
            .offer(
                1,
                Exemplar.of(
                    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                    1_763_942_400_123_456_789L,
                    500_000_000));
      }
      case RATIO -> {
        ((RatioAggregate) value).add(29_399_040, true);
        ((RatioAggregate) value).add(29_399_040, false);
        ((RatioAggregate) value).add(29_399_041, false);
      }
      case INSTANCE -> {
        InstanceAggregate instance = (InstanceAggregate) value;
        instance.heartbeat(order, 1_763_942_400_500L, 30_000_000_000L, 17);
        instance.stopped(new EventOrder(1_763_942_400_000_000_000L, "/a/ü", "", 0, "stop"));
        instance.websocket(
            new EventOrder(1_763_942_400_200_000_000L, "/a/ü", "k3v9", 3, "ws"), 300);
      }
      case RUN_MAXIMUM -> {
        RunMaximumAggregate maximum = (RunMaximumAggregate) value;
        maximum.report("/a/ü#k3v9", 300, 1_763_942_400_500L);
      }
    }
    return value;
  }

  private static String name(MetricType type) {
    String begins =
        switch (type) {
          case RUN_MAXIMUM -> "value-2.";
          case HISTOGRAM -> "value-3.";
          default -> "value.";
        };
    return begins + type.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  private static byte[] committed(String name) {
    return HexFormat.of().parseHex(Objects.requireNonNull(load().get(name), name));
  }

  private static Map<String, String> load() {
    Properties properties = new Properties();
    try (InputStream in = FormatVersion1Test.class.getResourceAsStream(FILE)) {
      properties.load(Objects.requireNonNull(in, FILE));
    } catch (IOException e) {
      throw new IllegalStateException(FILE + " cannot be read", e);
    }
    Map<String, String> entries = new TreeMap<>();
    properties.stringPropertyNames().forEach(n -> entries.put(n, properties.getProperty(n)));
    return entries;
  }
}
