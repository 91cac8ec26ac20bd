package org.aragora.telemetry.benchmarks;

import java.time.Clock;
import java.util.concurrent.Callable;
import org.aragora.telemetry.benchmarks.codec.CodecCost;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark codec}. */
@Command(
    name = "codec",
    description =
        "Nanoseconds of CPU time and bytes allocated to read and write an event, beside the full"
            + " reader and Jackson's parser on the same bytes; in turns, on one thread, without a"
            + " broker.",
    mixinStandardHelpOptions = true)
final class CodecBenchmark implements Callable<Integer> {
  @Option(
      names = "--events",
      defaultValue = "2000",
      description = "of each kind, over and over (default 2,000)")
  private int events;

  @Option(names = "--rounds", defaultValue = "5", description = "measured, after two to warm up")
  private int rounds;

  @Option(names = "--seed", defaultValue = "1", description = "of the events (default 1)")
  private long seed;

  @Override
  public Integer call() {
    new CodecCost(events, rounds, System.out).run(seed, Clock.systemUTC());
    return 0;
  }
}
