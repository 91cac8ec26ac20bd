package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ITEmitMain {
  private static final String WHOLE =
      "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/aragora/instances/a\",\"epoch\":\"e\","
          + "\"seq\":7,\"x\":1,\"type\":\"ai.aragora.elo.updated.v1\",\"data\":{\"agent\":\"a\",\"rating\":5.0}}";
  private static final String SHORT =
      "{\"type\":\"ai.aragora.elo.updated.v1\",\"data\":{\"agent\":\"b\",\"rating\":6}}";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int emit(String input, Map<String, String> environment, String... arguments) {
    CommandLine command =
        EmitMain.commandLine(
            environment, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private Map<String, String> environment() {
    return Map.of(
        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
        "ARAGORA_TELEMETRY_TOPIC_PREFIX", kafka.prefix());
  }

  private List<String> values() {
    return TopicReader.all(kafka.bootstrapServers(), InputTopic.DEBATES.under(kafka.prefix()))
        .stream()
        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void goodLinesAreSentAndBadOnesReportedByNumber() {
    kafka.createTopics(1);

    int exit =
        emit(
            WHOLE + "\n\n" + "nonsense\n" + SHORT + "\r\n" + "{\"type\":\"no\"}",
            environment(),
            "--source",
            "shell");

    assertThat(exit).isEqualTo(1);
    assertThat(out).asString().contains("2 events acknowledged.");
    assertThat(err)
        .asString()
        .contains("Line 3 is no event: ")
        .contains("Line 5 is no event: ")
        .contains("2 lines were no events.");
    List<String> values = values();
    assertThat(values.get(0)).isEqualTo(WHOLE);
    Event event = Broker.event(InputTopic.DEBATES, values.get(1).getBytes(StandardCharsets.UTF_8));
    assertThat(event.source()).isEqualTo("/aragora/instances/shell");
    assertThat(event.sequence().seq()).isEqualTo(1);
    assertThat(values).hasSize(2);
  }

  @Test
  void fileIsReadAndAllGoodMeansExitCodeZero() throws Exception {
    kafka.createTopics(1);
    Path file = Files.writeString(directory.resolve("events.jsonl"), SHORT + "\n" + WHOLE + "\n");

    assertThat(emit("", environment(), "--file", file.toString())).isZero();
    assertThat(values()).hasSize(2);
    assertThat(err).asString().isEmpty();
  }

  @Test
  void aByteOrderMarkIsRemovedBeforeEveryKindOfLine() throws Exception {
    kafka.createTopics(1);
    String lines = "\uFEFF" + WHOLE + "\r\n\uFEFF" + SHORT + "\r\n\uFEFF\r\n";
    Path file = Files.writeString(directory.resolve("events.jsonl"), lines);

    assertThat(emit("", environment(), "--file", file.toString())).isZero();
    assertThat(emit("\uFEFF" + SHORT + "\n" + WHOLE, environment())).isZero();
    assertThat(values()).hasSize(4).allMatch(value -> value.startsWith("{"));
    assertThat(err).asString().isEmpty();
  }

  @Test
  void brokerThatIsAwayEndsInASentence() {
    int exit =
        emit(SHORT + "\n", Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"), "--timeout", "1");

    assertThat(exit).isEqualTo(1);
    assertThat(err).asString().contains("No broker at 127.0.0.1:1 answered within 1 s; check ");
  }

  @Test
  void brokerThatIsAwayTakesNoLongerThanTheTimeout() {
    long start = System.nanoTime();
    emit(SHORT + "\n", Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"), "--timeout", "3");

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofSeconds(2), Duration.ofMillis(4500));
  }

  @Test
  void topicThatIsMissingIsNamedAndNotTheBroker() {
    int exit = emit(SHORT + "\n", environment(), "--timeout", "5");

    assertThat(exit).isEqualTo(1);
    assertThat(err)
        .asString()
        .contains("Topic " + kafka.prefix() + "debates does not exist at ")
        .contains("topics create")
        .doesNotContain("No broker");
  }

  @Test
  void signalSendsWhatWasReadAndEndsInOrder() throws Exception {
    kafka.createTopics(1);
    Process process = start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(
          (SHORT + "\n" + WHOLE + "\n" + "{\"type\":\"ai.ara").getBytes(StandardCharsets.UTF_8));
      in.flush();
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> values().size() == 2);
      in.write(("gora\"}\n" + SHORT + "\n{\"type\":").getBytes(StandardCharsets.UTF_8));
      in.flush();

      process.toHandle().destroy();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.inputReader().lines()).contains("3 events acknowledged.");
    assertThat(process.exitValue()).as("for the line that was no event").isEqualTo(1);
    assertThat(values()).hasSize(3);
  }

  @Test
  void signalEndsAStreamWithExitCodeZero() throws Exception {
    kafka.createTopics(1);
    Process process = start();
    try (OutputStream in = process.getOutputStream()) {
      in.write((SHORT + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> values().size() == 1);
      process.toHandle().destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).isZero();
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                EmitMain.class.getName())
            .redirectErrorStream(true);
    builder.environment().putAll(environment());
    return builder.start();
  }

  @Test
  void wrongConfigurationIsNamed() {
    assertThat(emit("", Map.of("KAFKA_ACKS", "1"))).isEqualTo(2);
    assertThat(err).asString().contains("KAFKA_ACKS");
    assertThat(emit("", environment(), "--file", "/nowhere")).isEqualTo(2);
    assertThat(err).asString().contains("/nowhere");
    assertThat(emit("", environment(), "--source", "a/b")).isEqualTo(2);
    assertThat(err).asString().contains("a/b");
  }
}
