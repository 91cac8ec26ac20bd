package org.aragora.telemetry.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A processor that cannot go on: the cause in health, with its place and its remedy. */
class ITStopsForGood {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
  private Admin admin;
  private Pipe pipe;

  @BeforeEach
  void open() {
    kafka.createTopics(2);
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix()).with("CREATE_TOPICS", "false");
  }

  @AfterEach
  void close() {
    pipe.close();
    admin.close(Duration.ZERO);
  }

  @Test
  void aRecordThatCannotBeWrittenStopsWithItsPlaceAndGoesOnOnceTheLimitIsRaised() throws Exception {
    ProcessorService processor = counting();
    // Ledgers fit, also those of idle inputs; a series with a long label does not.
    alter(pipe.topic("metrics"), "max.message.bytes", "450");
    String request = new String(TestEvents.request("second", Instant.now(), 200), UTF_8);
    pipe.send("requests", 1, null, request.replace("/api/debates", longPath()).getBytes(UTF_8));
    String cause = awaitStopped(processor);
    assertThat(cause)
        .startsWith("counting has stopped: " + pipe.topic("requests") + " partition 1 from offset ")
        .contains("RecordTooLargeException")
        .contains(
            "--entity-name " + pipe.topic("metrics") + " --add-config max.message.bytes=9437184");
    assertThat(processor.stopped()).isNotDone();
    assertThat(pipe.page().value("aragora_telemetry_process_stopped")).isEqualTo(1);
    pipe.stop(processor);

    alter(pipe.topic("metrics"), "max.message.bytes", "9437184");
    pipe.start();
    await()
        .atMost(Pipe.PATIENCE)
        .until(() -> pipe.page().events(pipe.topic("requests"), "counted") == 2);
  }

  /** A path of 128 characters of four bytes that compression does not make smaller. */
  private static String longPath() {
    StringBuilder path = new StringBuilder("/");
    new Random(1).ints(128, 0x10000, 0x10000 + 0x8000).forEach(path::appendCodePoint);
    return path.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"metrics", "metrics.windows", "logs"})
  void morePartitionsAreSeenAndRefusedAtTheNextStart(String topic) throws Exception {
    ProcessorService processor = counting();
    admin
        .createPartitions(Map.of(pipe.topic(topic), NewPartitions.increaseTo(3)))
        .all()
        .get(30, TimeUnit.SECONDS);
    String sentence =
        pipe.topic(topic)
            + " has 3 partitions but was counted with 2; the number is fixed for a generation: run 'bin/telemetry replay --output generation'";
    assertThat(awaitStopped(processor)).contains(sentence);
    pipe.stop(processor);
    assertRefused(sentence);
  }

  @ParameterizedTest
  @CsvSource({
    "requests, message.timestamp.type, CreateTime",
    "requests, cleanup.policy, compact",
    "metrics, cleanup.policy, delete",
    "metrics.windows, max.message.bytes, 100000"
  })
  void aSettingThatWouldFalsifyNumbersIsSeenAndRefusedAtTheNextStart(
      String topic, String setting, String value) throws Exception {
    ProcessorService processor = counting();
    alter(pipe.topic(topic), setting, value);
    String sentence = "topic %s has %s=%s".formatted(pipe.topic(topic), setting, value);
    assertThat(awaitStopped(processor))
        .contains(sentence)
        .contains("kafka-configs.sh", "--entity-name " + pipe.topic(topic));
    pipe.stop(processor);
    assertRefused(sentence);
  }

  @Test
  void aTopicThatIsDeletedAndMadeAgainIsSeen() throws Exception {
    ProcessorService processor = counting();
    admin.deleteTopics(List.of(pipe.topic("logs"))).all().get(30, TimeUnit.SECONDS);
    await()
        .atMost(Pipe.PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () ->
                admin
                    .createTopics(
                        List.of(
                            new NewTopic(pipe.topic("logs"), 2, (short) 1)
                                .configs(Map.of("message.timestamp.type", "LogAppendTime"))))
                    .all()
                    .get());
    assertThat(awaitStopped(processor)).contains("topic " + pipe.topic("logs"));
  }

  @Test
  void aLimitThatIsTooLowIsRaisedIfTopicsMayBeCreated() throws Exception {
    alter(pipe.topic("metrics"), "max.message.bytes", "1000");
    alter(pipe.topic("dead-letters"), "max.message.bytes", "1048588");
    pipe.with("CREATE_TOPICS", "true");
    counting();
    ConfigResource metrics = new ConfigResource(ConfigResource.Type.TOPIC, pipe.topic("metrics"));
    assertThat(
            admin
                .describeConfigs(List.of(metrics))
                .all()
                .get()
                .get(metrics)
                .get("max.message.bytes")
                .value())
        .isEqualTo("9437184");
  }

  @Test
  void aDeletedChangelogIsRefusedBecauseTotalsWouldBeginAgain() throws Exception {
    ProcessorService processor = counting();
    pipe.stop(processor);
    String changelog = kafka.prefix() + "processor-aggregate-requests-store-changelog";
    admin.deleteTopics(List.of(changelog)).all().get(30, TimeUnit.SECONDS);
    assertRefused("topic " + changelog + ", which keeps what was counted, was deleted");
  }

  /** A processor that has counted one request and serves it. */
  private ProcessorService counting() {
    ProcessorService processor = pipe.start();
    pipe.send("requests", 1, null, TestEvents.request("first", Instant.now(), 200));
    await()
        .atMost(Pipe.PATIENCE)
        .until(() -> pipe.page().events(pipe.topic("requests"), "counted") == 1);
    return processor;
  }

  private void alter(String topic, String setting, String value) throws Exception {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET))))
        .all()
        .get(30, TimeUnit.SECONDS);
  }

  /** Waits until liveness fails, and returns its cause, which is that of readiness too. */
  static String awaitStopped(ProcessorService processor) {
    await()
        .atMost(Pipe.PATIENCE)
        .untilAsserted(() -> assertThat(health(processor, "live").statusCode()).isEqualTo(503));
    String cause = health(processor, "live").body();
    assertThat(health(processor, "ready").body()).isEqualTo(cause);
    return cause;
  }

  private static HttpResponse<String> health(ProcessorService processor, String check) {
    try {
      return LocalHttp.get(processor.metricsPort(), "/health/" + check, Duration.ofSeconds(1));
    } catch (Exception e) {
      throw new AssertionError(check + " does not answer", e);
    }
  }

  private void assertRefused(String sentence) {
    ProcessorService next = pipe.start();
    assertThatThrownBy(() -> next.stopped().get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(sentence);
    pipe.stop(next);
  }
}
