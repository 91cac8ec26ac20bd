package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import picocli.CommandLine;

/** The real processor on a real broker, and the commands beside it. */
final class LiveService {
  /** The result of a command. */
  record Done(int exitCode, String out, String err) {}

  private final Map<String, String> environment = new HashMap<>();
  private final String bootstrapServers;
  private final String prefix;
  private final int partitions;

  LiveService(String bootstrapServers, String prefix, int partitions) {
    this.bootstrapServers = bootstrapServers;
    this.prefix = prefix;
    this.partitions = partitions;
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix);
    environment.put("ARAGORA_TELEMETRY_APPLICATION_ID", prefix + "app");
    environment.put("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0");
    environment.put("ARAGORA_TELEMETRY_COMMIT_INTERVAL_MS", "200");
    environment.put("METRICS_PORT", "0");
  }

  LiveService with(String setting, String value) {
    environment.put("ARAGORA_TELEMETRY_" + setting, value);
    return this;
  }

  String setting(String name) {
    return environment.getOrDefault(name, "");
  }

  ReplayConfig config() {
    return ReplayConfig.read(environment);
  }

  ProcessorService start() {
    return ProcessorService.start(ProcessorConfig.read(environment));
  }

  Done replay(String... arguments) {
    return run(ReplayMain.commandLine(environment), arguments);
  }

  Done redrive(String... arguments) {
    return run(RedriveMain.commandLine(environment), arguments);
  }

  private static Done run(CommandLine command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        command
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Done(exitCode, out.toString(), err.toString());
  }

  /** Names of all topics of the service. */
  Set<String> topics() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      return admin.listTopics().names().get().stream()
          .filter(name -> name.startsWith(prefix))
          .collect(Collectors.toSet());
    }
  }

  /** Waits until the group has no member. */
  void awaitNobodyCounts() {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      ConsumerGroups groups = new ConsumerGroups(admin);
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> groups.members(Generation.FIRST.applicationId(prefix + "app")).isEmpty());
    }
  }

  /** Waits until every record is counted and committed. */
  void awaitCounted() {
    awaitCounted(Generation.FIRST);
  }

  /** The same of a generation. */
  void awaitCounted(Generation generation) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      await()
          .atMost(Duration.ofMinutes(4))
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> assertThat(lag(admin, generation)).isZero());
    }
  }

  private long lag(Admin admin, Generation generation) throws Exception {
    Map<TopicPartition, OffsetSpec> question = new HashMap<>();
    for (String topic : new String[] {"debates", "requests", "agent-calls", "instances", "logs"}) {
      for (int i = 0; i < partitions; i++) {
        question.put(new TopicPartition(prefix + topic, i), OffsetSpec.latest());
      }
    }
    var ends =
        admin
            .listOffsets(question, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
            .all()
            .get();
    var committed =
        admin
            .listConsumerGroupOffsets(generation.applicationId(prefix + "app"))
            .partitionsToOffsetAndMetadata()
            .get();
    long lag = 0;
    for (var end : ends.entrySet()) {
      var position = committed.get(end.getKey());
      lag += end.getValue().offset() - (position == null ? 0 : position.offset());
    }
    return lag;
  }
}
