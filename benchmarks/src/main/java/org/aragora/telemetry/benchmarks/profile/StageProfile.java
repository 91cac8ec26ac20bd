package org.aragora.telemetry.benchmarks.profile;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.aragora.telemetry.benchmarks.growth.SeriesGrowth;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.benchmarks.throughput.ProcessorRun;
import org.aragora.telemetry.benchmarks.throughput.StreamThreads;
import org.aragora.telemetry.benchmarks.throughput.Throughput;

/**
 * CPU time of the stream thread by stage while the processor counts a backlog, from samples of the
 * JDK's Flight Recorder. Time in the kernel and in native code is not sampled.
 */
public final class StageProfile {
  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final Duration PERIOD = Duration.ofMillis(10);

  /**
   * A backlog.
   *
   * @param series new counter series in it; 0 for the usual mix of events
   */
  public record Load(long seed, int events, int series) {}

  private final String bootstrapServers;
  private final int partitions;
  private final PrintStream out;

  /** Over a broker whose topics, with so many partitions, are there and empty. */
  public StageProfile(String bootstrapServers, int partitions, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.partitions = partitions;
    this.out = out;
  }

  /** Writes the backlog, counts it once to warm up and then {@code runs} times with samples. */
  public void run(String prefix, Load load, int runs) throws IOException, InterruptedException {
    int events = load.events();
    Backlog backlog = new Backlog(load.seed(), partitions, events, Clock.systemUTC());
    if (load.series() == 0) {
      backlog.write(bootstrapServers, prefix, events);
    } else {
      backlog.write(
          bootstrapServers,
          prefix,
          events,
          number -> SeriesGrowth.request(number, load.series()),
          (event, value) -> {});
    }
    count(prefix, "warm-up", events);
    Map<Stage, Long> samples = new EnumMap<>(Stage.class);
    long threadNanos = 0;
    long counted = 0;
    for (int run = 1; run <= runs; run++) {
      Path file = Files.createTempFile("aragora-profile-", ".jfr");
      try (Recording recording = new Recording()) {
        recording.enable(SAMPLE).withPeriod(PERIOD);
        recording.start();
        ProcessorRun.Result result = count(prefix, "run-" + run, events);
        recording.stop();
        recording.dump(file);
        threadNanos += result.threadNanos();
        counted += result.events();
      }
      add(file, samples);
      Files.delete(file);
    }
    print(samples, threadNanos / 1e3 / counted);
  }

  private ProcessorRun.Result count(String prefix, String applicationId, int events)
      throws InterruptedException {
    Throughput.forgetCounts(bootstrapServers, prefix, partitions);
    return new ProcessorRun().run(bootstrapServers, prefix, applicationId, events);
  }

  private static void add(Path file, Map<Stage, Long> samples) throws IOException {
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals(SAMPLE)
          && event.getStackTrace() != null
          && isStreamThread(event.getThread("sampledThread"))) {
        samples.merge(Stage.of(event.getStackTrace().getFrames()), 1L, Long::sum);
      }
    }
  }

  private static boolean isStreamThread(RecordedThread thread) {
    String name = thread == null ? null : thread.getJavaName();
    return name != null && StreamThreads.isName(name);
  }

  private void print(Map<Stage, Long> samples, double microsOfAnEvent) {
    long all = samples.values().stream().mapToLong(Long::longValue).sum();
    out.println("| stage | share | us an event |");
    out.println("| --- | --- | --- |");
    samples.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(
            stage -> {
              double share = (double) stage.getValue() / all;
              out.printf(
                  "| %s | %.1f %% | %.2f |%n",
                  stage.getKey(), 100 * share, share * microsOfAnEvent);
            });
    out.printf("| all, from %,d samples | | %.2f |%n", all, microsOfAnEvent);
  }
}
