package org.aragora.telemetry.testbed.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.aragora.telemetry.chassis.topics.TopicsMain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code topics create --check}, as its exit code and its output show it. */
class ITTopicsCheck {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  /** Exit code and output of a command. */
  private record Result(int code, String output) {}

  @Test
  void missingTopicsDifferAndNoneIsCreated() throws Exception {
    Result check = topics("create", "--check");

    assertThat(check.code()).isEqualTo(3);
    assertThat(check.output()).contains(kafka.prefix() + "requests does not exist.");
    assertThat(names()).noneMatch(name -> name.startsWith(kafka.prefix()));
  }

  @Test
  void topicsAsTheyWouldBeCreatedAreNoDifference() throws Exception {
    kafka.createTopics(4);

    assertThat(topics("create", "--check", "--partitions", "4").code()).isZero();
  }

  @Test
  void otherNumberOfPartitionsDiffersUnderCheckAlone() throws Exception {
    kafka.createTopics(4);

    Result check = topics("create", "--check", "--partitions", "6");

    assertThat(check.code()).isEqualTo(3);
    assertThat(check.output()).contains("4 partitions, not 6");
    assertThat(topics("create", "--partitions", "6").code()).isZero();
  }

  private static Set<String> names() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      return admin.listTopics().names().get();
    }
  }

  private static Result topics(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(TopicsMain.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
    builder.environment().put("ARAGORA_TELEMETRY_TOPIC_PREFIX", kafka.prefix());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }
}
