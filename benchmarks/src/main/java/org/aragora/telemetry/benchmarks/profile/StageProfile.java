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
import org.aragora.telemetry.benchmarks.throughput.BareLoop;
import org.aragora.telemetry.benchmarks.throughput.ProcessorRun;
import org.aragora.telemetry.benchmarks.throughput.ReplayRun;
import org.aragora.telemetry.benchmarks.throughput.StreamThreads;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.replay.read.Workers;

/**
 * CPU time by stage of the one thread that reads a backlog, from samples of the JDK's Flight
 * Recorder. Time in the kernel and in native code is not sampled.
 */
public final class StageProfile {
  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final Duration PERIOD = Duration.ofMillis(10);

  /** The program whose thread is sampled. */
  public enum Program {
    PROCESSOR,
    REPLAY,
    LOOP
  }

  /** Time of the thread and the events that it took in that time. */
  private record Counted(long threadNanos, long events) {}

  /**
   * A backlog.
   *
   * @param series new counter series in it; 0 for the usual mix of events
   */
  public record Load(long seed, int events, int series) {}

  private final String bootstrapServers;
  private final int partitions;
  private final Program program;
  private final PrintStream out;

  /** Over a broker whose topics, with so many partitions, are there and empty. */
  public StageProfile(String bootstrapServers, int partitions, Program program, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.partitions = partitions;
    this.program = program;
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
        Counted result = count(prefix, "run-" + run, events);
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

  private Counted count(String prefix, String applicationId, int events)
      throws InterruptedException {
    if (program == Program.REPLAY) {
      return new Counted(ReplayRun.run(bootstrapServers, prefix, events), events);
    }
    if (program == Program.LOOP) {
      return new Counted(BareLoop.run(bootstrapServers, prefix, partitions, events), events);
    }
    Throughput.forgetCounts(bootstrapServers, prefix, partitions);
    ProcessorRun.Result result =
        new ProcessorRun().run(bootstrapServers, prefix, applicationId, events);
    return new Counted(result.threadNanos(), result.events());
  }

  private void add(Path file, Map<Stage, Long> samples) throws IOException {
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals(SAMPLE)
          && event.getStackTrace() != null
          && isOfProgram(event)) {
        samples.merge(Stage.of(event.getStackTrace().getFrames()), 1L, Long::sum);
      }
    }
  }

  private boolean isOfProgram(RecordedEvent event) {
    if (program == Program.PROCESSOR) {
      RecordedThread thread = event.getThread("sampledThread");
      String name = thread == null ? null : thread.getJavaName();
      return name != null && StreamThreads.isName(name);
    }
    Class<?> outermost = program == Program.REPLAY ? Workers.class : BareLoop.class;
    return event.getStackTrace().getFrames().stream()
        .anyMatch(frame -> frame.getMethod().getType().getName().equals(outermost.getName()));
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
