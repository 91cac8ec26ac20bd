package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.config.ConfigDef;
import org.aragora.telemetry.exporter.http.Tls;
import org.aragora.telemetry.exporter.process.ExporterSettings;
import org.aragora.telemetry.exporter.process.Settings;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/** The settings of the log exporter, each declared once. */
final class LokiSettings {

  static final String GROUP_ID = "ARAGORA_TELEMETRY_LOGS_GROUP_ID";
  private static final String MIN_LEVEL = "ARAGORA_TELEMETRY_LOGS_MIN_LEVEL";
  private static final String URL = "LOKI_URL";
  private static final String LOKI = "ARAGORA_TELEMETRY_LOKI_";
  private static final String PUSH_PATH = "/loki/api/v1/push";

  private LokiSettings() {}

  static ConfigDef declare() {
    return ExporterSettings.declare(9465)
        .define(
            GROUP_ID,
            ConfigDef.Type.STRING,
            "aragora-telemetry-logs",
            new ConfigDef.NonEmptyString(),
            MEDIUM,
            "Consumer group.")
        .define(
            MIN_LEVEL,
            ConfigDef.Type.STRING,
            "DEBUG",
            Settings.oneOf("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
            MEDIUM,
            "Lowest level of the lines that are sent.")
        .define(
            URL,
            ConfigDef.Type.STRING,
            "http://localhost:3100",
            HIGH,
            "Where Loki is; /loki/api/v1/push is added where there is no path.")
        .define(
            LOKI + "APP",
            ConfigDef.Type.STRING,
            "aragora",
            new ConfigDef.NonEmptyString(),
            LOW,
            "Label app.")
        .define(
            LOKI + "NAMESPACE",
            ConfigDef.Type.STRING,
            "default",
            new ConfigDef.NonEmptyString(),
            MEDIUM,
            "Label namespace, the same on all exporters of a deployment.")
        .define(
            LOKI + "STRUCTURED_METADATA",
            ConfigDef.Type.BOOLEAN,
            true,
            MEDIUM,
            "Whether trace_id, request_id and user_id also go as structured metadata (Loki 3, or 2.9"
                + " with schema v13); they are in the line in any case.")
        .define(LOKI + "TENANT", ConfigDef.Type.STRING, null, MEDIUM, "Header X-Scope-OrgID.")
        .define(LOKI + "USERNAME", ConfigDef.Type.STRING, null, MEDIUM, "For basic authentication.")
        .define(
            LOKI + "PASSWORD", ConfigDef.Type.PASSWORD, null, MEDIUM, "For basic authentication.")
        .define(
            LOKI + "BEARER_TOKEN",
            ConfigDef.Type.PASSWORD,
            null,
            MEDIUM,
            "For bearer authentication, instead of a user.")
        .define(
            LOKI + "TIMEOUT_MS",
            ConfigDef.Type.LONG,
            10_000,
            ConfigDef.Range.between(1, 600_000),
            LOW,
            "Time until a push without an answer is sent again.")
        .define(
            LOKI + "CA_CERTIFICATE",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "File with the certificates to trust, PEM; default: the JVM's own.")
        .define(
            LOKI + "CLIENT_CERTIFICATE",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "File with the client's certificate chain, PEM.")
        .define(
            LOKI + "CLIENT_KEY",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "File with the client's private key, PEM (PKCS 8).");
  }

  static LogLevel lowest(Settings settings) {
    return LogLevel.valueOf(settings.text(MIN_LEVEL).toUpperCase(Locale.ROOT));
  }

  static Duration timeout(Settings settings) {
    return settings.millis(LOKI + "TIMEOUT_MS");
  }

  static boolean structuredMetadata(Settings settings) {
    return settings.flag(LOKI + "STRUCTURED_METADATA");
  }

  static String app(Settings settings) {
    return settings.text(LOKI + "APP");
  }

  static String namespace(Settings settings) {
    return settings.text(LOKI + "NAMESPACE");
  }

  static URI address(Settings settings) {
    String value = settings.text(URL);
    try {
      URI given = new URI(value);
      String scheme = String.valueOf(given.getScheme());
      if (given.getUserInfo() != null) {
        throw new InvalidSettingException(
            URL
                + " cannot be used: it holds credentials, which belong into "
                + LOKI
                + "USERNAME and "
                + LOKI
                + "PASSWORD.");
      }
      if (given.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        String path = given.getPath();
        boolean bare = path == null || path.isEmpty() || path.equals("/");
        return bare ? given.resolve(PUSH_PATH) : given;
      }
    } catch (URISyntaxException invalid) {
      // the sentence below says it
    }
    throw new InvalidSettingException(
        URL + " cannot be used: \"" + value + "\" is no http:// or https:// address.");
  }

  static Map<String, String> headers(Settings settings) {
    Map<String, String> headers = new LinkedHashMap<>();
    String tenant = settings.textOrNull(LOKI + "TENANT");
    if (tenant != null) {
      headers.put("X-Scope-OrgID", tenant);
    }
    String user = settings.textOrNull(LOKI + "USERNAME");
    String password = settings.secret(LOKI + "PASSWORD");
    String bearer = settings.secret(LOKI + "BEARER_TOKEN");
    if (bearer != null && user != null) {
      throw new InvalidSettingException(
          LOKI + "BEARER_TOKEN and " + LOKI + "USERNAME cannot be set together.");
    }
    if (bearer != null) {
      headers.put("Authorization", "Bearer " + bearer);
    } else if (user != null) {
      String pair = user + ":" + (password == null ? "" : password);
      headers.put(
          "Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)));
    }
    return headers;
  }

  static @Nullable SSLContext ssl(Settings settings) {
    return Tls.context(
        settings.textOrNull(LOKI + "CA_CERTIFICATE"),
        settings.textOrNull(LOKI + "CLIENT_CERTIFICATE"),
        settings.textOrNull(LOKI + "CLIENT_KEY"),
        LOKI);
  }
}
