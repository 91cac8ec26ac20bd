package org.aragora.telemetry.exporter.spans;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.aragora.telemetry.exporter.process.ExporterSettings;
import org.aragora.telemetry.exporter.process.Settings;
import org.aragora.telemetry.exporter.spans.otlp.OtlpSettings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/** The settings of the span exporter, each declared once. */
final class SpanSettings {

  static final String GROUP_ID = "ARAGORA_TELEMETRY_SPANS_GROUP_ID";
  static final String AGENT_SERVICES = "ARAGORA_TELEMETRY_AGENT_SERVICE_SPANS";
  private static final String SAMPLER = "OTEL_TRACES_SAMPLER";
  private static final String SAMPLER_ARG = "OTEL_TRACES_SAMPLER_ARG";
  private static final String SERVICE_NAME = "OTEL_SERVICE_NAME";
  private static final String RESOURCE = "OTEL_RESOURCE_ATTRIBUTES";

  private SpanSettings() {}

  static ConfigDef declare() {
    ConfigDef settings =
        ExporterSettings.declare(9464)
            .define(
                GROUP_ID,
                ConfigDef.Type.STRING,
                "aragora-telemetry-spans",
                new ConfigDef.NonEmptyString(),
                MEDIUM,
                "Consumer group.")
            .define(
                AGENT_SERVICES,
                ConfigDef.Type.BOOLEAN,
                true,
                MEDIUM,
                "Whether a call is also written as a span of the agent's own service (derived), so"
                    + " that Jaeger's service map shows Aragora calling its agents.")
            .define(
                SAMPLER,
                ConfigDef.Type.STRING,
                "parentbased_traceidratio",
                HIGH,
                "always_on, always_off, traceidratio, or one of these with parentbased_ before it.")
            .define(
                SAMPLER_ARG,
                ConfigDef.Type.STRING,
                null,
                HIGH,
                "For traceidratio: the share of traces that is kept, 0 to 1. Default 0.1.")
            .define(
                SERVICE_NAME,
                ConfigDef.Type.STRING,
                "aragora",
                new ConfigDef.NonEmptyString(),
                MEDIUM,
                "service.name of Aragora's own spans.")
            .define(
                RESOURCE,
                ConfigDef.Type.STRING,
                "",
                MEDIUM,
                "Further resource attributes, as name=value,name=value; the same on all exporters.");
    OtlpSettings.declare(settings);
    return settings;
  }

  static Resources resources(Settings settings) {
    Map<String, String> extra = OtlpSettings.pairs(RESOURCE, settings.text(RESOURCE));
    extra.remove("service.name");
    extra.remove("service.instance.id");
    return new Resources(settings.text(SERVICE_NAME), extra);
  }

  static Sampler sampler(Settings settings) {
    String name = settings.word(SAMPLER);
    String argument = settings.textOrNull(SAMPLER_ARG);
    return switch (name) {
      case "always_on" -> Sampler.alwaysOn();
      case "always_off" -> Sampler.alwaysOff();
      case "traceidratio" -> ratio(argument);
      case "parentbased_always_on" -> Sampler.parentBased(Sampler.alwaysOn());
      case "parentbased_always_off" -> Sampler.parentBased(Sampler.alwaysOff());
      case "parentbased_traceidratio" -> Sampler.parentBased(ratio(argument));
      default ->
          throw new InvalidSettingException(
              SAMPLER
                  + " cannot be used: \""
                  + name
                  + "\" is none of always_on, always_off,"
                  + " traceidratio, parentbased_always_on, parentbased_always_off,"
                  + " parentbased_traceidratio.");
    };
  }

  private static Sampler ratio(@Nullable String argument) {
    try {
      double ratio = argument == null ? 0.1 : Double.parseDouble(argument);
      if (ratio >= 0 && ratio <= 1) {
        return Sampler.traceIdRatioBased(ratio);
      }
    } catch (NumberFormatException noNumber) {
      // the sentence below says it
    }
    throw new InvalidSettingException(
        SAMPLER_ARG + " cannot be used: \"" + argument + "\" is not a number from 0 to 1.");
  }
}
