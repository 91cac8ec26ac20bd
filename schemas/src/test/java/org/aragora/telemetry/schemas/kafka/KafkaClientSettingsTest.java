package org.aragora.telemetry.schemas.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaClientSettingsTest {

  @Test
  void brokersAreOnLocalhostByDefault() {
    assertThat(consumer(Map.of()).bootstrapServers()).isEqualTo("localhost:9092");
    assertThat(consumer(Map.of("KAFKA_BOOTSTRAP_SERVERS", "")).bootstrapServers())
        .isEqualTo("localhost:9092");
  }

  @Test
  void settingOfTheClientIsTakenUnderItsKafkaName() {
    KafkaClientSettings settings =
        consumer(
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "b1:9093,b2:9093",
                "KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                "KAFKA_SASL_KERBEROS_SERVICE_NAME", "kafka",
                "KAFKA_FETCH_MIN_BYTES", "65536",
                "PATH", "/bin"));

    assertThat(settings.values())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "bootstrap.servers", "b1:9093,b2:9093",
                "security.protocol", "SASL_SSL",
                "sasl.kerberos.service.name", "kafka",
                "fetch.min.bytes", "65536"));
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void settingOfAnotherClientIsLeftOutInSilence() {
    KafkaClientSettings settings = consumer(Map.of("KAFKA_LINGER_MS", "5"));

    assertThat(settings.values()).doesNotContainKey("linger.ms");
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void settingOfTheCallerAloneIsTaken() {
    KafkaClientSettings settings =
        KafkaClientSettings.read(
            Map.of("KAFKA_NUM_STANDBY_REPLICAS", "1"), Set.of("num.standby.replicas"), Set.of());

    assertThat(settings.values()).containsEntry("num.standby.replicas", "1");
  }

  @Test
  void variableThatIsNoSettingIsIgnoredWithAWarningThatNamesIt() {
    KafkaClientSettings settings = consumer(Map.of("KAFKA_HEAP_OPTS", "-Xmx1g"));

    assertThat(settings.values()).containsOnlyKeys("bootstrap.servers");
    assertThat(settings.warnings())
        .containsExactly(
            "KAFKA_HEAP_OPTS is ignored, because heap.opts is not a setting of a Kafka client.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "KAFKA_PORT",
        "KAFKA_PORT_9092_TCP_ADDR",
        "KAFKA_SERVICE_HOST",
        "KAFKA_SERVICE_PORT_PLAINTEXT",
        "KAFKA_BOOTSTRAP_PORT_9092_TCP",
        "KAFKA_BOOTSTRAP_SERVICE_HOST",
        "KAFKA_BOOTSTRAP_SERVICE_PORT"
      })
  void whatKubernetesAddsForAServiceNamedKafkaIsIgnored(String variable) {
    KafkaClientSettings settings = consumer(Map.of(variable, "tcp://10.0.0.1:9092"));

    assertThat(settings.values()).containsOnlyKeys("bootstrap.servers");
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void everySettingOfTheClientsCanBeReached() {
    Set<String> names = new HashSet<>(ConsumerConfig.configNames());
    names.addAll(ProducerConfig.configNames());
    names.addAll(AdminClientConfig.configNames());
    names.removeAll(KafkaClientSettings.REFUSED);

    assertThat(names)
        .allSatisfy(
            name -> {
              String variable = "KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
              assertThat(KafkaClientSettings.read(Map.of(variable, ""), names, Set.of()).warnings())
                  .isEmpty();
              assertThat(variable).doesNotMatch("KAFKA_(.*_)?PORT.*");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ACKS",
        "ENABLE_IDEMPOTENCE",
        "ISOLATION_LEVEL",
        "ENABLE_AUTO_COMMIT",
        "AUTO_OFFSET_RESET",
        "MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION",
        "TRANSACTIONAL_ID",
        "GROUP_ID",
        "PARTITIONER_CLASS",
        "KEY_SERIALIZER",
        "VALUE_DESERIALIZER"
      })
  void settingThatWouldBreakAGuaranteeIsRefusedByName(String suffix) {
    assertThatThrownBy(() -> consumer(Map.of("KAFKA_" + suffix, "all")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("KAFKA_" + suffix + "=all is refused: ");
  }

  @Test
  void settingThatTheCallerRefusesIsRefused() {
    assertThatThrownBy(
            () ->
                KafkaClientSettings.read(
                    Map.of("KAFKA_PROCESSING_GUARANTEE", "at_least_once"),
                    ConsumerConfig.configNames(),
                    Set.of("processing.guarantee")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("KAFKA_PROCESSING_GUARANTEE");
  }

  @Test
  void valueThatTheClientWouldRefuseIsRefusedInOneSentence() {
    assertThatThrownBy(() -> consumer(Map.of("KAFKA_FETCH_MIN_BYTES", "many")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("KAFKA_FETCH_MIN_BYTES=many is refused: it is not valid for fetch.min.bytes.");
    assertThatThrownBy(() -> consumer(Map.of("KAFKA_SECURITY_PROTOCOL", "TLS")))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void emptyValueIsNoValueUnlessItMeansSomething() {
    KafkaClientSettings settings =
        consumer(
            Map.of("KAFKA_FETCH_MIN_BYTES", "", "KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM", ""));

    assertThat(settings.values())
        .doesNotContainKey("fetch.min.bytes")
        .containsEntry("ssl.endpoint.identification.algorithm", "");
  }

  @Test
  void passwordsAreNotShown() {
    KafkaClientSettings settings = consumer(Map.of("KAFKA_SSL_KEY_PASSWORD", "s3cret"));

    assertThat(settings.toString()).contains("ssl.key.password").doesNotContain("s3cret");
  }

  @Test
  void passwordComesFromAFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("jaas"), "module required;\n");
    assertThat(consumer(Map.of("KAFKA_SASL_JAAS_CONFIG_FILE", file.toString())))
        .satisfies(
            settings ->
                assertThat(settings.values()).containsEntry("sasl.jaas.config", "module required;"))
        .satisfies(settings -> assertThat(settings.warnings()).isEmpty());
    assertThatThrownBy(
            () ->
                consumer(
                    Map.of(
                        "KAFKA_SASL_JAAS_CONFIG_FILE",
                        file.toString(),
                        "KAFKA_SASL_JAAS_CONFIG",
                        "s3cret")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("KAFKA_SASL_JAAS_CONFIG_FILE is refused: ")
        .message()
        .doesNotContain("s3cret");
    String none = directory.resolve("none").toString();
    assertThatThrownBy(() -> consumer(Map.of("KAFKA_SSL_KEY_PASSWORD_FILE", none)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("KAFKA_SSL_KEY_PASSWORD_FILE=" + none + " is refused: ");
    // A secret that is not mounted yet; without it the client would fail later and name nothing.
    Files.writeString(file, " \n");
    assertThatThrownBy(() -> consumer(Map.of("KAFKA_SASL_JAAS_CONFIG_FILE", file.toString())))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("KAFKA_SASL_JAAS_CONFIG_FILE=" + file + " is refused: the file is empty.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"module s3cret;", "module required password=\"s3cret\"", "s3cret", "a b;"})
  void loginThatKafkaCannotReadIsRefusedAndNotShown(String jaas) {
    assertThatThrownBy(() -> consumer(Map.of("KAFKA_SASL_JAAS_CONFIG", jaas)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("KAFKA_SASL_JAAS_CONFIG is refused: it is not valid for sasl.jaas.config.");
  }

  @Test
  void everyPasswordOfAClientMayComeFromAFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), "module required;\n");
    Map<String, ConfigDef.ConfigKey> keys = new HashMap<>(ConsumerConfig.configDef().configKeys());
    keys.putAll(ProducerConfig.configDef().configKeys());
    keys.putAll(AdminClientConfig.configDef().configKeys());
    for (ConfigDef.ConfigKey key : keys.values()) {
      if (key.type == ConfigDef.Type.PASSWORD) {
        String variable = "KAFKA_" + key.name.toUpperCase(Locale.ROOT).replace('.', '_') + "_FILE";
        assertThat(
                KafkaClientSettings.read(
                        Map.of(variable, file.toString()), Set.of(key.name), Set.of())
                    .values())
            .as(variable)
            .containsEntry(key.name, "module required;");
      }
    }
  }

  private static KafkaClientSettings consumer(Map<String, String> environment) {
    return KafkaClientSettings.read(environment, ConsumerConfig.configNames(), Set.of());
  }

  @Test
  void aByteOrderMarkIsNotPartOfAValueOrASecret(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("jaas"), "\uFEFFmodule required;\r\n");
    assertThat(
            consumer(
                    Map.of(
                        "KAFKA_SASL_JAAS_CONFIG_FILE",
                        "\uFEFF" + file,
                        "KAFKA_BOOTSTRAP_SERVERS",
                        "\uFEFFkafka:9092",
                        "KAFKA_SASL_JAAS_CONFIG",
                        "\uFEFF"))
                .values())
        .containsEntry("sasl.jaas.config", "module required;")
        .containsEntry("bootstrap.servers", "kafka:9092");
  }

  @Test
  void aPasswordInAnAddressIsRefusedAndNotShown() {
    for (String variable :
        List.of("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_CLIENT_DNS_LOOKUP", "KAFKA_GROUP_ID")) {
      assertThatThrownBy(() -> consumer(Map.of(variable, "SASL_SSL://u:hunter2@kafka:9092")))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageStartingWith(variable + " is refused: ")
          .hasMessageNotContaining("hunter2");
    }
  }
}
