package org.aragora.telemetry.benchmarks;

import java.time.Clock;
import java.util.EnumSet;
import org.aragora.telemetry.benchmarks.export.ExportThroughput;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark exporters}. */
@Command(
    name = "exporters",
    description =
        "Spans and lines per second of each exporter from a backlog to a receiver that only counts,"
            + " beside the SDK's own span exporter and a plain HTTP push that are fed from memory;"
            + " in turns, in one JVM.",
    mixinStandardHelpOptions = true)
final class ExportersBenchmark extends BrokerBenchmark {
  @Option(
      names = "--events",
      defaultValue = "300000",
      description = "backlog of each exporter (default 300,000)")
  private int events;

  @Option(names = "--only", paramLabel = "spans|lines", description = "measure one of them")
  private ExportThroughput.@Nullable Kind only;

  @Option(names = "--partitions", defaultValue = "4", description = "per topic (default 4)")
  private int partitions;

  @Option(names = "--profile", description = "print CPU time by thread and stage too")
  private boolean profile;

  @Option(names = "--rounds", defaultValue = "5", description = "measured, after one to warm up")
  private int rounds;

  @Option(names = "--seed", defaultValue = "1", description = "of the backlog (default 1)")
  private long seed;

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    ExportThroughput throughput =
        new ExportThroughput(broker.bootstrapServers(), partitions, Clock.systemUTC(), System.out);
    (profile ? throughput.profiled() : throughput)
        .run(
            only == null ? EnumSet.allOf(ExportThroughput.Kind.class) : EnumSet.of(only),
            seed,
            events,
            rounds);
  }
}
