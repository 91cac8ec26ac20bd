package org.aragora.telemetry.benchmarks;

import org.aragora.telemetry.benchmarks.profile.StageProfile;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/telemetry benchmark profile}. */
@Command(
    name = "profile",
    description =
        "Time by stage of the thread that counts a backlog, from samples of the JDK's Flight"
            + " Recorder, on an embedded broker. Of the processor it is CPU time, of the others the"
            + " time of the run.",
    mixinStandardHelpOptions = true)
final class ProfileBenchmark extends BrokerBenchmark {
  @Option(names = "--events", defaultValue = "1000000", description = "backlog (default 1,000,000)")
  private int events;

  @Option(names = "--partitions", defaultValue = "4", description = "per topic (default 4)")
  private int partitions;

  @Option(names = "--runs", defaultValue = "3", description = "sampled, after one to warm up")
  private int runs;

  @Option(
      names = "--series",
      defaultValue = "0",
      description = "new counter series, spread over the backlog; 0 for the usual mix of events")
  private int series;

  @Option(
      names = "--of",
      defaultValue = "PROCESSOR",
      description = "${COMPLETION-CANDIDATES} (default PROCESSOR)")
  private StageProfile.Program program = StageProfile.Program.PROCESSOR;

  @Option(names = "--seed", defaultValue = "1", description = "of the backlog (default 1)")
  private long seed;

  @Override
  void run(EmbeddedBroker broker) throws Exception {
    String prefix = "aragora.";
    BrokerTopics.create(broker.bootstrapServers(), prefix, partitions);
    new StageProfile(broker.bootstrapServers(), partitions, program, System.out)
        .run(prefix, new StageProfile.Load(seed, events, series), runs);
  }
}
