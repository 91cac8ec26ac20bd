package org.aragora.telemetry.benchmarks;

import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.Callable;
import org.aragora.telemetry.benchmarks.growth.Growth;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark growth}. */
@Command(
    name = "growth",
    description =
        "Throughput and live heap of the processor by series, partitions, size of an event and instances, on an"
            + " embedded broker. Writes comma-separated values, of which docs/benchmarks/draw makes charts.",
    mixinStandardHelpOptions = true)
final class GrowthBenchmark implements Callable<Integer> {
  private static final int BROKER_HEAP_MB = 1024;

  @Option(
      names = "--events",
      defaultValue = "300000",
      description = "backlog of each point (default 300,000)")
  private int events;

  @Override
  public Integer call() throws Exception {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_HEAP_MB).start()) {
      new Growth(
              broker.bootstrapServers(), Files.createTempDirectory("aragora-growth-"), System.out)
          .run(events);
    }
    return 0;
  }
}
