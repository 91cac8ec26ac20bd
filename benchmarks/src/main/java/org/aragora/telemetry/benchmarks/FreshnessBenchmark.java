package org.aragora.telemetry.benchmarks;

import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.Callable;
import org.aragora.telemetry.benchmarks.freshness.Freshness;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark freshness}. */
@Command(
    name = "freshness",
    description =
        "Time from the append of an event to the scrape that has it, at half of the peak that the same run measures,"
            + " on an embedded broker.",
    mixinStandardHelpOptions = true)
final class FreshnessBenchmark implements Callable<Integer> {
  private static final int BROKER_HEAP_MB = 1024;

  @Option(
      names = "--events",
      defaultValue = "1000000",
      description = "backlog of which the peak is measured (default 1,000,000)")
  private int events;

  @Option(
      names = "--rate",
      defaultValue = "0",
      description = "of events a second; 0, the default, for half of the peak")
  private int rate;

  @Option(names = "--seconds", defaultValue = "40", description = "measured (default 40)")
  private int seconds;

  @Option(names = "--seed", defaultValue = "1", description = "of the events (default 1)")
  private long seed;

  @Override
  public Integer call() throws Exception {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_HEAP_MB).start()) {
      new Freshness(
              broker.bootstrapServers(),
              Files.createTempDirectory("aragora-freshness-"),
              System.out)
          .run(new Freshness.Load(seed, events, rate), seconds);
    }
    return 0;
  }
}
