package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.exporter.loop.LoopSettings;
import org.aragora.telemetry.exporter.trace.TraceIds;
import org.aragora.telemetry.exporter.process.ExporterSettings;
import org.aragora.telemetry.exporter.process.Settings;
import org.aragora.telemetry.exporter.spans.otlp.OtlpBackend;
import org.aragora.telemetry.exporter.spans.otlp.OtlpSettings;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code bin/telemetry export-spans}: events to spans, sent by OTLP. */
public final class SpansMain {

  private static final Logger LOG = LoggerFactory.getLogger(SpansMain.class);
  private static final List<InputTopic> TOPICS =
      List.of(InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS);

  private SpansMain() {}

  public static void main(String[] arguments) {
    System.exit(ExporterProcess.main(definition(), System.getenv(), arguments));
  }

  /** The span exporter, for a program that runs it within itself. */
  public static ExporterProcess.Definition<List<SpanData>> definition() {
    return new ExporterProcess.Definition<>(
        "spans",
        SpanSettings.declare(),
        settings -> settings.text(SpanSettings.GROUP_ID),
        SpansMain::loop,
        SpansMain::converter,
        SpansMain::backend);
  }

  private static LoopSettings loop(Settings settings) {
    return ExporterSettings.loop(settings, "spans", TOPICS, OtlpSettings.of(settings).timeout());
  }

  private static Converter<List<SpanData>> converter(Settings settings) {
    return new SpanConverter(
        settings.text(Topics.PREFIX_VARIABLE),
        ExporterSettings.debateLookback(settings),
        SpanSettings.sampler(settings),
        new SpanWriter(
            ExporterSettings.redactor(settings),
            SpanSettings.resources(settings),
            settings.flag(SpanSettings.AGENT_SERVICES)));
  }

  private static Backend<List<SpanData>> backend(Settings settings) {
    OtlpSettings otlp = OtlpSettings.of(settings);
    otlp.warnings().forEach(LOG::warn);
    LOG.info("Spans go to {} by {}.", otlp.endpoint(), otlp.grpc() ? "OTLP/gRPC" : "OTLP/HTTP");
    return OtlpBackend.create(otlp);
  }
}
