package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.exporter.spans.otlp.OtlpSettings;

/** Settings of the span exporter. */
final class SpanSettings {

  private static final Setting<Integer> PORT = StatusServer.port(9464);

  private static final Setting<String> GROUP_ID =
      Setting.text("ARAGORA_TELEMETRY_SPANS_GROUP_ID")
          .about(Subject.TOPICS)
          .fallback("aragora-telemetry-spans")
          .doc("Consumer group of the span exporter.");

  static final Setting<Boolean> AGENT_SERVICES =
      Setting.flag("ARAGORA_TELEMETRY_AGENT_SERVICE_SPANS")
          .about(Subject.TRACES)
          .fallback("true")
          .doc(
              "Writes each call also as a span of the agent's own service (derived), so that"
                  + " Jaeger's service map shows Aragora calling its agents.");

  private static final Setting<String> SAMPLER =
      Setting.choice(
              "OTEL_TRACES_SAMPLER",
              "always_on",
              "always_off",
              "traceidratio",
              "parentbased_always_on",
              "parentbased_always_off",
              "parentbased_traceidratio")
          .about(Subject.TRACES)
          .fallback("parentbased_traceidratio")
          .doc("Selection of traces; with parentbased_, the instance's own decision precedes it.");

  private static final Setting<String> SAMPLER_ARG =
      Setting.text("OTEL_TRACES_SAMPLER_ARG")
          .about(Subject.TRACES)
          .fallback("0.1")
          .doc("For traceidratio: the share of traces that is kept, 0 to 1.");

  private static final Setting<String> SERVICE_NAME =
      Setting.text("OTEL_SERVICE_NAME")
          .about(Subject.TRACES)
          .fallback("aragora")
          .doc("service.name of Aragora's own spans.");

  private static final Setting<Map<String, String>> RESOURCE_ATTRIBUTES =
      Setting.text("OTEL_RESOURCE_ATTRIBUTES")
          .about(Subject.TRACES)
          .map(OtlpSettings::pairs)
          .doc("Further resource attributes, as name=value,name=value; the same on all exporters.");

  static final ExporterProcess.OwnSettings OWN =
      new ExporterProcess.OwnSettings(
          Stream.concat(
                  Stream.of(
                      PORT,
                      GROUP_ID,
                      AGENT_SERVICES,
                      SAMPLER,
                      SAMPLER_ARG,
                      SERVICE_NAME,
                      RESOURCE_ATTRIBUTES),
                  OtlpSettings.ALL.stream())
              .toList(),
          PORT,
          GROUP_ID,
          OtlpSettings.TIMEOUT);

  private SpanSettings() {}

  static Resources resources(Settings settings) {
    Map<String, String> attributes =
        new HashMap<>(settings.find(RESOURCE_ATTRIBUTES).orElse(Map.of()));
    attributes.keySet().removeAll(List.of("service.name", "service.instance.id"));
    return new Resources(settings.get(SERVICE_NAME), attributes);
  }

  static Sampler sampler(Settings settings) {
    String name = settings.get(SAMPLER);
    String root = name.replaceFirst("^parentbased_", "");
    Sampler sampler =
        switch (root) {
          case "always_on" -> Sampler.alwaysOn();
          case "always_off" -> Sampler.alwaysOff();
          default -> new RatioSampler(ratio(settings));
        };
    return name.equals(root) ? sampler : Sampler.parentBased(sampler);
  }

  private static double ratio(Settings settings) {
    double ratio;
    try {
      ratio = Double.parseDouble(settings.get(SAMPLER_ARG));
    } catch (NumberFormatException e) {
      ratio = Double.NaN;
    }
    if (ratio >= 0 && ratio <= 1) {
      return ratio;
    }
    throw settings.refusal(SAMPLER_ARG, "it must be a number from 0 to 1");
  }
}
