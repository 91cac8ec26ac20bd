package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.aragora.telemetry.chassis.main.ServiceMain;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.exporter.process.ExporterSettings;
import org.aragora.telemetry.exporter.spans.otlp.OtlpBackend;
import org.aragora.telemetry.exporter.spans.otlp.OtlpSettings;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code bin/telemetry export-spans}: converts events to spans and sends them over OTLP. */
public final class SpansMain {

  private static final Logger LOG = LoggerFactory.getLogger(SpansMain.class);

  private static final ExporterProcess.Definition<List<SpanData>> DEFINITION =
      new ExporterProcess.Definition<>(
          "spans",
          List.of(InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS),
          SpanSettings.OWN,
          SpansMain::converter,
          SpansMain::backend);

  /** The service and its settings. */
  public static final ServiceMain.Definition SERVICE =
      new ServiceMain.Definition(
          "export-spans",
          "The span exporter",
          "Sends spans of requests, agent calls and debates over OTLP until it is stopped; start"
              + " more of it to scale.",
          DEFINITION.settings(),
          settings -> ExporterProcess.start(DEFINITION, settings));

  private SpansMain() {}

  public static void main(String[] arguments) {
    System.exit(ServiceMain.run(SERVICE, System.getenv(), arguments));
  }

  /** The span exporter, for a program that embeds it. */
  public static ExporterProcess.Definition<List<SpanData>> definition() {
    return DEFINITION;
  }

  private static Converter<List<SpanData>> converter(Settings settings) {
    SpanWriter writer =
        new SpanWriter(
            RedactionSettings.redactor(settings),
            SpanSettings.resources(settings),
            settings.get(SpanSettings.AGENT_SERVICES));
    return new SpanConverter(
        ExporterSettings.rules(settings), SpanSettings.sampler(settings), writer);
  }

  private static Backend<List<SpanData>> backend(Settings settings) {
    OtlpSettings otlp = OtlpSettings.of(settings);
    otlp.warnings().forEach(LOG::warn);
    LOG.info("Spans go to {} by {}.", otlp.endpoint(), otlp.grpc() ? "OTLP/gRPC" : "OTLP/HTTP");
    return OtlpBackend.create(otlp);
  }
}
