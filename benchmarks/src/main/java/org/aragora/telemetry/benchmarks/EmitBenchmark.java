package org.aragora.telemetry.benchmarks;

import java.util.Map;
import java.util.concurrent.Callable;
import org.aragora.telemetry.benchmarks.emit.EmitCost;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark emit}. */
@Command(
    name = "emit",
    description =
        "Time of emit on the caller's thread, and the producer library's throughput beside a raw KafkaProducer that"
            + " sends the same bytes with the same client settings; in turns, in one JVM, on an embedded broker.",
    mixinStandardHelpOptions = true)
final class EmitBenchmark implements Callable<Integer> {
  private static final int BROKER_HEAP_MB = 512;

  @Option(
      names = "--events",
      defaultValue = "300000",
      description = "of each round (default 300,000)")
  private int events;

  @Option(names = "--partitions", defaultValue = "4", description = "per topic (default 4)")
  private int partitions;

  @Option(names = "--rate", defaultValue = "2000", description = "paced calls a second")
  private int rate;

  @Option(names = "--seconds", defaultValue = "20", description = "of paced calls (default 20)")
  private int seconds;

  @Option(names = "--rounds", defaultValue = "5", description = "measured, after one to warm up")
  private int rounds;

  @Option(names = "--seed", defaultValue = "1", description = "of the events (default 1)")
  private long seed;

  @Override
  public Integer call() throws Exception {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_HEAP_MB).start()) {
      new EmitCost(broker.bootstrapServers(), partitions, seed, events, System.out)
          .run(rate, seconds, rounds);
    }
    return 0;
  }
}
