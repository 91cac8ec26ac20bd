package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.exporter.http.HttpAddress;
import org.aragora.telemetry.exporter.http.Tls;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/** Settings of the log exporter. */
final class LokiSettings {

  private static final String LOKI = "ARAGORA_TELEMETRY_LOKI_";
  private static final String PUSH_PATH = "/loki/api/v1/push";

  private static final Setting<Integer> PORT = StatusServer.port(9465);

  private static final Setting<String> GROUP_ID =
      Setting.text("ARAGORA_TELEMETRY_LOGS_GROUP_ID")
          .about(Subject.TOPICS)
          .fallback("aragora-telemetry-logs")
          .doc("Consumer group of the log exporter.");

  static final Setting<LogLevel> MIN_LEVEL =
      Setting.choice(
              "ARAGORA_TELEMETRY_LOGS_MIN_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
          .about(Subject.LOKI)
          .map(LogLevel::valueOf)
          .fallback("DEBUG")
          .doc("Lowest level of the lines that are sent.");

  private static final Setting<URI> URL =
      Setting.text("LOKI_URL")
          .about(Subject.LOKI)
          .map(HttpAddress::parse)
          .fallback("http://localhost:3100")
          .doc("Address of Loki; /loki/api/v1/push is added if it has no path.");

  static final Setting<String> APP =
      Setting.text(LOKI + "APP").about(Subject.LOKI).fallback("aragora").doc("Label app.");

  static final Setting<String> NAMESPACE =
      Setting.text(LOKI + "NAMESPACE")
          .about(Subject.LOKI)
          .fallback("default")
          .doc("Label namespace, the same on all exporters of a deployment.");

  static final Setting<Boolean> STRUCTURED_METADATA =
      Setting.flag(LOKI + "STRUCTURED_METADATA")
          .about(Subject.LOKI)
          .fallback("true")
          .doc(
              "Sends trace_id, request_id and user_id also as structured metadata (Loki 3, or 2.9"
                  + " with schema v13); the line contains them in any case.");

  static final Setting<Integer> INSTANCE_LIMIT =
      Setting.integer(LOKI + "INSTANCE_LIMIT")
          .about(Subject.LOKI)
          .atLeast(1)
          .fallback(100)
          .doc(
              "Values of the label instance at a time; further instances get other. Each makes up"
                  + " to about 80 streams in Loki.");

  private static final Setting<String> TENANT =
      Setting.text(LOKI + "TENANT").about(Subject.LOKI).doc("Header X-Scope-OrgID.");

  private static final Setting<String> USERNAME =
      Setting.text(LOKI + "USERNAME").about(Subject.LOKI).doc("User for basic authentication.");

  private static final Setting<String> PASSWORD =
      Setting.secret(LOKI + "PASSWORD")
          .about(Subject.LOKI)
          .doc("Password for basic authentication.");

  private static final Setting<String> BEARER_TOKEN =
      Setting.secret(LOKI + "BEARER_TOKEN")
          .about(Subject.LOKI)
          .doc("Token for bearer authentication, without a user.");

  static final Setting<Duration> TIMEOUT =
      Setting.millis(LOKI + "TIMEOUT_MS")
          .about(Subject.LOKI)
          .range(1, 600_000)
          .fallback(10_000)
          .doc("Time until a push without an answer is sent again.");

  private static final Setting<String> CA_CERTIFICATE =
      Setting.text(LOKI + "CA_CERTIFICATE")
          .about(Subject.LOKI)
          .doc("File with the certificates to trust, PEM; by default the JVM's own.");

  private static final Setting<String> CLIENT_CERTIFICATE =
      Setting.text(LOKI + "CLIENT_CERTIFICATE")
          .about(Subject.LOKI)
          .doc("File with the client's certificate chain, PEM.");

  private static final Setting<String> CLIENT_KEY =
      Setting.text(LOKI + "CLIENT_KEY")
          .about(Subject.LOKI)
          .doc("File with the client's private key, PEM (PKCS 8).");

  static final ExporterProcess.OwnSettings OWN =
      new ExporterProcess.OwnSettings(
          List.of(
              PORT,
              GROUP_ID,
              MIN_LEVEL,
              URL,
              APP,
              NAMESPACE,
              STRUCTURED_METADATA,
              INSTANCE_LIMIT,
              TENANT,
              USERNAME,
              PASSWORD,
              BEARER_TOKEN,
              TIMEOUT,
              CA_CERTIFICATE,
              CLIENT_CERTIFICATE,
              CLIENT_KEY),
          PORT,
          GROUP_ID,
          TIMEOUT);

  private LokiSettings() {}

  static URI address(Settings settings) {
    URI given = settings.get(URL);
    if (given.getUserInfo() != null) {
      throw new InvalidSettingException(
          "%s is refused: it contains credentials; set %s and %s instead."
              .formatted(URL, USERNAME, PASSWORD));
    }
    boolean bare = List.of("", "/").contains(given.getPath());
    return bare ? given.resolve(PUSH_PATH) : given;
  }

  static Map<String, String> headers(Settings settings) {
    Map<String, String> headers = new LinkedHashMap<>();
    settings.find(TENANT).ifPresent(tenant -> headers.put("X-Scope-OrgID", tenant));
    Optional<String> user = settings.find(USERNAME);
    Optional<String> token = settings.find(BEARER_TOKEN);
    if (token.isPresent() && user.isPresent()) {
      throw new InvalidSettingException(
          "%s and %s cannot be set together.".formatted(BEARER_TOKEN, USERNAME));
    }
    token.ifPresent(value -> headers.put("Authorization", "Bearer " + value));
    user.ifPresent(
        name -> {
          String pair = name + ":" + settings.find(PASSWORD).orElse("");
          headers.put(
              "Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)));
        });
    return headers;
  }

  static @Nullable SSLContext ssl(Settings settings) {
    return Tls.context(
        settings.find(CA_CERTIFICATE).orElse(null),
        settings.find(CLIENT_CERTIFICATE).orElse(null),
        settings.find(CLIENT_KEY).orElse(null),
        LOKI);
  }
}
