package org.aragora.telemetry.counting;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The cost of an event whose series are known, in figures that do not depend on the machine. Each
 * limit lies a little above what was measured.
 */
class CostTest {
  private static final int EVENTS = 20_000;
  private static final int INSTANCES = 10;
  private static final String[] ENDPOINTS = {"/api/debates", "/api/debates/17", "/health", "/api"};
  private static final long NOON_MS = 1_795_521_600_000L;
  private static final InputPartition PARTITION = new InputPartition(InputTopic.REQUESTS, 0);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final List<InputRecord> records = new ArrayList<>();
  private final EventCodec codec = JsonEventCodec.create();
  private long puts;
  private long bytes;
  private PartitionCounter counter;

  @BeforeEach
  void countAllSeriesOnce() {
    for (int i = 0; i < 2 * EVENTS; i++) {
      records.add(record(i));
    }
    counter =
        PartitionCounters.of(Rules.DEFAULT, "aragora.")
            .open(PARTITION, new PartitionStores<>(store(), store()), new RecordingSink());
    records.subList(0, EVENTS).forEach(counter::accept);
    counter.store();
    puts = 0;
    bytes = 0;
  }

  @Test
  void nothingIsPutBetweenCommitsAndEachValueOnceInOne() {
    records.subList(EVENTS, 2 * EVENTS).forEach(counter::accept);
    assertThat(puts).isZero();
    counter.store();
    assertThat(puts).as("ledger, 10 runs, series and windows: 74").isBetween(40L, 80L);
    assertThat(bytes).as("1,964 measured").isBetween(1000L, 2200L);
    puts = 0;
    counter.store();
    assertThat(puts).isZero();
  }

  @Test
  void anEventOfKnownSeriesAllocatesLittleBesideItsDecoding() {
    List<InputRecord> second = records.subList(EVENTS, 2 * EVENTS);
    Consumer<InputRecord> decode =
        record ->
            codec.decode(
                InputTopic.REQUESTS,
                record.key(),
                record.headers(),
                record.value(),
                record.appendTimeMs());
    records.subList(0, EVENTS).forEach(decode);
    long decoding = allocated(() -> second.forEach(decode));
    long counting = allocated(() -> second.forEach(counter::accept));
    assertThat((counting - decoding) / EVENTS).as("80 measured").isLessThanOrEqualTo(100);
  }

  @Test
  void aTraceThatIsNotSampledOrNotLaterAllocatesNothing() {
    long plain = allocatedByCounting(i -> null, 0);
    assertThat(allocatedByCounting(i -> traceparent(i, "00"), 1) - plain).isLessThanOrEqualTo(10);
    assertThat(allocatedByCounting(i -> traceparent(i, i < EVENTS ? "01" : "00"), 2) - plain)
        .isLessThanOrEqualTo(10);
    assertThat(allocatedByCounting(i -> traceparent(i, "01"), 3) - plain)
        .as("each is the latest of its bucket")
        .isBetween(50L, 400L);
    assertThat(allocatedByCounting(i -> traceparent(i, "01"), 4) - plain)
        .as("none is later than those before")
        .isLessThanOrEqualTo(10);
  }

  /** Bytes an event beside its decoding; {@code run}: a new one for each call. */
  private long allocatedByCounting(IntFunction<@Nullable String> traces, int run) {
    List<InputRecord> all = new ArrayList<>();
    for (int i = 0; i < 2 * EVENTS; i++) {
      InputRecord made = record(i, "epoch-" + run, traces.apply(i));
      all.add(
          new InputRecord((run + 2L) * 2 * EVENTS + i, made.appendTimeMs(), null, made.value()));
    }
    List<InputRecord> first = all.subList(0, EVENTS);
    List<InputRecord> second = all.subList(EVENTS, 2 * EVENTS);
    Consumer<InputRecord> decode =
        record ->
            codec.decode(
                InputTopic.REQUESTS,
                record.key(),
                record.headers(),
                record.value(),
                record.appendTimeMs());
    first.forEach(decode);
    first.forEach(counter::accept);
    long decoding = allocated(() -> second.forEach(decode));
    return (allocated(() -> second.forEach(counter::accept)) - decoding) / EVENTS;
  }

  private static String traceparent(int i, String flags) {
    return "00-%032x-%016x-%s".formatted(i + 1, i + 1, flags);
  }

  private static long allocated(Runnable work) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    work.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static InputRecord record(int i) {
    return record(i, "epoch", null);
  }

  private static InputRecord record(int i, String epoch, @Nullable String traceparent) {
    long ms = NOON_MS + i;
    String event =
        """
        {"specversion":"1.0","id":"e-%d","source":"/aragora/instances/api-%d",\
        "type":"ai.aragora.request.completed.v1","time":"%s",%s"epoch":"%s","seq":%d,\
        "data":{"request_id":"r-%d","method":"%s","endpoint":"%s","status":%d,\
        "duration_seconds":0.25}}"""
            .formatted(
                i,
                i % INSTANCES,
                Instant.ofEpochMilli(ms),
                traceparent == null ? "" : "\"traceparent\":\"" + traceparent + "\",",
                epoch,
                i / INSTANCES + 1,
                i,
                i % 3 == 0 ? "POST" : "GET",
                ENDPOINTS[i % ENDPOINTS.length],
                i % 50 == 0 ? 503 : 200);
    return new InputRecord(i, ms, null, event.getBytes(StandardCharsets.UTF_8));
  }

  @SuppressWarnings("unchecked")
  private KeyValueStore<Bytes, byte[]> store() {
    KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
    return (KeyValueStore<Bytes, byte[]>)
        Proxy.newProxyInstance(
            CostTest.class.getClassLoader(),
            new Class<?>[] {KeyValueStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("put")) {
                puts++;
                bytes += ((byte[]) arguments[1]).length;
              } else if (method.getName().equals("delete")) {
                puts++;
              }
              return method.invoke(store, arguments);
            });
  }
}
