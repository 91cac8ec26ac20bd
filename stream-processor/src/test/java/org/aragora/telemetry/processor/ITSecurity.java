package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Client settings reach every client of the processor: a broker that speaks SASL_SSL alone is used.
 */
class ITSecurity {
  private static final String PASSWORD = "changeit";

  @TempDir Path directory;

  @Test
  void processorCountsOverSaslSslWithSettingsFromTheEnvironment() throws Exception {
    Path keyStore = directory.resolve("broker.p12");
    Path trustStore = directory.resolve("clients.p12");
    Path certificate = directory.resolve("broker.pem");
    keytool(
        "-genkeypair",
        "-alias",
        "broker",
        "-keyalg",
        "RSA",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-validity",
        "2",
        "-keystore",
        keyStore.toString(),
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD);
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "broker",
        "-file",
        certificate.toString(),
        "-keystore",
        keyStore.toString(),
        "-storepass",
        PASSWORD);
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "broker",
        "-file",
        certificate.toString(),
        "-keystore",
        trustStore.toString(),
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD);
    String login =
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"telemetry\" password=\"secret\"";
    Map<String, String> clients =
        Map.of(
            "security.protocol",
            "SASL_SSL",
            "sasl.mechanism",
            "PLAIN",
            "sasl.jaas.config",
            login + ";",
            "ssl.truststore.location",
            trustStore.toString(),
            "ssl.truststore.password",
            PASSWORD);
    try (EmbeddedBroker broker =
            broker(keyStore, trustStore, login + " user_telemetry=\"secret\";", clients);
        Pipe pipe = new Pipe(broker.bootstrapServers(), "secure.", clients)) {
      int port = pipe.start().metricsPort();
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(LocalHttp.get(port, "/health/ready", Pipe.PATIENCE).body())
                      .contains("served"));
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().has("aragora_active_debates"));
      pipe.send("requests", null, null, TestEvents.request("r", Instant.now(), 200));
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> pipe.page().events(pipe.topic("requests"), "counted") == 1);
      String lag = "aragora_telemetry_lag_records{partition=\"%d\",topic=\"secure.requests\"}";
      await()
          .atMost(Pipe.PATIENCE)
          .until(
              () -> {
                MetricsPage page = pipe.page();
                return page.has(lag.formatted(0))
                    && page.value(lag.formatted(0)) + page.value(lag.formatted(1)) == 0;
              });
    }
  }

  private EmbeddedBroker broker(
      Path keyStore, Path trustStore, String login, Map<String, String> clients) {
    EmbeddedBroker.Builder builder =
        EmbeddedBroker.builder()
            .directory(directory.resolve("broker"))
            .clientSettings(clients)
            .setting("listener.security.protocol.map", "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT")
            .setting("inter.broker.listener.name", "PLAINTEXT")
            .setting("sasl.enabled.mechanisms", "PLAIN")
            .setting("sasl.mechanism.inter.broker.protocol", "PLAIN")
            .setting("listener.name.plaintext.plain.sasl.jaas.config", login)
            .setting("ssl.keystore.location", keyStore.toString())
            .setting("ssl.keystore.type", "PKCS12")
            .setting("ssl.keystore.password", PASSWORD)
            .setting("ssl.truststore.location", trustStore.toString())
            .setting("ssl.truststore.type", "PKCS12")
            .setting("ssl.truststore.password", PASSWORD);
    return builder.start();
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }
}
