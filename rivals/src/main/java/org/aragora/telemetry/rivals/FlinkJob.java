package org.aragora.telemetry.rivals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * The same in Flink: a source that ends, flatMap to measurements, keyed state in memory.
 * Parallelism 1, checkpoints exactly once at the processor's commit interval, object reuse.
 */
final class FlinkJob implements Rival {
  private static final long CHECKPOINT_MS = 1000;

  /** Totals by run, written at the end of the source; the job runs in this process. */
  private static final Map<String, Map<String, Total>> TOTALS = new ConcurrentHashMap<>();

  private static final Map<String, AtomicLong> START_NANOS = new ConcurrentHashMap<>();

  private final String bootstrapServers;
  private final List<String> topics;
  private final Path directory;

  FlinkJob(String bootstrapServers, List<String> topics, Path directory) {
    this.bootstrapServers = bootstrapServers;
    this.topics = topics;
    this.directory = directory;
  }

  @Override
  public String name() {
    return "Flink";
  }

  @Override
  public Result run(String id, Page expected) throws Exception {
    Map<String, Total> totals = new ConcurrentHashMap<>();
    AtomicLong startNanos = new AtomicLong();
    TOTALS.put(id, totals);
    START_NANOS.put(id, startNanos);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration(id));
    environment.getConfig().enableObjectReuse();
    environment.enableCheckpointing(CHECKPOINT_MS, CheckpointingMode.EXACTLY_ONCE);
    environment
        .fromSource(source(id), WatermarkStrategy.noWatermarks(), "events")
        .flatMap(
            (byte[] value, Collector<Tuple2<String, Double>> to) -> {
              for (Measurement measurement : Measurements.of(value)) {
                to.collect(Tuple2.of(measurement.series(), measurement.value()));
              }
            })
        .returns(Types.TUPLE(Types.STRING, Types.DOUBLE))
        .keyBy(measurement -> measurement.f0, Types.STRING)
        .process(new Aggregation(id))
        .returns(Types.STRING)
        .print();
    environment.execute("rival-" + id);
    long nanos = System.nanoTime() - startNanos.get();
    return new Result(Page.ofTotals(totals), nanos);
  }

  private Configuration configuration(String id) {
    Configuration configuration = new Configuration();
    configuration.set(StateBackendOptions.STATE_BACKEND, "hashmap");
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.resolve("flink-" + id).toUri().toString());
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    return configuration;
  }

  private KafkaSource<byte[]> source(String id) {
    return KafkaSource.<byte[]>builder()
        .setBootstrapServers(bootstrapServers)
        .setTopics(topics)
        .setGroupId("flink-" + id)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setBounded(OffsetsInitializer.latest())
        .setProperty("isolation.level", "read_committed")
        .setValueOnlyDeserializer(new Values(id))
        .build();
  }

  /** Passes on the bytes of a record. */
  private static final class Values extends AbstractDeserializationSchema<byte[]> {
    private static final long serialVersionUID = 1;

    private final String id;

    Values(String id) {
      this.id = id;
    }

    @Override
    public byte[] deserialize(byte[] message) {
      AtomicLong startNanos = START_NANOS.get(id);
      if (startNanos != null && startNanos.get() == 0) {
        startNanos.set(System.nanoTime());
      }
      return message;
    }
  }

  /** Adds measurements to the total of their series, and hands it over at the end of the source. */
  private static final class Aggregation
      extends KeyedProcessFunction<String, Tuple2<String, Double>, String> {
    private static final long serialVersionUID = 1;

    private final String id;
    private transient @Nullable ValueState<Total> totals;

    Aggregation(String id) {
      this.id = id;
    }

    @Override
    public void open(OpenContext context) {
      totals = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Total.class));
    }

    @Override
    public void processElement(
        Tuple2<String, Double> measurement, Context context, Collector<String> to)
        throws Exception {
      Total total = state().value();
      if (total == null) {
        total = new Total();
        context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
      }
      state().update(total.add(measurement.f0, measurement.f1));
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<String> to)
        throws Exception {
      Map<String, Total> ended = TOTALS.get(id);
      if (ended != null) {
        ended.put(context.getCurrentKey(), state().value());
      }
    }

    private ValueState<Total> state() {
      if (totals == null) {
        throw new IllegalStateException("the function is not open");
      }
      return totals;
    }
  }
}
