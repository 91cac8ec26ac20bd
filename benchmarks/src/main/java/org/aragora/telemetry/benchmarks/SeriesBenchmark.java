package org.aragora.telemetry.benchmarks;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.aragora.telemetry.benchmarks.growth.HistogramGrowth;
import org.aragora.telemetry.benchmarks.growth.SeriesGrowth;
import org.aragora.telemetry.chassis.log.ServiceLogging;
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
final class SeriesBenchmark implements Callable<Integer> {
  private static final int BROKER_HEAP_MB = 512;

  @Option(
      names = "--counters",
      split = ",",
      defaultValue = "100,10000,100000",
      description = "numbers of counter series (default 100,10000,100000)")
  private List<Integer> counters = List.of();

  @Option(
      names = "--histograms",
      split = ",",
      description = "numbers of histograms to measure, each in every format, instead of counters")
  private List<Integer> histograms = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "with a scrape a second, and as many without; 0 leaves them out (default 3)")
  private int rounds;

  @Override
  public Integer call() throws Exception {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_HEAP_MB).start()) {
      if (!histograms.isEmpty()) {
        new HistogramGrowth(
                broker.bootstrapServers(),
                Files.createTempDirectory("aragora-histograms-"),
                System.out)
            .run(histograms);
        return 0;
      }
      new SeriesGrowth(
              broker.bootstrapServers(),
              Files.createTempDirectory("aragora-series-"),
              rounds,
              System.out)
          .run(counters);
    }
    return 0;
  }
}
