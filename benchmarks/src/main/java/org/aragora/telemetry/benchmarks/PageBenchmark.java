package org.aragora.telemetry.benchmarks;

import java.time.Duration;
import java.util.Map;
import org.aragora.telemetry.benchmarks.page.PageCost;
import org.aragora.telemetry.benchmarks.page.SteadyLoad;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark page}. */
@Command(
    name = "page",
    description =
        "CPU time and allocated bytes of the stream thread for an event with the page open and closed,"
            + " in pairs, while events arrive at a constant rate; and CPU time of the page's own"
            + " threads.",
    mixinStandardHelpOptions = true)
final class PageBenchmark extends BrokerBenchmark {
  private static final int PARTITIONS = 4;

  @Option(names = "--rate", defaultValue = "1000", description = "events/s (default 1,000)")
  private int rate;

  @Option(names = "--agents", defaultValue = "60", description = "with 18 series each (default 60)")
  private int agents;

  @Option(names = "--pairs", defaultValue = "11", description = "(default 11)")
  private int pairs;

  @Option(names = "--seconds", defaultValue = "20", description = "of each part (default 20)")
  private int seconds;

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    String prefix = "aragora.";
    BrokerTopics.create(broker.bootstrapServers(), prefix, PARTITIONS);
    try (SteadyLoad load = new SteadyLoad(broker.bootstrapServers(), prefix, agents, rate)) {
      new PageCost(load, Duration.ofSeconds(seconds), System.out)
          .run(
              Map.of(
                  "KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers(),
                  "ARAGORA_TELEMETRY_BIRTH_SECONDS", "0",
                  "METRICS_PORT", "0"),
              pairs);
    }
  }
}
