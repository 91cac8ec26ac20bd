package org.aragora.telemetry.exporter.spans.otlp;

import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.aragora.telemetry.exporter.spans.otlp.OtlpSettings.OTLP;
import static org.aragora.telemetry.exporter.spans.otlp.OtlpSettings.TRACES;
import static org.aragora.telemetry.exporter.spans.otlp.OtlpSettings.either;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.aragora.telemetry.exporter.process.Settings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/** Which address spans go to and how, also by the names that Jaeger's old agent had. */
final class OtlpEndpoint {

  private static final List<String> LEGACY_HOSTS =
      List.of("OTEL_EXPORTER_JAEGER_AGENT_HOST", "JAEGER_AGENT_HOST");
  private static final List<String> LEGACY_PORTS =
      List.of("OTEL_EXPORTER_JAEGER_AGENT_PORT", "JAEGER_AGENT_PORT");

  private OtlpEndpoint() {}

  static void declareLegacy(ConfigDef settings) {
    for (String host : LEGACY_HOSTS) {
      settings.define(
          host,
          ConfigDef.Type.STRING,
          null,
          LOW,
          "Old name: without an OTLP endpoint, spans go by OTLP/HTTP to port 4318 of this host, and"
              + " a warning says so.");
    }
    for (String port : LEGACY_PORTS) {
      settings.define(
          port,
          ConfigDef.Type.STRING,
          null,
          LOW,
          "Old name, understood and not used: the agent's UDP port does not speak OTLP.");
    }
  }

  /** By the protocol, else by the port of gRPC. */
  static boolean isGrpc(Settings settings) {
    String protocol = either(settings, "PROTOCOL");
    String endpoint = either(settings, "ENDPOINT");
    return protocol == null
        ? endpoint != null && address(OTLP + "ENDPOINT", endpoint).getPort() == 4317
        : protocol.equalsIgnoreCase("grpc");
  }

  /** The full address; what is to be said about it goes to the warnings. */
  static URI of(Settings settings, boolean grpc, List<String> warnings) {
    String traces = settings.textOrNull(TRACES + "ENDPOINT");
    if (traces != null) {
      return address(TRACES + "ENDPOINT", traces);
    }
    String base = settings.textOrNull(OTLP + "ENDPOINT");
    if (base == null) {
      base = legacy(settings, grpc, warnings);
    }
    if (grpc) {
      return address(OTLP + "ENDPOINT", base);
    }
    return address(OTLP + "ENDPOINT", base + (base.endsWith("/") ? "" : "/") + "v1/traces");
  }

  private static String legacy(Settings settings, boolean grpc, List<String> warnings) {
    int port = grpc ? 4317 : 4318;
    for (String name : LEGACY_HOSTS) {
      String host = settings.textOrNull(name);
      if (host != null) {
        String address = "http://" + host + ":" + port;
        warnings.add(
            name
                + "="
                + host
                + " names a Jaeger agent, which Jaeger no longer has; spans go by OTLP"
                + " to "
                + address
                + ". Set "
                + OTLP
                + "ENDPOINT="
                + address
                + " instead.");
        return address;
      }
    }
    for (String name : LEGACY_PORTS) {
      if (settings.textOrNull(name) != null) {
        warnings.add(
            name + " is not used: spans go by OTLP, to " + OTLP + "ENDPOINT (port " + port + ").");
      }
    }
    return "http://localhost:" + port;
  }

  private static URI address(String name, String value) {
    try {
      URI address = new URI(value);
      String scheme = String.valueOf(address.getScheme());
      if (address.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return address;
      }
    } catch (URISyntaxException invalid) {
      // the sentence below says it
    }
    throw new InvalidSettingException(
        name + " cannot be used: \"" + value + "\" is no http:// or https:// address.");
  }
}
