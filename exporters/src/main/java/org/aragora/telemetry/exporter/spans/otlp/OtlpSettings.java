package org.aragora.telemetry.exporter.spans.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.exporter.http.HttpAddress;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.text.TextFile;
import org.jspecify.annotations.Nullable;

/**
 * Settings of OTLP, by OpenTelemetry's names; those of traces precede the general ones.
 *
 * @param grpc true for gRPC, false for HTTP
 * @param endpoint the full address
 * @param trusted certificates to trust in PEM, null for the JVM's own
 * @param client key and certificate of the client, null without
 * @param warnings sentences to log at the start
 */
public record OtlpSettings(
    boolean grpc,
    URI endpoint,
    Map<String, String> headers,
    Duration timeout,
    String compression,
    @Nullable String trusted,
    @Nullable ClientTls client,
    List<String> warnings) {

  private static final String OTLP = "OTEL_EXPORTER_OTLP_";
  private static final String TRACES = OTLP + "TRACES_";
  private static final List<Setting<?>> DECLARED = new ArrayList<>();

  private static final Setting<URI> ENDPOINT =
      declare(
          Setting.text(OTLP + "ENDPOINT")
              .about(Subject.TRACES)
              .map(HttpAddress::parse)
              .doc(
                  "Address for spans; for HTTP the path /v1/traces is added. By default"
                      + " http://localhost:4318, or http://localhost:4317 for gRPC."));

  private static final Setting<URI> TRACES_ENDPOINT =
      declare(
          Setting.text(TRACES + "ENDPOINT")
              .about(Subject.TRACES)
              .map(HttpAddress::parse)
              .doc("Full address for spans, used instead of `%s` if set.".formatted(ENDPOINT)));

  private static final Setting<String> PROTOCOL =
      either(
          "PROTOCOL",
          key ->
              Setting.choice(key, "http/protobuf", "grpc")
                  .about(Subject.TRACES)
                  .doc(
                      "Protocol of the spans. By default grpc if the endpoint's port is 4317, else"
                          + " http/protobuf."));

  private static final Setting<Map<String, String>> HEADERS =
      either(
          "HEADERS",
          key ->
              Setting.secret(key)
                  .about(Subject.TRACES)
                  .map(OtlpSettings::pairs)
                  .doc("Headers of every request, as name=value,name=value, percent-encoded."));

  /** Time until an export without an answer is sent again. */
  public static final Setting<Duration> TIMEOUT =
      either(
          "TIMEOUT",
          key ->
              Setting.millis(key)
                  .about(Subject.TRACES)
                  .range(1, 600_000)
                  .fallback(10_000)
                  .doc("Time until an export without an answer is sent again."));

  private static final Setting<String> COMPRESSION =
      either(
          "COMPRESSION",
          key ->
              Setting.choice(key, "gzip", "none")
                  .about(Subject.TRACES)
                  .fallback("gzip")
                  .doc("Compression of the requests."));

  private static final Setting<String> CERTIFICATE =
      either("CERTIFICATE", key -> pem(key).doc("File with the certificates to trust, PEM."));

  private static final Setting<String> CLIENT_KEY =
      either(
          "CLIENT_KEY", key -> pem(key).doc("File with the client's private key, PEM (PKCS 8)."));

  private static final Setting<String> CLIENT_CERTIFICATE =
      either(
          "CLIENT_CERTIFICATE",
          key -> pem(key).doc("File with the client's certificate chain, PEM."));

  private static final List<Setting<String>> AGENT_HOSTS =
      List.of(agentHost("OTEL_EXPORTER_JAEGER_AGENT_HOST"), agentHost("JAEGER_AGENT_HOST"));

  private static final List<Setting<String>> AGENT_PORTS =
      List.of(agentPort("OTEL_EXPORTER_JAEGER_AGENT_PORT"), agentPort("JAEGER_AGENT_PORT"));

  /** All settings of OTLP. */
  public static final List<Setting<?>> ALL = List.copyOf(DECLARED);

  /** Private key and certificate chain of a client, in PEM. */
  record ClientTls(String key, String certificate) {}

  private static <T> Setting<T> declare(Setting<T> setting) {
    DECLARED.add(setting);
    return setting;
  }

  /** Declares a general setting and that of traces, which precedes it. */
  private static <T> Setting<T> either(String name, Function<String, Setting<T>> form) {
    Setting<T> general = declare(form.apply(OTLP + name));
    return declare(form.apply(TRACES + name).doc("").orGeneral(general));
  }

  private static Setting<String> agentHost(String key) {
    return declare(
        Setting.text(key)
            .about(Subject.TRACES)
            .doc(
                "Old name: without an OTLP endpoint, spans go by OTLP/HTTP to port 4318 of this"
                    + " host, with a warning."));
  }

  private static Setting<String> agentPort(String key) {
    return declare(
        Setting.text(key)
            .about(Subject.TRACES)
            .doc("Old name, accepted and not used: the agent's UDP port does not speak OTLP."));
  }

  private static Setting<String> pem(String key) {
    return Setting.text(key)
        .about(Subject.TRACES)
        .map(
            file -> {
              try {
                return TextFile.read(Path.of(file));
              } catch (IOException e) {
                throw new IllegalArgumentException("the file cannot be read", e);
              }
            });
  }

  /** Reads the settings. */
  public static OtlpSettings of(Settings settings) {
    List<String> warnings = new ArrayList<>();
    Optional<URI> given = settings.find(TRACES_ENDPOINT).or(() -> settings.find(ENDPOINT));
    boolean grpc =
        settings
            .find(PROTOCOL)
            .map(protocol -> protocol.equals("grpc"))
            .orElse(given.isPresent() && given.get().getPort() == 4317);
    return new OtlpSettings(
        grpc,
        endpoint(settings, grpc, warnings),
        settings.find(HEADERS).orElse(Map.of()),
        settings.get(TIMEOUT),
        settings.get(COMPRESSION),
        settings.find(CERTIFICATE).orElse(null),
        client(settings),
        List.copyOf(warnings));
  }

  private static @Nullable ClientTls client(Settings settings) {
    Optional<String> key = settings.find(CLIENT_KEY);
    Optional<String> certificate = settings.find(CLIENT_CERTIFICATE);
    if (key.isPresent() != certificate.isPresent()) {
      throw new InvalidSettingException(
          "%1$sCLIENT_KEY and %1$sCLIENT_CERTIFICATE must be set together.".formatted(OTLP));
    }
    return key.isPresent() ? new ClientTls(key.get(), certificate.orElseThrow()) : null;
  }

  private static URI endpoint(Settings settings, boolean grpc, List<String> warnings) {
    refuseCredentials(settings, TRACES_ENDPOINT);
    refuseCredentials(settings, ENDPOINT);
    Optional<URI> traces = settings.find(TRACES_ENDPOINT);
    if (traces.isPresent()) {
      return traces.get();
    }
    URI base = settings.find(ENDPOINT).orElseGet(() -> agent(settings, grpc, warnings));
    String slash = base.toString().endsWith("/") ? "" : "/";
    return grpc ? base : URI.create(base + slash + "v1/traces");
  }

  private static void refuseCredentials(Settings settings, Setting<URI> endpoint) {
    if (settings.find(endpoint).filter(given -> given.getUserInfo() != null).isPresent()) {
      throw new InvalidSettingException(
          "%s is refused: it contains credentials; set OTEL_EXPORTER_OTLP_HEADERS instead."
              .formatted(endpoint));
    }
  }

  /** The host of Jaeger's old agent, else this host. */
  private static URI agent(Settings settings, boolean grpc, List<String> warnings) {
    int port = grpc ? 4317 : 4318;
    for (Setting<String> setting : AGENT_HOSTS) {
      Optional<String> host = settings.find(setting);
      if (host.isPresent()) {
        String address = "http://%s:%d".formatted(host.get(), port);
        warnings.add(
            "%s=%s names a Jaeger agent, which Jaeger no longer has; spans go by OTLP to %s. Set %s=%s instead."
                .formatted(setting, host.get(), address, ENDPOINT, address));
        try {
          return HttpAddress.parse(address);
        } catch (IllegalArgumentException e) {
          throw settings.refusal(setting, "it must be the name of a host");
        }
      }
    }
    for (Setting<String> setting : AGENT_PORTS) {
      if (settings.isSet(setting)) {
        warnings.add(
            "%s is not used: spans go by OTLP, to %s (port %d)."
                .formatted(setting, ENDPOINT, port));
      }
    }
    return URI.create("http://localhost:" + port);
  }

  /**
   * Parses {@code name=value,name=value}, percent-encoded, the form of OpenTelemetry's lists.
   *
   * @throws IllegalArgumentException with the reason
   */
  public static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int sign = pair.indexOf('=');
      if (pair.isBlank()) {
        continue;
      }
      if (sign < 1) {
        throw new IllegalArgumentException("it must be a list of name=value");
      }
      String value = pair.substring(sign + 1).strip().replace("+", "%2B");
      try {
        pairs.put(pair.substring(0, sign).strip(), URLDecoder.decode(value, UTF_8));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("a value is not percent-encoded", e);
      }
    }
    return pairs;
  }
}
