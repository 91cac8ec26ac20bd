package org.aragora.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chassis.door.DoorSettings;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The doctor against a processor's own server, with TLS, client certificates and a password. */
class GuardedProcessorTest {
  private static final String PASSWORD = "changeit";
  @TempDir static Path directory;
  private static StatusServer processor;

  @BeforeAll
  static void start() throws Exception {
    identity("server");
    identity("doctor");
    String hash = BCrypt.withDefaults().hashToString(6, PASSWORD.toCharArray());
    Files.writeString(directory.resolve("password"), PASSWORD + "\n");
    Path web =
        Files.writeString(
            directory.resolve("web.yml"),
            """
            tls_server_config:
              cert_file: server.crt
              key_file: server.key
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: doctor.crt
            basic_auth_users:
              doctor: %s
            """
                .formatted(hash));
    processor =
        StatusServer.start(
            new StatusServer.Address("127.0.0.1", 0, new DoorSettings(web, false)),
            new PrometheusRegistry(),
            () -> Health.good("it runs"),
            () -> Health.good("it works"));
  }

  @AfterAll
  static void stop() {
    processor.close();
  }

  private static void identity(String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    String command =
        "%s/bin/keytool -genkeypair -alias own -keyalg EC -dname CN=%s -validity 2 -ext san=dns:localhost -storetype PKCS12 -storepass %s -keystore %s"
            .formatted(System.getProperty("java.home"), name, PASSWORD, store);
    Process keytool = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes());
    assertThat(keytool.waitFor()).as(output).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    pem(name + ".crt", "CERTIFICATE", keys.getCertificate("own").getEncoded());
    pem(name + ".key", "PRIVATE KEY", keys.getKey("own", PASSWORD.toCharArray()).getEncoded());
  }

  private static void pem(String file, String kind, byte[] content) throws IOException {
    Files.writeString(
        directory.resolve(file),
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(content)));
  }

  /** The finding about the processor's page. */
  private static JsonNode examine(List<String> options) throws IOException {
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("--json", "--timeout", "4"));
    arguments.addAll(options);
    CommandLine doctor =
        DoctorMain.commandLine(
                Map.of(
                    "METRICS_URL",
                    "https://localhost:" + processor.port(),
                    "KAFKA_BOOTSTRAP_SERVERS",
                    "localhost:1"))
            .setOut(new PrintWriter(out));
    assertThat(doctor.execute(arguments.toArray(String[]::new))).isEqualTo(1);
    JsonNode report = new ObjectMapper().readTree(out.toString());
    return report.findParents("line").get(0);
  }

  private static List<String> withTls(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--ca-file", directory.resolve("server.crt").toString(),
                "--cert-file", directory.resolve("doctor.crt").toString(),
                "--key-file", directory.resolve("doctor.key").toString()));
    options.addAll(List.of(more));
    return options;
  }

  @Test
  void doctorEntersWithItsCertificateAndPassword() throws Exception {
    String file = directory.resolve("password").toString();
    assertThat(examine(withTls("--user", "doctor", "--password-file", file)).toString())
        .contains("/metrics endpoint")
        .doesNotContain("401", "does not answer");
  }

  @Test
  void missingPasswordIsNamed() throws Exception {
    assertThat(examine(withTls()).toString()).contains("status 401", "credentials");
  }

  @Test
  void certificateOfAStrangerIsRefused() throws Exception {
    assertThat(examine(List.of()).toString()).contains("does not answer");
  }
}
