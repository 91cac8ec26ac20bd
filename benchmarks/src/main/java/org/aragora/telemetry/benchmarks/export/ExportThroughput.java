package org.aragora.telemetry.benchmarks.export;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.ToLongFunction;
import java.util.zip.Deflater;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.logs.LogEntry;
import org.aragora.telemetry.exporter.logs.LogsMain;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.exporter.spans.SpansMain;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;
import org.jspecify.annotations.Nullable;

/** Measures both exporters and prints one line per round and the medians. Not thread-safe. */
public final class ExportThroughput {
  /** The exporters' own default. */
  private static final int BATCH = 1000;

  private final String bootstrapServers;
  private final int partitions;
  private final Clock clock;
  private final PrintStream out;
  private int groups;
  private @Nullable ExportProfile profile;

  /** Over a broker that has none of the topics yet; {@code partitions} of each. */
  public ExportThroughput(String bootstrapServers, int partitions, Clock clock, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.partitions = partitions;
    this.clock = clock;
    this.out = out;
  }

  /** Prints a profile of each exporter too. Its samples cost some of the speed. */
  public ExportThroughput profiled() {
    profile = new ExportProfile();
    return this;
  }

  /** The measured exporter. */
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

  /**
   * The baseline of an exporter.
   *
   * @param batches number of different batches in memory
   * @param sending sends so many batches, going round
   */
  private record Rival(String name, int batches, Sending sending) {}

  private interface Sending {
    void send(int count) throws InterruptedException, ExecutionException;
  }

  private record Contest<P>(
      String items,
      ExporterProcess.Definition<P> definition,
      ToLongFunction<CountingReceiver> received) {}

  private double spans(long seed, int events, int rounds)
      throws IOException, InterruptedException, ExecutionException {
    Contest<List<SpanData>> contest =
        new Contest<>("spans", SpansMain.definition(), CountingReceiver::spans);
    ExportBacklog<List<SpanData>> backlog = backlog(contest, seed, events);
    long bytes = backlog.write(bootstrapServers, prefix(contest), events, backlog::operation);
    List<List<SpanData>> batches =
        FromMemory.batches(payloads(backlog), BATCH).stream().map(ExportThroughput::flat).toList();
    try (CountingReceiver receiver = CountingReceiver.start(0)) {
      Rival sdk =
          new Rival(
              "SDK from memory",
              batches.size(),
              count -> SdkExporter.send(receiver.address(), batches, count));
      return contest(contest, backlog, bytes / events, rounds, receiver, List.of(sdk));
    }
  }

  /**
   * The ratio is to the push that writes its lines and zips them with the JDK's defaults, as the
   * SDK's exporter does with its spans. The others have the exporter's faster gzip, the last one
   * has nothing left to do but to send.
   */
  private double lines(long seed, int events, int rounds)
      throws IOException, InterruptedException, ExecutionException {
    Contest<LogEntry> contest =
        new Contest<>("lines", LogsMain.definition(), CountingReceiver::lines);
    ExportBacklog<LogEntry> backlog = backlog(contest, seed, events);
    long bytes = backlog.write(bootstrapServers, prefix(contest), events, backlog::logLine);
    List<List<Event>> logEvents = FromMemory.batches(backlog.events(), BATCH);
    List<List<PlainLine>> written =
        FromMemory.batches(payloads(backlog).stream().map(PlainLine::of).toList(), BATCH);
    try (CountingReceiver receiver = CountingReceiver.start(0)) {
      PlainLines lines = new PlainLines();
      PlainPush plain = new PlainPush(receiver.address(), Deflater.DEFAULT_COMPRESSION);
      PlainPush fast = new PlainPush(receiver.address(), Deflater.BEST_SPEED);
      return contest(
          contest,
          backlog,
          bytes / events,
          rounds,
          receiver,
          List.of(
              writing("plain push from memory", logEvents, lines, plain),
              writing("with fast gzip", logEvents, lines, fast),
              new Rival(
                  "of finished lines",
                  written.size(),
                  count -> FromMemory.send(written, count, fast::send))));
    }
  }

  private static Rival writing(
      String name, List<List<Event>> batches, PlainLines lines, PlainPush push) {
    return new Rival(
        name,
        batches.size(),
        count ->
            FromMemory.send(
                batches, count, batch -> push.send(batch.stream().map(lines::line).toList())));
  }

  private static <P> List<P> payloads(ExportBacklog<P> backlog) {
    return backlog.payloads().stream().map(Conversion.Export::payload).toList();
  }

  private static List<SpanData> flat(List<List<SpanData>> batch) {
    return batch.stream().flatMap(List::stream).toList();
  }

  private static String prefix(Contest<?> contest) {
    return "benchmark-" + contest.items() + ".";
  }

  private <P> ExportBacklog<P> backlog(Contest<P> contest, long seed, int events) {
    BrokerTopics.create(bootstrapServers, prefix(contest), partitions);
    Map<String, String> environment =
        Map.of(
            "OTEL_TRACES_SAMPLER", "always_on", "ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix(contest));
    return new ExportBacklog<>(
        seed,
        new Backlog(seed, partitions, events, clock),
        contest
            .definition()
            .converter()
            .apply(Settings.read(contest.definition().settings(), environment)));
  }

  /** Rounds of each rival and the exporter in turns; the ratio to the first rival. */
  private <P> double contest(
      Contest<P> contest,
      ExportBacklog<P> backlog,
      long bytesEach,
      int rounds,
      CountingReceiver receiver,
      List<Rival> rivals)
      throws IOException, InterruptedException, ExecutionException {
    long itemsInMemory = backlog.payloads().stream().mapToLong(Conversion.Export::items).sum();
    out.printf(
        "%s: %,d from events of %d bytes each on average%n",
        contest.items(), backlog.items(), bytesEach);
    List<Double> ours = new ArrayList<>();
    List<List<Double>> theirs = new ArrayList<>();
    rivals.forEach(rival -> theirs.add(new ArrayList<>()));
    for (int round = 0; round <= rounds; round++) {
      String name = round == 0 ? "warm-up" : "round " + round;
      List<Double> rates = new ArrayList<>();
      for (Rival rival : rivals) {
        int count = (int) (backlog.items() * rival.batches() / itemsInMemory);
        rates.add(fromMemory(contest, receiver, rival, count));
      }
      double exporter = exporter(contest, receiver, backlog.items(), round > 0 ? profile : null);
      print(name, rivals, rates, exporter);
      if (round > 0) {
        ours.add(exporter);
        for (int i = 0; i < rivals.size(); i++) {
          theirs.get(i).add(rates.get(i));
        }
      }
    }
    List<Double> medians = theirs.stream().map(Throughput::median).toList();
    print(contest.items() + ", medians", rivals, medians, Throughput.median(ours));
    if (profile != null) {
      profile.print(out);
    }
    return Throughput.median(ours) / medians.get(0);
  }

  private void print(String what, List<Rival> rivals, List<Double> rates, double exporter) {
    StringBuilder line = new StringBuilder(what).append(": ");
    for (int i = 0; i < rivals.size(); i++) {
      line.append("%s %,.0f/s; ".formatted(rivals.get(i).name(), rates.get(i)));
    }
    line.append("exporter %,.0f/s; ratio".formatted(exporter));
    rates.forEach(rate -> line.append(" %.2f".formatted(exporter / rate)));
    out.println(line);
  }

  private <P> double fromMemory(
      Contest<P> contest, CountingReceiver receiver, Rival rival, int count)
      throws InterruptedException, ExecutionException {
    long before = contest.received().applyAsLong(receiver);
    long start = System.nanoTime();
    rival.sending().send(count);
    return (contest.received().applyAsLong(receiver) - before)
        / ((System.nanoTime() - start) / 1e9);
  }

  private <P> double exporter(
      Contest<P> contest, CountingReceiver receiver, long items, @Nullable ExportProfile sampled)
      throws IOException, InterruptedException {
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
    if (sampled != null) {
      sampled.start();
    }
    ExporterProcess process = ExporterProcess.start(contest.definition(), environment);
    try {
      double rate =
          Meter.itemsPerSecond(() -> contest.received().applyAsLong(receiver) - before, items);
      if (sampled != null) {
        sampled.stop(items);
      }
      return rate;
    } finally {
      process.close();
    }
  }
}
