package org.aragora.telemetry.benchmarks;

import java.nio.file.Files;
import java.util.List;
import org.aragora.telemetry.benchmarks.growth.HistogramGrowth;
import org.aragora.telemetry.benchmarks.growth.SeriesGrowth;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark series}. */
@Command(
    name = "series",
    description =
        "Scrape, live heap and start of a processor by the number of its counter series, and its speed while it is"
            + " scraped once a second, on an embedded broker.",
    mixinStandardHelpOptions = true)
final class SeriesBenchmark extends BrokerBenchmark {
  @Option(
      names = "--counters",
      split = ",",
      defaultValue = "100,10000,100000",
      description = "numbers of counter series (default 100,10000,100000)")
  private List<Integer> counters = List.of();

  @Option(
      names = "--histograms",
      split = ",",
      description =
          "numbers of histograms to measure instead of counters: plain, with exemplars, with native"
              + " buckets; each in every format")
  private List<Integer> histograms = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "with a scrape a second, and as many without; 0 leaves them out (default 3)")
  private int rounds;

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    if (!histograms.isEmpty()) {
      new HistogramGrowth(
              broker.bootstrapServers(),
              Files.createTempDirectory("aragora-histograms-"),
              System.out)
          .run(histograms);
      return;
    }
    new SeriesGrowth(
            broker.bootstrapServers(),
            Files.createTempDirectory("aragora-series-"),
            rounds,
            System.out)
        .run(counters);
  }
}
