package org.aragora.telemetry.processor.simulation;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.aragora.telemetry.processor.pipeline.CountProcessor;
import org.aragora.telemetry.processor.pipeline.PartitionedValue;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.SeriesCollector;
import org.aragora.telemetry.processor.serve.SeriesLifeProcessor;
import org.aragora.telemetry.processor.serve.ServeProcessor;
import org.aragora.telemetry.processor.serve.ServeSettings;

/**
 * All of the service over random input partitions, in one thread: the real processors, with the
 * broker replaced by lists. Only what is committed reaches the lists.
 */
final class World {
  static final Duration INTERVAL = Duration.ofSeconds(1);
  static final Duration GRACE = Duration.ofSeconds(300);
  static final Duration SKEW = Duration.ofSeconds(60);
  static final List<MetricDescriptor> METRICS = metrics();

  final Logs logs;
  final int seriesLimit;
  final Duration birth;
  final Duration retention;
  private final boolean proposes;
  final int metricsPartitions;
  final List<List<InputTask>> instances = new ArrayList<>();
  final List<InputTask> tasks = new ArrayList<>();

  final CommittedMetrics committed = new CommittedMetrics();
  final Map<String, String> windows = new TreeMap<>();

  /** Number of ends of each series, for a reader of its partition. */
  final Map<SeriesKey, Integer> ends = new HashMap<>();

  int deadLetters;
  private final List<List<byte[][]>> metricsLog = new ArrayList<>();

  private final MetricsView view = new MetricsView(thread -> true);
  private final Map<Integer, Server> servers = new HashMap<>();

  /** Position of each metrics partition up to which some server has read. */
  private final Map<Integer, Integer> furthest = new HashMap<>();

  private static List<MetricDescriptor> metrics() {
    CountingRules any =
        new CountingRules(SKEW, GRACE, GRACE, 1, 1, GRACE, GRACE, false, text -> text);
    return PartitionCounters.of(any, "aragora.").metrics();
  }

  /** {@code random}: for the split of tasks; never changes what is counted. */
  World(
      Logs logs,
      int seriesLimit,
      Duration birth,
      Duration retention,
      boolean proposes,
      int metricsPartitions,
      Random random) {
    this.logs = logs;
    this.seriesLimit = seriesLimit;
    this.birth = birth;
    this.retention = retention;
    this.proposes = proposes;
    this.metricsPartitions = metricsPartitions;
    for (int i = 0; i < metricsPartitions; i++) {
      metricsLog.add(new ArrayList<>());
    }
    int processes = 1 + random.nextInt(3);
    for (int i = 0; i < processes; i++) {
      instances.add(new ArrayList<>());
    }
    for (InputPartition partition : logs.entries.keySet()) {
      InputTask task = new InputTask(partition, this);
      tasks.add(task);
      instances.get(random.nextInt(processes)).add(task);
    }
  }

  CountProcessor.Services services() {
    CountingRules rules =
        new CountingRules(
            SKEW,
            GRACE,
            Duration.ofSeconds(600),
            seriesLimit,
            10_000,
            retention,
            birth,
            proposes,
            text -> text);
    return new CountProcessor.Services(
        PartitionCounters.of(rules, "aragora."),
        progress(),
        () -> logs.nowMs * 1_000_000,
        INTERVAL,
        () -> 1 << 23,
        null);
  }

  private ConsumedOffsets progress() {
    return new ConsumedOffsets() {
      private boolean atEnd(InputPartition partition) {
        return tasks.stream().anyMatch(t -> t.partition.equals(partition) && t.isAtEnd());
      }

      @Override
      public OptionalLong unstableRecords(InputPartition partition) {
        return OptionalLong.of(0);
      }

      @Override
      public OptionalLong lagRecords(InputPartition partition) {
        return OptionalLong.of(atEnd(partition) ? 0 : 1);
      }

      @Override
      public OptionalLong unreadAgeMs(InputPartition partition) {
        return OptionalLong.empty();
      }

      @Override
      public OptionalLong unreadAppendMs(InputPartition partition, long askedFromNanos) {
        return OptionalLong.empty();
      }

      @Override
      public OptionalLong idleNanos(InputPartition partition, long nextOffset) {
        return atEnd(partition)
            ? OptionalLong.of(logs.idleMs(partition) * 1_000_000)
            : OptionalLong.empty();
      }

      @Override
      public OptionalLong lastReadToEndNanos(InputPartition partition) {
        return readToEndAtNanos(partition);
      }

      @Override
      public OptionalLong readToEndAtNanos(InputPartition partition) {
        return atEnd(partition) ? OptionalLong.of(logs.nowMs * 1_000_000) : OptionalLong.empty();
      }
    };
  }

  void commit(List<InputTask> instance) {
    List<InputTask.Out> outs = new ArrayList<>();
    instance.forEach(task -> outs.addAll(task.commit()));
    outs.forEach(this::append);
  }

  private void append(InputTask.Out out) {
    switch (out.sink()) {
      case "dead-letters" -> deadLetters++;
      case "proposed-ends" -> {
        byte[] value = ((PartitionedValue) out.value()).value();
        logs.append(out.from(), (byte[]) out.key(), value, Logs.proposal(value));
      }
      case "windows" ->
          windows.put(hex(((WindowKey) out.key()).toBytes()), hex((byte[]) out.value()));
      default -> appendMetric((MetricsKey) out.key(), (byte[]) out.value());
    }
  }

  private void appendMetric(MetricsKey key, byte[] value) {
    committed.append(key, value);
    metricsLog.get(key.partition(metricsPartitions)).add(new byte[][] {key.toBytes(), value});
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** One partition of the metrics topic, served. */
  private final class Server {
    private final int partition;
    private final ServeProcessor.Reader reader;
    private final SeriesLifeProcessor ripener;
    private final TaskContext<MetricsKey, byte[]> ripening;
    private int position;

    /** Position with the last transaction. */
    private int committed;

    /** {@code from}: offset that the task before has committed; all before is restored. */
    Server(int partition, int from) {
      this.partition = partition;
      ServeProcessor.Services services =
          new ServeProcessor.Services(
              "serve",
              "aragora.metrics",
              view,
              METRICS,
              new ServeProcessor.Announcement(
                  metricsPartitions,
                  new OwnerValue.Service("world", 0, metricsPartitions, Map.of()),
                  () -> true,
                  Duration.ofSeconds(10),
                  by -> {}));
      reader = new ServeProcessor.Reader(services);
      ServeProcessor.Announcer announcer = new ServeProcessor.Announcer(services);
      position = from;
      committed = from;
      reader.init(
          new TaskContext<Void, Void>(partition, () -> logs.nowMs, (record, child) -> {})
              .with("serve", restored(from)));
      TaskContext<MetricsKey, byte[]> announcing = intoTheLog();
      announcer.init(announcing);
      announcing.punctuate(logs.nowMs);
      ripener = new SeriesLifeProcessor(view, birth, () -> logs.nowMs * 1_000_000);
      ripening = intoTheLog();
      ripener.init(ripening);
    }

    private KeyValueStore<Bytes, byte[]> restored(int end) {
      KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
      for (byte[][] record : metricsLog.get(partition).subList(0, end)) {
        store.put(Bytes.wrap(record[0]), record[1]);
      }
      return store;
    }

    private TaskContext<MetricsKey, byte[]> intoTheLog() {
      return new TaskContext<>(
          partition,
          () -> logs.nowMs,
          (record, child) -> {
            appendMetric((MetricsKey) record.key(), (byte[]) record.value());
            committed = position;
          });
    }

    void readSome(int count) {
      List<byte[][]> log = metricsLog.get(partition);
      for (int i = 0; i < count && position < log.size(); i++) {
        byte[][] record = log.get(position++);
        reader.process(new Record<>(record[0], record[1], logs.nowMs));
        ripener.process(new Record<>(record[0], record[1], logs.nowMs));
        if (position > furthest.getOrDefault(partition, 0)) {
          furthest.put(partition, position);
          countEnd(record);
        }
      }
    }

    void close() {
      reader.close();
      ripener.close();
    }
  }

  private void countEnd(byte[][] record) {
    if (record[1] == null && MetricsKey.fromBytes(record[0]) instanceof MetricsKey.Ripe ended) {
      ends.merge(ended.series(), 1, Integer::sum);
    }
  }

  /** Another process serves a partition from here on; the old one may have died. */
  void moveServer(int partition, boolean died) {
    Server old = servers.remove(partition);
    int from = 0;
    if (old != null) {
      old.close();
      from = died ? old.committed : old.position;
    }
    servers.put(partition, new Server(partition, from));
  }

  void serveSome(int partition, int count) {
    Server server = servers.get(partition);
    if (server != null) {
      server.readSome(count);
    }
  }

  /** Every server polls which series were served so for long enough. */
  void pollSeries() {
    servers.values().forEach(server -> server.ripening.punctuate(logs.nowMs));
  }

  /** The samples of {@code /metrics}, zeros too. */
  Map<String, Double> scrape() {
    return Samples.of(collect());
  }

  /** The exemplars of {@code /metrics} by the names of their buckets. */
  Map<String, String> scrapeExemplars() {
    return Samples.exemplars(collect());
  }

  /** The native histograms of {@code /metrics} by their series. */
  Map<String, String> scrapeNativeHistograms() {
    return Samples.nativeHistograms(collect());
  }

  private MetricSnapshots collect() {
    SeriesCollector collector =
        new SeriesCollector(
            view,
            new ServeSettings(
                METRICS,
                MetricCatalog.websocketConnections(),
                "aragora.",
                logs.partitions(),
                metricsPartitions,
                GRACE,
                true),
            progress(),
            () -> logs.nowMs * 1_000_000);
    return collector.collect();
  }

  /**
   * Reads, writes out, commits and serves everything, also what that leads to, until nothing moves.
   */
  void settle() {
    for (int round = 0; round < 3 || !tasks.stream().allMatch(InputTask::isAtEnd); round++) {
      logs.nowMs += INTERVAL.toMillis();
      for (List<InputTask> instance : instances) {
        instance.forEach(task -> task.process(Integer.MAX_VALUE));
        instance.forEach(InputTask::writeOut);
        commit(instance);
      }
    }
    for (int partition = 0; partition < metricsPartitions; partition++) {
      if (!servers.containsKey(partition)) {
        moveServer(partition, false);
      }
      serveSome(partition, Integer.MAX_VALUE);
    }
  }

  /** Time passes until every series was served as 0 for long enough. */
  void ripen() {
    for (long leftMs = birth.toMillis(); leftMs >= 0; leftMs -= INTERVAL.toMillis()) {
      pollSeries();
      logs.nowMs += INTERVAL.toMillis();
    }
    pollSeries();
    servers.values().forEach(server -> server.readSome(Integer.MAX_VALUE));
  }
}
