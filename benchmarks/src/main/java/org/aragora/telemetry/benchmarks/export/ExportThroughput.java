package org.aragora.telemetry.benchmarks.export;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.aragora.telemetry.exporter.core.Conversion;
import org.aragora.telemetry.exporter.core.ExporterProcess;
import org.aragora.telemetry.exporter.core.Settings;
import org.aragora.telemetry.exporter.logs.LogEntry;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.aragora.telemetry.exporter.receiver.CountingReceiver;
import org.aragora.telemetry.exporter.spans.SpansMain;
import org.aragora.telemetry.schemas.topic.TopicAdmin;

/** Measures both exporters and prints one line per round and the medians. Not thread-safe. */
public final class ExportThroughput {
  /** The exporters' own default. */
  private static final int BATCH = 1000;

  private static final long SDK_ANSWERS_WITHIN_SECONDS = 30;

  private final String bootstrapServers;
  private final int partitions;
  private final Clock clock;
  private final PrintStream out;
  private int groups;

  /** Over a broker that has none of the topics yet; {@code partitions} of each. */
  public ExportThroughput(String bootstrapServers, int partitions, Clock clock, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.partitions = partitions;
    this.clock = clock;
    this.out = out;
  }

  /** What is measured. */
  public enum Kind {
    /** The span exporter beside the SDK's. */
    SPANS,
    /** The log exporter beside a plain push. */
    LINES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Runs it.
   *
   * @return for each kind the ratio of the exporter's median to that of what is fed from memory
   */
  public Map<Kind, Double> run(Set<Kind> kinds, long seed, int events, int rounds)
      throws IOException, InterruptedException, ExecutionException {
    Map<Kind, Double> ratios = new EnumMap<>(Kind.class);
    for (Kind kind : kinds) {
      ratios.put(
          kind, kind == Kind.SPANS ? spans(seed, events, rounds) : lines(seed, events, rounds));
    }
    return ratios;
  }

  /** Sends a backlog's payloads from memory until so many items have gone. */
  private interface Rival<P> {
    void send(List<List<P>> batches, int count) throws InterruptedException, ExecutionException;
  }

  private record Contest<P>(
      String items,
      String rivalName,
      ExporterProcess.Definition<P> definition,
      ToLongFunction<CountingReceiver> received) {}

  private double spans(long seed, int events, int rounds)
      throws IOException, InterruptedException, ExecutionException {
    Contest<List<SpanData>> contest =
        new Contest<>("spans", "SDK from memory", SpansMain.definition(), CountingReceiver::spans);
    ExportBacklog<List<SpanData>> backlog = backlog(contest, seed, events);
    long bytes = backlog.write(bootstrapServers, prefix(contest), events, backlog::operation);
    try (CountingReceiver receiver = CountingReceiver.start(0)) {
      return contest(
          contest,
          backlog,
          bytes / events,
          rounds,
          receiver,
          (batches, count) ->
              sendBySdk(
                  receiver.address(),
                  batches.stream().map(ExportThroughput::flat).toList(),
                  count));
    }
  }

  /** A new exporter each time: it would not survive a connection that was closed while it idled. */
  private static void sendBySdk(String address, List<List<SpanData>> batches, int count)
      throws InterruptedException, ExecutionException {
    try (OtlpHttpSpanExporter sdk =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(address + "/v1/traces")
            .setCompression("gzip")
            .setTimeout(Duration.ofSeconds(10))
            .build()) {
      FromMemory.send(
          batches,
          count,
          batch -> {
            CompletableResultCode answer =
                sdk.export(batch).join(SDK_ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS);
            if (!answer.isSuccess()) {
              throw new IllegalStateException(
                  "the SDK's exporter failed: " + answer.getFailureThrowable());
            }
          });
    }
  }

  private double lines(long seed, int events, int rounds)
      throws IOException, InterruptedException, ExecutionException {
    Contest<LogEntry> contest =
        new Contest<>(
            "lines", "plain push from memory", LogsMain.definition(), CountingReceiver::lines);
    ExportBacklog<LogEntry> backlog = backlog(contest, seed, events);
    long bytes = backlog.write(bootstrapServers, prefix(contest), events, backlog::logLine);
    try (CountingReceiver receiver = CountingReceiver.start(0)) {
      PlainPush push = new PlainPush(receiver.address());
      return contest(
          contest,
          backlog,
          bytes / events,
          rounds,
          receiver,
          (batches, count) -> FromMemory.send(batches, count, push::send));
    }
  }

  private static List<SpanData> flat(List<List<SpanData>> batch) {
    return batch.stream().flatMap(List::stream).toList();
  }

  private static String prefix(Contest<?> contest) {
    return "benchmark-" + contest.items() + ".";
  }

  private <P> ExportBacklog<P> backlog(Contest<P> contest, long seed, int events)
      throws InterruptedException, ExecutionException {
    try (Admin admin =
        Admin.create(
            Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      new TopicAdmin(admin)
          .create(new TopicAdmin.Plan(prefix(contest), partitions, OptionalInt.empty()));
    }
    Map<String, String> environment = new HashMap<>(Map.of("OTEL_TRACES_SAMPLER", "always_on"));
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix(contest));
    environment.keySet().removeIf(name -> !contest.definition().declared().names().contains(name));
    return new ExportBacklog<>(
        seed,
        clock.instant().minusSeconds(events / 10_000 + 1L),
        contest
            .definition()
            .converter()
            .apply(Settings.read(contest.definition().declared(), environment)));
  }

  private <P> double contest(
      Contest<P> contest,
      ExportBacklog<P> backlog,
      long bytesEach,
      int rounds,
      CountingReceiver receiver,
      Rival<P> rival)
      throws InterruptedException, ExecutionException {
    List<List<P>> batches =
        FromMemory.batches(
            backlog.payloads().stream().map(Conversion.Export::payload).toList(), BATCH);
    long itemsInMemory = backlog.payloads().stream().mapToLong(Conversion.Export::items).sum();
    int count = (int) (backlog.items() * batches.size() / itemsInMemory);
    out.printf(
        "%s: %,d from events of %d bytes each on average%n",
        contest.items(), backlog.items(), bytesEach);
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      double from = fromMemory(contest, receiver, rival, batches, count);
      double exporter = exporter(contest, receiver, backlog.items());
      out.printf(
          "%s: %s %,.0f/s; exporter %,.0f/s; ratio %.2f%n",
          round == 0 ? "warm-up" : "round " + round,
          contest.rivalName(),
          from,
          exporter,
          exporter / from);
      if (round > 0) {
        theirs.add(from);
        ours.add(exporter);
      }
    }
    double ratio = median(ours) / median(theirs);
    out.printf(
        "%s, medians: %s %,.0f/s; exporter %,.0f/s; ratio %.2f%n",
        contest.items(), contest.rivalName(), median(theirs), median(ours), ratio);
    return ratio;
  }

  private <P> double fromMemory(
      Contest<P> contest,
      CountingReceiver receiver,
      Rival<P> rival,
      List<List<P>> batches,
      int count)
      throws InterruptedException, ExecutionException {
    long before = contest.received().applyAsLong(receiver);
    long start = System.nanoTime();
    rival.send(batches, count);
    return (contest.received().applyAsLong(receiver) - before)
        / ((System.nanoTime() - start) / 1e9);
  }

  private <P> double exporter(Contest<P> contest, CountingReceiver receiver, long items)
      throws InterruptedException {
    long before = contest.received().applyAsLong(receiver);
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix(contest));
    groups++;
    environment.put("ARAGORA_TELEMETRY_SPANS_GROUP_ID", "benchmark-" + groups);
    environment.put("ARAGORA_TELEMETRY_LOGS_GROUP_ID", "benchmark-" + groups);
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.address());
    environment.put("OTEL_TRACES_SAMPLER", "always_on");
    environment.put("LOKI_URL", receiver.address());
    environment.put("METRICS_PORT", "0");
    ExporterProcess process = ExporterProcess.start(contest.definition(), environment);
    try {
      return Meter.itemsPerSecond(() -> contest.received().applyAsLong(receiver) - before, items);
    } finally {
      process.close();
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
