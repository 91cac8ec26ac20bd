package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.replay.output.JsonOutput;
import org.aragora.telemetry.replay.output.OpenMetricsOutput;
import org.aragora.telemetry.replay.output.Result;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.replay.read.Checkpoints;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.replay.read.PartitionJob;
import org.aragora.telemetry.replay.read.PartitionReplay;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.RangeResolver;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.read.Workers;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ITReplayOutput {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final int PARTITIONS = 3;
  private static final PartitionReplay.Keep ALL = new PartitionReplay.Keep(true, true);

  @TempDir private Path directory;
  private LiveService service;

  @BeforeEach
  void createTopics() {
    kafka.createTopics(PARTITIONS);
    service = new LiveService(kafka.bootstrapServers(), kafka.prefix(), PARTITIONS);
    Instant start = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(90, ChronoUnit.MINUTES);
    try (ReplayLoad load =
        new ReplayLoad(kafka.bootstrapServers(), kafka.prefix(), PARTITIONS, 3, start, 600_000)) {
      load.write(3000);
    }
  }

  @Test
  void oneAndThreeWorkersWriteTheSameFiles() throws Exception {
    for (String[] format :
        new String[][] {
          {"--output", "json", "--windows"}, {"--output", "openmetrics"}, {"--output", "table"}
        }) {
      Path one = write("one", "1", format);
      Path three = write("three", "3", format);

      assertThat(three).hasSameBinaryContentAs(one);
      assertThat(Files.readString(one)).contains("aragora_requests");
    }
  }

  private Path write(String name, String workers, String... format) {
    Path file = directory.resolve(name);
    List<String> arguments = new java.util.ArrayList<>(List.of(format));
    arguments.addAll(List.of("--workers", workers, "--file", file.toString()));
    assertThat(service.replay(arguments.toArray(new String[0])))
        .isEqualTo(new LiveService.Done(0, "", ""));
    return file;
  }

  @Test
  void replayThatDiesInTheMiddleGoesOnFromItsCheckpoints() throws Exception {
    SortedMap<InputPartition, Bounds> range = range();
    String straight = text(replay(range, null, Integer.MAX_VALUE));
    Path checkpoints = directory.resolve("checkpoints");
    Checkpoints.Plan plan = Checkpoints.begin(checkpoints, "rules", range, Duration.ZERO);

    for (int death = 1; death <= 3; death++) {
      assertThatThrownBy(() -> replay(plan.range(), plan.checkpoints(), 700))
          .isInstanceOf(ReplayException.class)
          .hasMessageContaining("killed");
    }
    Checkpoints.Plan resumed = Checkpoints.resume(checkpoints, "rules", Duration.ZERO);

    assertThat(resumed).isNotNull();
    assertThat(resumed.range()).isEqualTo(range);
    assertThat(text(replay(resumed.range(), resumed.checkpoints(), Integer.MAX_VALUE)))
        .isEqualTo(straight);
    assertThatThrownBy(() -> Checkpoints.resume(checkpoints, "other rules", Duration.ZERO))
        .hasMessageContaining("was begun with other options");
  }

  @Test
  void gapThatRetentionHasLeftIsNamedOrAllowed() throws Exception {
    TopicPartition cut = new TopicPartition(kafka.prefix() + "requests", 1);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.deleteRecords(Map.of(cut, RecordsToDelete.beforeOffset(40))).all().get();
    }

    LiveService.Done refused = service.replay("--output", "json");
    LiveService.Done allowed = service.replay("--output", "json", "--allow-gaps");
    LiveService.Done later = service.replay("--output", "json", "--from", "requests-1=40");

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains(cut + " begins at offset 40");
    assertThat(allowed.exitCode()).isZero();
    assertThat(later).isEqualTo(allowed);
  }

  @Test
  void rangeEndsWhereItIsTold() {
    LiveService.Done done =
        service.replay("--from", "requests-0=10", "--to", "requests-0=30", "--output", "json");

    assertThat(done.out())
        .contains("{\"topic\":\"requests\",\"partition\":0,\"from\":10,\"to\":30}")
        .contains("{\"topic\":\"requests\",\"partition\":0,\"read\":20,");
    assertThat(
            service.replay("--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z").out())
        .containsPattern("(?m)^aragora_active_debates +0$")
        .doesNotContain("aragora_requests_total");
    assertThat(service.replay("--from", "yesterday").err())
        .contains("--from=yesterday is refused: it must be a time");
  }

  private SortedMap<InputPartition, Bounds> range() {
    try (var consumer = consumers().committed("test")) {
      return new RangeResolver(consumer, kafka.prefix(), false, Clock.systemUTC())
          .resolve(new Limit.Open(), new Limit.Open());
    }
  }

  private Consumers consumers() {
    return new Consumers(
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.poll.records", 50));
  }

  /** {@code lifetime}: records after which everything dies at once. */
  private Result replay(
      SortedMap<InputPartition, Bounds> range, Checkpoints checkpoints, int lifetime) {
    PartitionCounters counters =
        PartitionCounters.of(ReplayConfig.read(Map.of()).rules(), kafka.prefix());
    List<PartitionReplay> partitions = PartitionReplay.all(range, ALL, counters, checkpoints);
    AtomicInteger left = new AtomicInteger(lifetime);
    new Workers(consumers(), kafka.prefix(), 2)
        .run(
            partitions.stream().map(partition -> new Mortal(partition, left)).toList(),
            new Progress(System.err, false, System::nanoTime, 1));
    return Result.of(partitions, counters.metrics());
  }

  private static String text(Result result) throws Exception {
    StringBuilder text = new StringBuilder();
    new JsonOutput(text).write(result);
    new OpenMetricsOutput(text, new OpenMetricsOutput.Settings("job", "instance", Long.MAX_VALUE))
        .write(result);
    return text.toString();
  }

  private record Mortal(PartitionReplay replay, AtomicInteger left) implements PartitionJob {
    @Override
    public InputPartition partition() {
      return replay.partition();
    }

    @Override
    public long from() {
      return replay.from();
    }

    @Override
    public long to() {
      return replay.to();
    }

    @Override
    public void accept(ConsumerRecord<byte[], byte[]> record) {
      if (left.decrementAndGet() < 0) {
        throw new ReplayException("killed");
      }
      replay.accept(record);
    }

    @Override
    public void pause(long position) {
      if (left.get() >= 0) {
        replay.pause(position);
      }
    }

    @Override
    public void done() {
      if (left.get() >= 0) {
        replay.done();
      }
    }
  }
}
