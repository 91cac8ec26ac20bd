package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.measure.ExampleCatalog;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.replay.output.OpenMetricsOutput;
import org.aragora.telemetry.replay.output.Result;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.PartitionReplay;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.RangeResolver;
import org.aragora.telemetry.replay.read.Workers;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.PrometheusProcess;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The worked example of docs/how-to/replay.md. */
class ITNewMetricFromOldEvents {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final Instant START =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(90, ChronoUnit.MINUTES);

  @TempDir private Path directory;

  @Test
  void metricOfALaterReleaseHasItsWholeHistory() throws Exception {
    Assumptions.assumeTrue(
        PrometheusProcess.isInstalled(),
        "Skipped: prometheus and promtool are not installed (apt-get install prometheus).");
    kafka.createTopics(3);
    LiveService service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), 3);
    ReplayLoad load =
        new ReplayLoad(kafka.bootstrapServers(), kafka.prefix(), 3, 5, START, 600_000);
    load.write(2000);
    load.close();
    // The release without the metric counts the events, and is done with them.
    try (ProcessorService before = service.start()) {
      service.awaitCounted();
      assertThat(before.stopped()).isNotDone();
    }

    Path file = directory.resolve("history.om");
    try (Writer writer = Files.newBufferedWriter(file)) {
      new OpenMetricsOutput(
              writer,
              new OpenMetricsOutput.Settings(
                  "aragora-telemetry", "aragora-telemetry", Long.MAX_VALUE))
          .write(replayWithTheLaterRelease());
    }
    Path data = Files.createDirectory(directory.resolve("data"));
    PrometheusProcess.createBlocks(file, data);

    try (PrometheusProcess prometheus = PrometheusProcess.start(directory, "global: {}\n")) {
      long from = START.getEpochSecond();
      NavigableMap<Long, Double> slow =
          prometheus.range("aragora_slow_requests_total{method=\"GET\"}", from, from + 19 * 60, 60);
      assertThat(slow).hasSize(20);
      slow.forEach(
          (time, value) ->
              assertThat(value)
                  .isEqualTo(
                      load.requests().stream()
                          .filter(r -> r.method().equals("GET") && r.millis() > 1000)
                          .filter(r -> r.time().isBefore(Instant.ofEpochSecond(time)))
                          .count()));
    }
  }

  private static Result replayWithTheLaterRelease() {
    PartitionCounters later =
        new PartitionCounters(
            ProcessorConfig.read(Map.of()).rules().forReplay(),
            () -> ExampleCatalog.create(kafka.prefix()),
            Handover.NONE);
    Consumers consumers = new Consumers(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    List<PartitionReplay> partitions;
    try (var consumer = consumers.committed("example")) {
      partitions =
          PartitionReplay.all(
              new RangeResolver(consumer, kafka.prefix(), false, Clock.systemUTC())
                  .resolve(new Limit.Open(), new Limit.Open()),
              new PartitionReplay.Keep(true, false),
              later,
              null);
    }
    new Workers(consumers, kafka.prefix(), 1)
        .run(partitions, new Progress(System.err, false, System::nanoTime, 1));
    return Result.of(partitions, later.metrics());
  }
}
