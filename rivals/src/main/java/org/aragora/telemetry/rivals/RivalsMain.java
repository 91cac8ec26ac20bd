package org.aragora.telemetry.rivals;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.benchmarks.throughput.BareLoop;
import org.aragora.telemetry.benchmarks.throughput.ProcessorRun;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark --rivals}. */
@Command(
    name = "benchmark --rivals",
    description =
        "Events per second of the processor beside a textbook topology of Kafka Streams and a Flink job that"
            + " count the same metrics of the same backlog, in turns. Prints speeds only of equal results.",
    mixinStandardHelpOptions = true)
public final class RivalsMain implements Callable<Integer> {
  private static final int BROKER_HEAP_MB = 1024;
  private static final String PREFIX = "aragora.";

  @Option(names = "--events", defaultValue = "800000", description = "backlog (default 800,000)")
  private int events;

  @Option(names = "--partitions", defaultValue = "4", description = "per topic (default 4)")
  private int partitions;

  @Option(names = "--runs", defaultValue = "5", description = "of each, in turns (default 5)")
  private int runs;

  @Option(names = "--seed", defaultValue = "1", description = "of the backlog (default 1)")
  private long seed;

  private RivalsMain() {}

  /** Prints a line for each run, and the medians. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new RivalsMain()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    Path directory = Files.createTempDirectory("aragora-rivals");
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_HEAP_MB).start()) {
      String servers = broker.bootstrapServers();
      BrokerTopics.create(servers, PREFIX, partitions);
      long bytes =
          new Backlog(seed, partitions, events, Clock.systemUTC()).write(servers, PREFIX, events);
      System.out.printf("%,d events, %d bytes each on average%n", events, bytes / events);
      List<String> topics =
          Stream.of(InputTopic.values()).map(topic -> topic.under(PREFIX)).toList();
      return compare(
          servers,
          List.of(
              new TextbookStreams(servers, topics, directory),
              new FlinkJob(servers, topics, directory)),
          System.out);
    } finally {
      delete(directory);
    }
  }

  private int compare(String servers, List<Rival> rivals, PrintStream out) throws Exception {
    Map<String, Speeds> speeds = new LinkedHashMap<>();
    String bare = "bare loop";
    String processor = "processor";
    Page expected = Page.of(new ProcessorRun().page(servers, PREFIX, "expected", events));
    out.printf("%,d samples to compare%n", expected.size());
    for (int run = 1; run <= runs; run++) {
      add(speeds, bare, BareLoop.run(servers, PREFIX, partitions, events), events);
      Throughput.forgetCounts(servers, PREFIX, partitions);
      ProcessorRun.Result own = new ProcessorRun().run(servers, PREFIX, "run-" + run, events);
      add(speeds, processor, own.nanos(), own.events());
      for (Rival rival : rivals) {
        Rival.Result result = rival.run("run-" + run, expected);
        List<String> differences = expected.differences(result.page());
        if (!differences.isEmpty()) {
          out.printf("%s counted something else:%n", rival.name());
          differences.stream().limit(20).forEach(line -> out.printf("  %s%n", line));
          return 1;
        }
        add(speeds, rival.name(), result.nanos(), events);
      }
      out.printf("run %d:", run);
      speeds.forEach((name, each) -> out.printf(" %s %,.0f/s;", name, each.last()));
      out.println();
    }
    double own = speeds.getOrDefault(processor, new Speeds()).median();
    speeds.forEach(
        (name, each) ->
            out.printf(
                "median: %s %,.0f/s (%,.0f to %,.0f); the processor does %.2f of it%n",
                name, each.median(), each.lowest(), each.highest(), own / each.median()));
    return 0;
  }

  private static void add(Map<String, Speeds> speeds, String name, long nanos, long events) {
    speeds.computeIfAbsent(name, key -> new Speeds()).add(events / (nanos / 1e9));
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
