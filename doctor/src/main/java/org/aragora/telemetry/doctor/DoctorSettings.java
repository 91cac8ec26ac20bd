package org.aragora.telemetry.doctor;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.aragora.telemetry.doctor.checks.Sampler;
import org.aragora.telemetry.doctor.checks.TracingChecks;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * Addresses of the stack, and its intended settings. The defaults are the addresses that
 * docker-compose.yml publishes on this machine.
 *
 * @param kafka settings of a consumer
 * @param topicPrefix of all topics
 * @param lowestLevel of the expected log events
 * @param tracing sampler and name of the traced service
 * @param app label of Aragora's lines in Loki
 */
record DoctorSettings(
    HttpTarget.Address processor,
    HttpTarget.Address prometheus,
    HttpTarget.Address alertmanager,
    HttpTarget.Address loki,
    HttpTarget.Address jaeger,
    HttpTarget.Address grafana,
    Map<String, String> kafka,
    String topicPrefix,
    LogLevel lowestLevel,
    TracingChecks.Tracing tracing,
    String app) {

  /** The variables, for the help. */
  static final String VARIABLES =
      "METRICS_URL (default http://localhost:METRICS_PORT, 9090), PROMETHEUS_URL"
          + " (http://localhost:9091), ALERTMANAGER_URL (http://localhost:9093), LOKI_URL"
          + " (http://localhost:3100), JAEGER_URL (its UI, http://localhost:16686), GRAFANA_URL"
          + " (http://localhost:3000) with GRAFANA_API_KEY or GRAFANA_ADMIN_PASSWORD,"
          + " KAFKA_BOOTSTRAP_SERVERS (localhost:9092) and other KAFKA_ client settings; LOG_LEVEL,"
          + " OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG and OTEL_SERVICE_NAME as the services"
          + " have them.";

  private static final String LOKI = "ARAGORA_TELEMETRY_LOKI_";

  /**
   * Reads an environment.
   *
   * @throws InvalidSettingException naming the variable that has a bad value
   */
  static DoctorSettings read(Map<String, String> environment) {
    Map<String, String> set = new HashMap<>(environment);
    set.values().removeIf(String::isBlank);
    String port = set.getOrDefault("METRICS_PORT", "9090");
    return new DoctorSettings(
        address("The processor", "METRICS_URL", "http://localhost:" + port, set, Map.of()),
        address("Prometheus", "PROMETHEUS_URL", "http://localhost:9091", set, Map.of()),
        address("Alertmanager", "ALERTMANAGER_URL", "http://localhost:9093", set, Map.of()),
        address("Loki", "LOKI_URL", "http://localhost:3100", set, lokiHeaders(set)),
        address("Jaeger", "JAEGER_URL", "http://localhost:16686", set, Map.of()),
        address("Grafana", "GRAFANA_URL", "http://localhost:3000", set, grafanaHeaders(set)),
        KafkaClientSettings.read(set, ConsumerConfig.configNames(), Set.of()).values(),
        Topics.prefix(set),
        level(set.getOrDefault("LOG_LEVEL", "INFO")),
        new TracingChecks.Tracing(
            Sampler.read(set), set.getOrDefault("OTEL_SERVICE_NAME", "aragora")),
        set.getOrDefault(LOKI + "APP", "aragora"));
  }

  private static HttpTarget.Address address(
      String name,
      String variable,
      String fallback,
      Map<String, String> set,
      Map<String, String> headers) {
    String value = set.getOrDefault(variable, fallback).strip();
    try {
      URI uri = URI.create(value.contains("://") ? value : "http://" + value);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        // LOKI_URL may carry the path of its push, METRICS_URL that of its page.
        return new HttpTarget.Address(
            name, URI.create(uri.getScheme() + "://" + uri.getRawAuthority()), variable, headers);
      }
    } catch (IllegalArgumentException e) {
      // reported below
    }
    throw new InvalidSettingException(
        variable + "=" + value + " is refused: it must be an address such as " + fallback + ".");
  }

  private static Map<String, String> lokiHeaders(Map<String, String> set) {
    Map<String, String> headers = new HashMap<>();
    if (set.containsKey(LOKI + "TENANT")) {
      headers.put("X-Scope-OrgID", set.getOrDefault(LOKI + "TENANT", ""));
    }
    if (set.containsKey(LOKI + "BEARER_TOKEN")) {
      headers.put("Authorization", "Bearer " + set.get(LOKI + "BEARER_TOKEN"));
    } else if (set.containsKey(LOKI + "USERNAME")) {
      headers.put(
          "Authorization",
          basic(set.getOrDefault(LOKI + "USERNAME", ""), set.getOrDefault(LOKI + "PASSWORD", "")));
    }
    return Map.copyOf(headers);
  }

  private static Map<String, String> grafanaHeaders(Map<String, String> set) {
    if (set.containsKey("GRAFANA_API_KEY")) {
      return Map.of("Authorization", "Bearer " + set.get("GRAFANA_API_KEY"));
    }
    return set.containsKey("GRAFANA_ADMIN_PASSWORD")
        ? Map.of("Authorization", basic("admin", set.getOrDefault("GRAFANA_ADMIN_PASSWORD", "")))
        : Map.of();
  }

  private static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private static LogLevel level(String name) {
    String upper = name.strip().toUpperCase(Locale.ROOT);
    return Arrays.stream(LogLevel.values())
        .filter(level -> level.name().equals(upper))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    "LOG_LEVEL="
                        + name
                        + " is refused: it must be DEBUG, INFO, WARNING, ERROR or CRITICAL."));
  }
}
