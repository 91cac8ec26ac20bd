package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.FakeClock;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Steps of the machine's clock under a running process. */
class ITClockStep {
  private static final int HOURS = 3600;
  private static final int EVENTS = 50;
  private static final Duration SEEN_AFTER = Duration.ofSeconds(3);

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @TempDir Path directory;

  @Test
  void countingGoesOnAfterEveryStepWithoutARestart() throws Exception {
    assumeTrue(FakeClock.isInstalled(), "libfaketime is not installed");
    kafka.createTopics(2);
    FakeClock clock = new FakeClock(directory.resolve("clock"));
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      ServiceProcess process =
          ServiceProcess.of(
                  "processor",
                  ProcessorMain.class.getName(),
                  new ServiceEnvironment(kafka.bootstrapServers(), kafka.prefix(), directory))
              .options("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
      pipe.environment().forEach(process::set);
      process.metricsPort(process.metricsPort());
      clock.drive(process);
      process.start();
      try {
        int sent = 0;
        for (int step : new int[] {0, -2 * HOURS, 0, 2 * HOURS, -1 * HOURS, 0}) {
          clock.step(step);
          // Events before the process reads its new clock would prove nothing.
          await().pollDelay(SEEN_AFTER).until(() -> true);
          for (int i = 0; i < EVENTS; i++, sent++) {
            pipe.send("requests", null, null, TestEvents.request("r" + sent, Instant.now(), 200));
          }
          awaitCounted(process, pipe.topic("requests"), sent, step);
        }
      } finally {
        process.jvm().kill();
      }
    }
  }

  private static void awaitCounted(ServiceProcess process, String topic, int sent, int step) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              process.checkAlive();
              MetricsPage page = process.metrics();
              assertThat(page).isNotNull();
              assertThat(page.events(topic, "counted"))
                  .as("counted after a step to %+d s", step)
                  .isEqualTo(sent);
            });
  }
}
