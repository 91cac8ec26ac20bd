package org.aragora.telemetry.chassis.main;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerProtocolTest {
  private static final byte[] ALERT = {0x15, 3, 3, 0, 2, 2, 0x50};
  private static final byte[] BROKER = {0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};

  private ServerSocket server;
  private volatile byte[] answer = BROKER;
  private volatile int questions;

  @BeforeEach
  void serve() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::run, "server");
    thread.setDaemon(true);
    thread.start();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private void run() {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        assertThat(client.getInputStream().readNBytes(14)).hasSize(14);
        questions++;
        client.getOutputStream().write(answer);
      } catch (IOException e) {
        // closed
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAINTEXT", "SASL_PLAINTEXT"})
  void serverThatSpeaksTlsIsRefusedWithTheSetting(String protocol) {
    answer = ALERT;

    assertThatThrownBy(() -> BrokerProtocol.check(environment(protocol)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "KAFKA_BOOTSTRAP_SERVERS has %s, which answers in TLS; set KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL.",
            address());
  }

  @Test
  void webServerIsRefused() {
    answer = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(ISO_8859_1);

    assertThatThrownBy(() -> BrokerProtocol.check(environment("PLAINTEXT")))
        .hasMessageContaining(address() + ", which does not answer as a Kafka broker does");
  }

  @Test
  void brokerPasses() {
    BrokerProtocol.check(environment("PLAINTEXT"));

    assertThat(questions).isOne();
  }

  @Test
  void nothingIsAskedInTls() {
    answer = ALERT;

    BrokerProtocol.check(environment("SASL_SSL"));

    assertThat(questions).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:1", "no.such.host.invalid:9092", "nonsense", "", "a:99999"})
  void serverThatDoesNotAnswerPasses(String servers) {
    BrokerProtocol.check(Map.of("KAFKA_BOOTSTRAP_SERVERS", servers));
    BrokerProtocol.check(Map.of());
  }

  private Map<String, String> environment(String protocol) {
    return Map.of("KAFKA_BOOTSTRAP_SERVERS", " " + address(), "KAFKA_SECURITY_PROTOCOL", protocol);
  }

  private String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }
}
