package org.aragora.telemetry.exporter.spans.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.aragora.telemetry.exporter.process.Settings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/**
 * Where spans go, by OpenTelemetry's own names: the ones for traces win over the general ones.
 *
 * @param grpc gRPC rather than HTTP
 * @param endpoint the full address
 * @param headers sent with every request
 * @param timeout of one export
 * @param compression {@code gzip} or {@code none}
 * @param trusted certificates to trust in PEM, null for the JVM's own
 * @param clientKey private key in PEM, null without client certificate
 * @param clientCertificate chain in PEM, null without client certificate
 * @param warnings sentences to log at the start
 */
public record OtlpSettings(
    boolean grpc,
    URI endpoint,
    Map<String, String> headers,
    Duration timeout,
    String compression,
    @Nullable String trusted,
    @Nullable String clientKey,
    @Nullable String clientCertificate,
    List<String> warnings) {

  static final String OTLP = "OTEL_EXPORTER_OTLP_";
  static final String TRACES = OTLP + "TRACES_";

  public static void declare(ConfigDef settings) {
    settings
        .define(
            OTLP + "ENDPOINT",
            ConfigDef.Type.STRING,
            null,
            HIGH,
            "Where spans go; for HTTP the path /v1/traces is added. Default http://localhost:4318,"
                + " or http://localhost:4317 for gRPC.")
        .define(
            TRACES + "ENDPOINT",
            ConfigDef.Type.STRING,
            null,
            HIGH,
            "The same, taken as it is and before the general one.")
        .define(
            OTLP + "PROTOCOL",
            ConfigDef.Type.STRING,
            null,
            optional("http/protobuf", "grpc"),
            HIGH,
            "http/protobuf or grpc. Default: grpc where the endpoint's port is 4317, else"
                + " http/protobuf.")
        .define(
            TRACES + "PROTOCOL",
            ConfigDef.Type.STRING,
            null,
            optional("http/protobuf", "grpc"),
            HIGH,
            "The same, before the general one.")
        .define(
            OTLP + "HEADERS",
            ConfigDef.Type.PASSWORD,
            null,
            MEDIUM,
            "Headers of every request, as name=value,name=value, percent-encoded.")
        .define(
            TRACES + "HEADERS",
            ConfigDef.Type.PASSWORD,
            null,
            MEDIUM,
            "The same, before the general one.")
        .define(
            OTLP + "TIMEOUT",
            ConfigDef.Type.LONG,
            10_000,
            ConfigDef.Range.between(1, 600_000),
            LOW,
            "Milliseconds until an export without an answer is sent again.")
        .define(
            TRACES + "TIMEOUT",
            ConfigDef.Type.LONG,
            null,
            ConfigDef.LambdaValidator.with(OtlpSettings::positiveOrNull, () -> "1 or more"),
            LOW,
            "The same, before the general one.")
        .define(
            OTLP + "COMPRESSION",
            ConfigDef.Type.STRING,
            "gzip",
            Settings.oneOf("gzip", "none"),
            LOW,
            "gzip or none.")
        .define(
            TRACES + "COMPRESSION",
            ConfigDef.Type.STRING,
            null,
            optional("gzip", "none"),
            LOW,
            "The same, before the general one.")
        .define(
            OTLP + "CERTIFICATE",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "File with the certificates to trust, PEM.")
        .define(
            TRACES + "CERTIFICATE",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "The same, before the general one.")
        .define(
            OTLP + "CLIENT_KEY",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "File with the client's private key, PEM (PKCS 8).")
        .define(
            TRACES + "CLIENT_KEY",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "The same, before the general one.")
        .define(
            OTLP + "CLIENT_CERTIFICATE",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "File with the client's certificate chain, PEM.")
        .define(
            TRACES + "CLIENT_CERTIFICATE",
            ConfigDef.Type.STRING,
            null,
            MEDIUM,
            "The same, before the general one.");
    OtlpEndpoint.declareLegacy(settings);
  }

  private static ConfigDef.Validator optional(String... allowed) {
    ConfigDef.Validator some = Settings.oneOf(allowed);
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value != null) {
            some.ensureValid(name, value);
          }
        },
        some::toString);
  }

  private static void positiveOrNull(String name, @Nullable Object value) {
    if (value != null && (Long) value < 1) {
      throw new org.apache.kafka.common.config.ConfigException(name, value, "1 or more");
    }
  }

  public static OtlpSettings of(Settings settings) {
    List<String> warnings = new ArrayList<>();
    boolean grpc = OtlpEndpoint.isGrpc(settings);
    String timeout = settings.textOrNull(TRACES + "TIMEOUT");
    String compression = settings.textOrNull(TRACES + "COMPRESSION");
    String key = either(settings, "CLIENT_KEY");
    String certificate = either(settings, "CLIENT_CERTIFICATE");
    if ((key == null) != (certificate == null)) {
      throw new InvalidSettingException(
          OTLP + "CLIENT_KEY and " + OTLP + "CLIENT_CERTIFICATE must be set together.");
    }
    URI endpoint = OtlpEndpoint.of(settings, grpc, warnings);
    return new OtlpSettings(
        grpc,
        endpoint,
        headers(settings),
        timeout == null ? settings.millis(OTLP + "TIMEOUT") : settings.millis(TRACES + "TIMEOUT"),
        compression == null ? settings.word(OTLP + "COMPRESSION") : compression,
        pem(settings, "CERTIFICATE"),
        key == null ? null : pem(settings, "CLIENT_KEY"),
        certificate == null ? null : pem(settings, "CLIENT_CERTIFICATE"),
        List.copyOf(warnings));
  }

  /** The setting for traces, else the general one, else null. */
  static @Nullable String either(Settings settings, String name) {
    String traces = settings.textOrNull(TRACES + name);
    return traces == null ? settings.textOrNull(OTLP + name) : traces;
  }

  private static Map<String, String> headers(Settings settings) {
    String name =
        settings.secret(TRACES + "HEADERS") == null ? OTLP + "HEADERS" : TRACES + "HEADERS";
    return pairs(name, settings.secret(name));
  }

  /** {@code name=value,name=value}, percent-encoded, as OpenTelemetry writes it. */
  public static Map<String, String> pairs(String setting, @Nullable String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    if (text == null || text.isBlank()) {
      return pairs;
    }
    for (String pair : text.split(",", -1)) {
      int sign = pair.indexOf('=');
      if (pair.isBlank()) {
        continue;
      }
      if (sign < 1) {
        throw new InvalidSettingException(
            setting + " cannot be used: it is no list of name=value.");
      }
      String value = pair.substring(sign + 1).strip().replace("+", "%2B");
      try {
        pairs.put(pair.substring(0, sign).strip(), URLDecoder.decode(value, UTF_8));
      } catch (IllegalArgumentException badPercent) {
        throw new InvalidSettingException(
            setting + " cannot be used: a value is not percent-encoded.");
      }
    }
    return pairs;
  }

  private static @Nullable String pem(Settings settings, String name) {
    String path = either(settings, name);
    if (path == null) {
      return null;
    }
    try {
      return Files.readString(Path.of(path));
    } catch (IOException unreadable) {
      throw new InvalidSettingException(
          OTLP + name + " cannot be used: the file " + path + " cannot be read.");
    }
  }
}
