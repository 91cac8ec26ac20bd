package org.aragora.telemetry.doctor;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.chassis.topics.TopicSettings;
import org.aragora.telemetry.doctor.checks.Sampler;
import org.aragora.telemetry.doctor.checks.TracingChecks;
import org.aragora.telemetry.doctor.stack.HttpAddress;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

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

  private static final Setting<URI> PROMETHEUS =
      HttpAddress.setting("PROMETHEUS_URL")
          .fallback("http://localhost:9091")
          .doc("Address of Prometheus.");
  private static final Setting<URI> ALERTMANAGER =
      HttpAddress.setting("ALERTMANAGER_URL")
          .fallback("http://localhost:9093")
          .doc("Address of Alertmanager.");
  private static final Setting<URI> LOKI =
      HttpAddress.setting("LOKI_URL").fallback("http://localhost:3100").doc("Address of Loki.");
  private static final Setting<URI> JAEGER =
      HttpAddress.setting("JAEGER_URL")
          .fallback("http://localhost:16686")
          .doc("Address of Jaeger's UI.");
  private static final Setting<URI> GRAFANA =
      HttpAddress.setting("GRAFANA_URL")
          .fallback("http://localhost:3000")
          .doc("Address of Grafana.");
  private static final Setting<String> GRAFANA_API_KEY =
      Setting.secret("GRAFANA_API_KEY").about(Subject.STACK).doc("Key for Grafana.");
  private static final Setting<String> GRAFANA_ADMIN_PASSWORD =
      Setting.secret("GRAFANA_ADMIN_PASSWORD")
          .about(Subject.STACK)
          .doc("Password of Grafana's user admin.");
  private static final Setting<String> LOKI_APP =
      Setting.text("ARAGORA_TELEMETRY_LOKI_APP")
          .about(Subject.LOKI)
          .fallback("aragora")
          .doc("Label app.");
  private static final Setting<String> LOKI_TENANT =
      Setting.text("ARAGORA_TELEMETRY_LOKI_TENANT")
          .about(Subject.LOKI)
          .doc("Header X-Scope-OrgID.");
  private static final Setting<String> LOKI_USERNAME =
      Setting.text("ARAGORA_TELEMETRY_LOKI_USERNAME")
          .about(Subject.LOKI)
          .doc("For basic authentication.");
  private static final Setting<String> LOKI_PASSWORD =
      Setting.secret("ARAGORA_TELEMETRY_LOKI_PASSWORD")
          .about(Subject.LOKI)
          .doc("For basic authentication.");
  private static final Setting<String> LOKI_BEARER_TOKEN =
      Setting.secret("ARAGORA_TELEMETRY_LOKI_BEARER_TOKEN")
          .about(Subject.LOKI)
          .doc("For bearer authentication, instead of a user.");
  private static final Setting<String> SAMPLER =
      Setting.text("OTEL_TRACES_SAMPLER")
          .about(Subject.TRACES)
          .fallback("parentbased_traceidratio")
          .doc("Sampler of the traces, as the span exporter has it.");
  private static final Setting<String> SAMPLER_ARG =
      Setting.text("OTEL_TRACES_SAMPLER_ARG")
          .about(Subject.TRACES)
          .fallback("0.1")
          .doc("Share of the traces that is kept, 0 to 1.");
  private static final Setting<String> SERVICE_NAME =
      Setting.text("OTEL_SERVICE_NAME")
          .about(Subject.TRACES)
          .fallback("aragora")
          .doc("service.name of Aragora's own spans.");

  /** Every setting of the doctor, those of its log among them. */
  static final List<Setting<?>> ALL =
      Stream.of(
              HttpAddress.OF_PROCESSOR.stream(),
              Stream.of(
                  PROMETHEUS,
                  ALERTMANAGER,
                  LOKI,
                  JAEGER,
                  GRAFANA,
                  GRAFANA_API_KEY,
                  GRAFANA_ADMIN_PASSWORD,
                  LOKI_APP,
                  LOKI_TENANT,
                  LOKI_USERNAME,
                  LOKI_PASSWORD,
                  LOKI_BEARER_TOKEN,
                  SAMPLER,
                  SAMPLER_ARG,
                  SERVICE_NAME,
                  TopicSettings.PREFIX),
              ServiceLogging.SETTINGS.stream())
          .<Setting<?>>flatMap(each -> each)
          .toList();

  /**
   * Reads an environment.
   *
   * @throws InvalidSettingException naming the variable that has a bad value
   */
  static DoctorSettings read(Map<String, String> environment) {
    Settings settings = Settings.read(ALL, environment);
    return new DoctorSettings(
        new HttpTarget.Address(
            "The processor",
            HttpAddress.ofProcessor(settings),
            HttpAddress.METRICS_URL.key(),
            Map.of()),
        address("Prometheus", PROMETHEUS, settings, Map.of()),
        address("Alertmanager", ALERTMANAGER, settings, Map.of()),
        address("Loki", LOKI, settings, lokiHeaders(settings)),
        address("Jaeger", JAEGER, settings, Map.of()),
        address("Grafana", GRAFANA, settings, grafanaHeaders(settings)),
        settings.kafka(ConsumerConfig.configNames(), Set.of()).values(),
        settings.get(TopicSettings.PREFIX),
        level(settings.get(ServiceLogging.LEVEL)),
        new TracingChecks.Tracing(
            new Sampler(settings.get(SAMPLER), settings.get(SAMPLER_ARG)),
            settings.get(SERVICE_NAME)),
        settings.get(LOKI_APP));
  }

  private static HttpTarget.Address address(
      String name, Setting<URI> setting, Settings settings, Map<String, String> headers) {
    return new HttpTarget.Address(name, settings.get(setting), setting.key(), headers);
  }

  private static Map<String, String> lokiHeaders(Settings settings) {
    Map<String, String> headers = new HashMap<>();
    settings.find(LOKI_TENANT).ifPresent(tenant -> headers.put("X-Scope-OrgID", tenant));
    settings
        .find(LOKI_BEARER_TOKEN)
        .map(token -> "Bearer " + token)
        .or(
            () ->
                settings
                    .find(LOKI_USERNAME)
                    .map(user -> basic(user, settings.find(LOKI_PASSWORD).orElse(""))))
        .ifPresent(value -> headers.put("Authorization", value));
    return Map.copyOf(headers);
  }

  private static Map<String, String> grafanaHeaders(Settings settings) {
    return settings
        .find(GRAFANA_API_KEY)
        .map(key -> "Bearer " + key)
        .or(() -> settings.find(GRAFANA_ADMIN_PASSWORD).map(password -> basic("admin", password)))
        .map(value -> Map.of("Authorization", value))
        .orElse(Map.of());
  }

  private static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private static LogLevel level(String name) {
    return name.equals("WARN") ? LogLevel.WARNING : LogLevel.valueOf(name);
  }
}
