package org.aragora.telemetry.processor.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorConfigTest {

  @Test
  void defaultsAreThoseOfTheContract() {
    ProcessorConfig config = ProcessorConfig.read(Map.of());
    assertThat(config.topicPrefix()).isEqualTo("aragora.");
    assertThat(config.applicationId()).isEqualTo("aragora-telemetry");
    assertThat(config.address()).isEqualTo(new StatusServer.Address("0.0.0.0", 9090));
    assertThat(config.bootstrapServers()).isEqualTo("localhost:9092");
    assertThat(config.rules().maxClockSkew()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.rules().lateGrace()).isEqualTo(Duration.ofSeconds(300));
    assertThat(config.rules().debateDeadline()).isEqualTo(Duration.ofSeconds(3600));
    assertThat(config.rules().birth()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.rules().seriesLimit()).isEqualTo(2000);
    assertThat(config.partitions()).isEqualTo(12);
    assertThat(config.warnings()).isEmpty();
  }

  @Test
  void unaskedCommitsAreRarerThanWritesAndFitIntoATransaction() {
    assertThat(unaskedCommitMs("1000", "10000")).isEqualTo(2000L);
    assertThat(unaskedCommitMs("4000", "10000")).isEqualTo(5000L);
    assertThat(unaskedCommitMs("5000", "6000")).isEqualTo(5000L);
  }

  private static @Nullable Object unaskedCommitMs(String commitMs, String transactionMs) {
    return ProcessorConfig.read(
            Map.of(
                "ARAGORA_TELEMETRY_COMMIT_INTERVAL_MS", commitMs,
                "ARAGORA_TELEMETRY_TRANSACTION_TIMEOUT_MS", transactionMs))
        .streamsSettings(Generation.FIRST, 1)
        .get("commit.interval.ms");
  }

  @Test
  void countingIsExactlyOnceAndClientSettingsPassThrough() {
    Map<String, Object> streams =
        ProcessorConfig.read(
                Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS", "kafka:9093",
                    "KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                    "KAFKA_MAX_POLL_RECORDS", "10"))
            .streamsSettings(Generation.FIRST, 3);
    assertThat(streams)
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("ensure.explicit.internal.resource.naming", true)
        .containsEntry("bootstrap.servers", "kafka:9093")
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("max.poll.records", "10")
        .containsEntry("topic.min.insync.replicas", "2");
  }

  @Test
  void retriesOfATransactionAreQuickUnlessTheUserSetsThem() {
    assertThat(ProcessorConfig.read(Map.of()).streamsSettings(Generation.FIRST, 1))
        .containsEntry("producer.retry.backoff.ms", 10L)
        .containsEntry("producer.retry.backoff.max.ms", 100L)
        .doesNotContainKeys("retry.backoff.ms", "retry.backoff.max.ms");
    assertThat(
            ProcessorConfig.read(Map.of("KAFKA_RETRY_BACKOFF_MS", "50"))
                .streamsSettings(Generation.FIRST, 1))
        .containsEntry("retry.backoff.ms", "50")
        .doesNotContainKeys("producer.retry.backoff.ms", "producer.retry.backoff.max.ms");
  }

  @ParameterizedTest
  @CsvSource({
    "ARAGORA_TELEMETRY_PARTITIONS,0",
    "ARAGORA_TELEMETRY_SERIES_LIMIT,many",
    "ARAGORA_TELEMETRY_CREATE_TOPICS,perhaps",
    "ARAGORA_TELEMETRY_GROUP_PROTOCOL,consumer",
    "ARAGORA_TELEMETRY_LATE_GRACE_SECONDS,-1",
    "METRICS_PORT,http",
    "METRICS_PORT,65536",
    "METRICS_PORT,-1",
  })
  void aBadValueIsRefusedInOneSentenceThatNamesIt(String variable, String value) {
    assertThatThrownBy(() -> ProcessorConfig.read(Map.of(variable, value)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(variable + "=" + value + " is refused: ")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aPrefixThatNoTopicMayHaveIsRefused() {
    assertThatThrownBy(() -> ProcessorConfig.read(Map.of("ARAGORA_TELEMETRY_TOPIC_PREFIX", "a b")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("ARAGORA_TELEMETRY_TOPIC_PREFIX");
  }

  @Test
  void anUnknownKeyIsRefusedByName() {
    assertThatThrownBy(() -> ProcessorConfig.read(Map.of("ARAGORA_TELEMETRY_PARTITION", "3")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("ARAGORA_TELEMETRY_PARTITION is not a setting");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KAFKA_ACKS",
        "KAFKA_ISOLATION_LEVEL",
        "KAFKA_ENABLE_IDEMPOTENCE",
        "KAFKA_GROUP_ID",
        "KAFKA_GROUP_INSTANCE_ID",
        "KAFKA_CLIENT_ID",
        "KAFKA_SESSION_TIMEOUT_MS",
        "KAFKA_HEARTBEAT_INTERVAL_MS",
        "KAFKA_TRANSACTION_TIMEOUT_MS",
        "KAFKA_TRANSACTIONAL_ID",
        "KAFKA_AUTO_OFFSET_RESET"
      })
  void aClientSettingThatWouldBreakAGuaranteeIsRefusedByName(String variable) {
    assertThatThrownBy(() -> ProcessorConfig.read(Map.of(variable, "1")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(variable + "=1 is refused: ");
  }

  @Test
  void addressesOfExportersAreAListWithoutRepetitions() {
    assertThat(ProcessorConfig.read(Map.of()).pageExporters()).isEmpty();
    assertThat(
            ProcessorConfig.read(
                    Map.of(
                        "ARAGORA_TELEMETRY_PAGE_EXPORTERS",
                        "http://spans:9464, https://ops.example.org/logs/,,http://spans:9464,"
                            + "http://[::1]:9465"))
                .pageExporters())
        .hasToString("[http://spans:9464, https://ops.example.org/logs/, http://[::1]:9465]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spans:9464",
        "http://",
        "ftp://spans:9464",
        "http://user:password@spans:9464",
        "http://spans:99999",
        "http://spans:9464?x=1",
        "http://spans:9464#x",
        "http://spans:9464,logs:9465",
        "http://spa ns:9464"
      })
  void addressOfAnExporterThatIsNotOneIsRefused(String text) {
    assertThatThrownBy(() -> ProcessorConfig.read(Map.of("ARAGORA_TELEMETRY_PAGE_EXPORTERS", text)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("ARAGORA_TELEMETRY_PAGE_EXPORTERS")
        .hasMessageNotContaining("password");
  }
}
