package org.aragora.telemetry.benchmarks.export;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * CPU time of an exporter's threads, and its stages by samples of the JDK's Flight Recorder. The
 * kernel and native code, as of gzip, are in the CPU time and not in the samples.
 */
final class ExportProfile {
  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final double NANOS_PER_MICRO = 1e3;

  /** The work of a thread whose name contains a text. */
  private record Role(String part, String name) {}

  /** The work of a frame whose class begins with a text. */
  private record Stage(String prefix, String name) {}

  private static final List<Role> ROLES =
      List.of(
          new Role("-exporter", "loop: read, decode, convert"),
          new Role("-sender-", "senders: write, zip"),
          new Role("http-push", "HTTP client"),
          new Role("HttpClient-", "HTTP client"));
  private static final List<Stage> STAGES =
      List.of(
          new Stage("org.aragora.telemetry.schemas.", "decode"),
          new Stage("org.aragora.telemetry.chassis.redact.", "redact"),
          new Stage("org.aragora.telemetry.exporter.loop.", "batches, offsets, answers"),
          new Stage("org.aragora.telemetry.exporter.partition.", "batches, offsets, answers"),
          new Stage("org.aragora.telemetry.exporter.health.", "batches, offsets, answers"),
          new Stage("org.aragora.telemetry.exporter.", "convert, write"),
          new Stage("io.opentelemetry.", "convert, write"),
          new Stage("org.apache.kafka.", "Kafka's consumer"),
          new Stage("jdk.internal.net.http.", "HTTP client"));

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<String, Long> nanos = new TreeMap<>();
  private final Map<String, Long> samples = new TreeMap<>();

  /** CPU time that a thread had before the run, as those of a rival's HTTP client have. */
  private final Map<Long, Long> before = new HashMap<>();

  private long items;
  private Recording recording = new Recording();

  /** Begins to sample. */
  void start() {
    recording = new Recording();
    recording.enable(SAMPLE).withPeriod(PERIOD);
    recording.start();
    before.clear();
    for (long thread : threads.getAllThreadIds()) {
      before.put(thread, threads.getThreadCpuTime(thread));
    }
  }

  /** Ends the samples of a run that exported so many items. Its threads must live still. */
  void stop(long exported) throws IOException {
    recording.stop();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      String role = thread == null ? "" : role(thread.getThreadName());
      if (!role.isEmpty()) {
        long id = thread.getThreadId();
        long own = threads.getThreadCpuTime(id) - before.getOrDefault(id, 0L);
        nanos.merge(role, Math.max(0, own), Long::sum);
      }
    }
    items += exported;
    Path file = Files.createTempFile("aragora-export-", ".jfr");
    recording.dump(file);
    recording.close();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      RecordedThread thread =
          event.getEventType().getName().equals(SAMPLE) ? event.getThread("sampledThread") : null;
      if (thread != null && thread.getJavaName() != null && event.getStackTrace() != null) {
        String role = role(thread.getJavaName());
        if (!role.isEmpty()) {
          samples.merge(stage(event.getStackTrace().getFrames()), 1L, Long::sum);
        }
      }
    }
    Files.delete(file);
  }

  /** Prints the tables and forgets what they contain. */
  void print(PrintStream out) {
    out.println("| threads | CPU, us an item |");
    out.println("| --- | --- |");
    nanos.forEach((role, of) -> out.printf("| %s | %.2f |%n", role, of / NANOS_PER_MICRO / items));
    long all = samples.values().stream().mapToLong(Long::longValue).sum();
    out.printf("| stage, of %,d samples in Java | share |%n", all);
    out.println("| --- | --- |");
    samples.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(
            stage ->
                out.printf("| %s | %.1f %% |%n", stage.getKey(), 100.0 * stage.getValue() / all));
    nanos.clear();
    samples.clear();
    items = 0;
  }

  private static String role(String thread) {
    return ROLES.stream()
        .filter(role -> thread.contains(role.part()))
        .map(Role::name)
        .findFirst()
        .orElse("");
  }

  /** The stage of the deepest frame that has one. */
  private static String stage(List<RecordedFrame> frames) {
    for (RecordedFrame frame : frames) {
      String type = frame.getMethod().getType().getName();
      for (Stage stage : STAGES) {
        if (type.startsWith(stage.prefix())) {
          return stage.name();
        }
      }
    }
    return "anything else";
  }
}
