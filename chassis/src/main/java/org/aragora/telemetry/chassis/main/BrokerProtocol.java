package org.aragora.telemetry.chassis.main;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/**
 * Check that what listens at {@code KAFKA_BOOTSTRAP_SERVERS} does not answer plain text in TLS or
 * HTTP. Kafka's clients take the first bytes of any answer as its size and ask the JVM for so much
 * memory (KAFKA-4090): 336 MiB for an alert of TLS, which ends a JVM with a smaller heap.
 */
final class BrokerProtocol {
  private static final String SERVERS = "KAFKA_BOOTSTRAP_SERVERS";
  private static final String PROTOCOL = "KAFKA_SECURITY_PROTOCOL";
  private static final Set<String> PLAIN = Set.of("PLAINTEXT", "SASL_PLAINTEXT");
  private static final int MOST_SERVERS = 3;
  private static final int WAIT_MS = 500;

  /** An answer to the question below has some hundred bytes. */
  private static final int MOST_BYTES = 1 << 20;

  private static final int TLS_ALERT = 0x1503;
  private static final short API_VERSIONS = 18;

  private BrokerProtocol() {}

  /**
   * Asks the first servers, half a second each. One that does not answer is not an error here.
   *
   * @throws InvalidSettingException in a sentence, if one answers with something else
   */
  static void check(Map<String, String> environment) {
    String servers = environment.getOrDefault(SERVERS, "");
    if (!PLAIN.contains(environment.getOrDefault(PROTOCOL, "PLAINTEXT").strip())) {
      return;
    }
    String[] all = servers.split(",", -1);
    for (int i = 0; i < Math.min(all.length, MOST_SERVERS); i++) {
      String server = all[i].strip();
      int colon = server.lastIndexOf(':');
      if (colon > 0 && server.substring(colon + 1).matches("[0-9]{1,5}")) {
        check(server, server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)));
      }
    }
  }

  private static void check(String server, String host, int port) {
    int size;
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(WAIT_MS);
      socket.connect(new InetSocketAddress(host, port), WAIT_MS);
      DataOutputStream question = new DataOutputStream(socket.getOutputStream());
      question.writeInt(2 + 2 + 4 + 2); // the size of what follows
      question.writeShort(API_VERSIONS);
      question.writeShort(0); // version
      question.writeInt(1); // correlation id
      question.writeShort(-1); // no client id
      question.flush();
      size = new DataInputStream(socket.getInputStream()).readInt();
    } catch (IOException | IllegalArgumentException e) {
      return;
    }
    if (size >>> 16 == TLS_ALERT) {
      throw new InvalidSettingException(
          "%s has %s, which answers in TLS; set %s to SSL or SASL_SSL."
              .formatted(SERVERS, server, PROTOCOL));
    }
    if (size < 0 || size > MOST_BYTES) {
      throw new InvalidSettingException(
          "%s has %s, which does not answer as a Kafka broker does; check its port."
              .formatted(SERVERS, server));
    }
  }
}
