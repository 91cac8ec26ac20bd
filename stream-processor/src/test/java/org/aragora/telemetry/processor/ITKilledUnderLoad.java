package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A processor that is killed with SIGKILL while events come in: what memory alone had is counted
 * again, what was committed is not.
 */
class ITKilledUnderLoad {
  private static final int KILLS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
  @TempDir Path directory;

  private final AtomicBoolean enough = new AtomicBoolean();

  @Test
  void countsAreExactAfterEveryKill() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      ServiceProcess processor = processor(pipe);
      CompletableFuture<Integer> sender = CompletableFuture.supplyAsync(() -> send(pipe));
      try {
        for (int kill = 0; kill < KILLS; kill++) {
          processor.start();
          awaitGrowth(pipe, processor);
          processor.jvm().kill();
        }
        enough.set(true);
        int sent = sender.get(1, TimeUnit.MINUTES);
        processor.start();
        await()
            .atMost(PATIENCE)
            .ignoreExceptionsInstanceOf(IOException.class)
            .untilAsserted(
                () -> {
                  MetricsPage page = processor.metrics(Duration.ofSeconds(5));
                  assertThat(page.events(pipe.topic("requests"), "counted")).isEqualTo(sent);
                  assertThat(page.events(pipe.topic("requests"), "duplicate")).isEqualTo(sent);
                  assertThat(
                          page.value(
                              "aragora_requests_total{endpoint=\"/e\",method=\"GET\",status=\"200\"}"))
                      .isEqualTo(sent);
                  assertThat(page.value("aragora_active_debates")).isEqualTo(sent);
                });
      } finally {
        enough.set(true);
        processor.jvm().kill();
      }
    }
  }

  /** Each request twice, with a start of a debate between; numbers have no gaps at the end. */
  private int send(Pipe pipe) {
    int sent = 0;
    while (!enough.get()) {
      long seq = ++sent;
      byte[] request =
          TestEvents.numbered(
              "r" + seq,
              "epoch",
              seq,
              "request.completed.v1",
              Instant.now(),
              "{\"request_id\":\"r%d\",\"method\":\"GET\",\"endpoint\":\"/e\",\"status\":200,\"duration_seconds\":1}"
                  .formatted(seq));
      pipe.send("requests", 0, null, request);
      pipe.send("debates", 1, null, TestEvents.debateStarted("d" + seq, Instant.now(), 86_400));
      pipe.send("requests", 0, null, request);
    }
    return sent;
  }

  private void awaitGrowth(Pipe pipe, ServiceProcess processor) {
    double[] before = {-1};
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .failFast(processor::checkAlive)
        .until(
            () -> {
              double counted =
                  processor
                      .metrics(Duration.ofSeconds(5))
                      .events(pipe.topic("requests"), "counted");
              boolean grew = before[0] >= 0 && counted > before[0];
              before[0] = counted;
              return grew;
            });
  }

  private ServiceProcess processor(Pipe pipe) {
    ServiceProcess processor =
        ServiceProcess.of(
                "processor",
                ProcessorMain.class.getName(),
                new ServiceEnvironment(kafka.bootstrapServers(), kafka.prefix(), directory))
            .options("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    pipe.environment().entrySet().stream()
        .filter(entry -> !entry.getKey().equals("METRICS_PORT"))
        .forEach(entry -> processor.set(entry.getKey(), entry.getValue()));
    return processor;
  }
}
