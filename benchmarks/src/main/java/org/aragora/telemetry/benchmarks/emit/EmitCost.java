package org.aragora.telemetry.benchmarks.emit;

import com.sun.management.OperatingSystemMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.testbed.broker.BrokerTopics;

/** Time of {@code emit} on the caller's thread, and the throughput beside a raw producer. */
public final class EmitCost {
  /** Fewer than a topic's queue takes, so that a burst drops nothing. */
  private static final int BURST = 20_000;

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String PREFIX = "emit.";
  private static final double NANOS_PER_MICRO = 1e3;

  /** Those of the library, which a host may repeat; the rival gets the same. */
  private static final Map<String, String> CLIENT =
      Map.of(
          "acks", "all",
          "enable.idempotence", "true",
          "max.in.flight.requests.per.connection", "1",
          "compression.type", "lz4",
          "batch.size", "65536",
          "linger.ms", "5");

  private final String bootstrapServers;
  private final int partitions;
  private final PrintStream out;
  private final List<EventData> events;

  /** Over a broker that has no topics yet; {@code events} of the backlog, in memory. */
  public EmitCost(String bootstrapServers, int partitions, long seed, int events, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.partitions = partitions;
    this.out = out;
    Backlog backlog = new Backlog(seed, partitions, events, Clock.systemUTC());
    this.events = Stream.generate(() -> backlog.next().data()).limit(events).toList();
  }

  /** Prints the times of calls, then the rounds. {@code perSecond}: the pace of the calls. */
  public void run(int perSecond, int seconds, int rounds) {
    BrokerTopics.create(bootstrapServers, PREFIX, partitions);
    out.println("| emit on the caller's thread | calls | p50, us | p99, us | max, us |");
    out.println("| --- | --- | --- | --- | --- |");
    try (TelemetryProducer telemetry = producer(Duration.ZERO)) {
      inLoop(telemetry); // warms up
      print("in a loop", inLoop(telemetry));
      paced(telemetry, perSecond, perSecond);
      print("%,d a second".formatted(perSecond), paced(telemetry, perSecond, perSecond * seconds));
    }
    throughput(rounds);
  }

  private TelemetryProducer producer(Duration emitWait) {
    return TelemetryProducer.builder("bench")
        .bootstrapServers(bootstrapServers)
        .clientSettings(CLIENT)
        .topicPrefix(PREFIX)
        .heartbeatInterval(Duration.ZERO)
        .emitWait(emitWait)
        .build();
  }

  private long[] inLoop(TelemetryProducer telemetry) {
    long[] nanos = new long[events.size()];
    for (int i = 0; i < nanos.length; i++) {
      if (i % BURST == 0) {
        flush(telemetry);
      }
      nanos[i] = emit(telemetry, i);
    }
    flush(telemetry);
    return nanos;
  }

  private long[] paced(TelemetryProducer telemetry, int perSecond, int calls) {
    long[] nanos = new long[calls];
    long begin = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      long due = begin + i * 1_000_000_000L / perSecond;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      nanos[i] = emit(telemetry, i % events.size());
    }
    flush(telemetry);
    return nanos;
  }

  private long emit(TelemetryProducer telemetry, int number) {
    EventData data = events.get(number);
    long before = System.nanoTime();
    boolean accepted = telemetry.emit(data);
    long nanos = System.nanoTime() - before;
    if (!accepted) {
      throw new IllegalStateException("an event was dropped: " + telemetry.stats());
    }
    return nanos;
  }

  private static void flush(TelemetryProducer telemetry) {
    if (!telemetry.flush(PATIENCE)) {
      throw new IllegalStateException("the broker has not taken the events: " + telemetry.stats());
    }
  }

  private void print(String name, long[] nanos) {
    Arrays.sort(nanos);
    out.printf(
        "| %s | %,d | %.2f | %.2f | %,.0f |%n",
        name,
        nanos.length,
        nanos[nanos.length / 2] / NANOS_PER_MICRO,
        nanos[(int) (nanos.length * 99L / 100)] / NANOS_PER_MICRO,
        nanos[nanos.length - 1] / NANOS_PER_MICRO);
  }

  private void throughput(int rounds) {
    List<ProducerRecord<byte[], byte[]>> written = written();
    List<Round> library = new ArrayList<>();
    List<Round> raw = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      Round ofRaw = raw(written);
      Round ofLibrary = library();
      if (round > 0) { // the first warms up
        raw.add(ofRaw);
        library.add(ofLibrary);
        ratios.add(ofLibrary.perSecond / ofRaw.perSecond);
      }
    }
    ratios.sort(null);
    out.printf(
        "library %,.0f events/s, %.2f us CPU each; raw producer %,.0f, %.2f us; ratio of the medians"
            + " %.2f; of the rounds %.2f to %.2f%n",
        median(library, Round::perSecond),
        median(library, Round::cpuMicros),
        median(raw, Round::perSecond),
        median(raw, Round::cpuMicros),
        median(library, Round::perSecond) / median(raw, Round::perSecond),
        ratios.get(0),
        ratios.get(ratios.size() - 1));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> of) {
    return Throughput.median(rounds.stream().mapToDouble(of).boxed().toList());
  }

  /** {@code cpuMicros}: of this process, for an event. */
  private record Round(double perSecond, double cpuMicros) {}

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  /** The records that the library makes of the events, to send again as they are. */
  private List<ProducerRecord<byte[], byte[]>> written() {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        BrokerTopics.consumer(bootstrapServers, BrokerTopics.inputs(PREFIX, partitions))) {
      consumer.seekToEnd(consumer.assignment());
      consumer.assignment().forEach(consumer::position);
      library();
      BrokerTopics.readToEnd(
          consumer,
          record ->
              records.add(
                  new ProducerRecord<>(
                      record.topic(),
                      record.partition(),
                      null,
                      record.key(),
                      record.value(),
                      record.headers())));
    }
    if (records.size() != events.size()) {
      throw new IllegalStateException(records.size() + " records of " + events.size() + " events");
    }
    return records;
  }

  /** Events a second until the broker has acknowledged the last one. */
  private Round library() {
    try (TelemetryProducer telemetry = producer(PATIENCE)) {
      // Connecting is not measured.
      emit(telemetry, 0);
      flush(telemetry);
      long begin = System.nanoTime();
      long cpu = cpuNanos();
      for (int i = 1; i < events.size(); i++) {
        emit(telemetry, i);
      }
      flush(telemetry);
      return round(begin, cpu);
    }
  }

  private Round raw(List<ProducerRecord<byte[], byte[]>> records) {
    Map<String, Object> settings = new HashMap<>(CLIENT);
    settings.put("bootstrap.servers", bootstrapServers);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      var unused = producer.send(records.get(0));
      producer.flush();
      long begin = System.nanoTime();
      long cpu = cpuNanos();
      for (ProducerRecord<byte[], byte[]> record : records.subList(1, records.size())) {
        unused = producer.send(record);
      }
      producer.flush();
      return round(begin, cpu);
    }
  }

  private Round round(long beginNanos, long beginCpuNanos) {
    int counted = events.size() - 1;
    return new Round(
        counted / ((System.nanoTime() - beginNanos) / 1e9),
        (cpuNanos() - beginCpuNanos) / NANOS_PER_MICRO / counted);
  }
}
