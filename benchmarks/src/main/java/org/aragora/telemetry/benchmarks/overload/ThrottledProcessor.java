package org.aragora.telemetry.benchmarks.overload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.testbed.broker.ChildJvm;

/** A processor in a small heap that can be given a tenth of the time. Used by one thread. */
final class ThrottledProcessor {
  static final int HEAP_MEGABYTES = 256;

  private static final long RUN_MS = 50;
  private static final long REST_MS = 450;
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(20);

  private final ChildJvm jvm;

  /** {@code directory}: for its log and its state. */
  ThrottledProcessor(Path directory, String bootstrapServers, int partitions, int port) {
    jvm =
        ChildJvm.of(
            "org.aragora.telemetry.processor.ProcessorMain", directory.resolve("processor.log"));
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("KAFKA_") || name.startsWith("ARAGORA_")) {
        jvm.environment(name, null);
      }
    }
    jvm.options("-Xmx" + HEAP_MEGABYTES + "m", "-XX:+ExitOnOutOfMemoryError")
        .environment("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers)
        .environment("METRICS_PORT", String.valueOf(port))
        .environment("ARAGORA_TELEMETRY_METRICS_HOST", "127.0.0.1")
        .environment("ARAGORA_TELEMETRY_PARTITIONS", String.valueOf(partitions))
        .environment("ARAGORA_TELEMETRY_STATE_DIR", directory.resolve("state").toString())
        .environment("LOG_OUTPUT", "stdout");
  }

  void start() {
    jvm.start();
  }

  void stop() {
    jvm.stop(STOPS_WITHIN);
  }

  boolean isAlive() {
    return jvm.isAlive();
  }

  String endOfLog() {
    return jvm.endOfLog();
  }

  /** Stops and continues it, so that it runs a tenth of the time; it runs on afterwards. */
  void throttleUntil(long untilNanos) throws InterruptedException {
    while (System.nanoTime() < untilNanos && jvm.isAlive()) {
      jvm.pause();
      TimeUnit.MILLISECONDS.sleep(REST_MS);
      jvm.resume();
      TimeUnit.MILLISECONDS.sleep(RUN_MS);
    }
  }

  /** Its resident memory in KiB; 0 where the system does not say. */
  long residentKb() {
    try {
      return Files.readAllLines(Path.of("/proc", String.valueOf(jvm.pid()), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
