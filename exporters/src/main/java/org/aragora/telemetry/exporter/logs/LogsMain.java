package org.aragora.telemetry.exporter.logs;

import java.net.URI;
import java.util.List;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.exporter.http.HttpPush;
import org.aragora.telemetry.exporter.loop.LoopSettings;
import org.aragora.telemetry.exporter.process.ExporterSettings;
import org.aragora.telemetry.exporter.process.Settings;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code bin/telemetry export-logs}: log events and the domain's turning points to Loki. */
public final class LogsMain {

  private static final Logger LOG = LoggerFactory.getLogger(LogsMain.class);
  private static final List<InputTopic> TOPICS =
      List.of(InputTopic.LOGS, InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS);

  private LogsMain() {}

  public static void main(String[] arguments) {
    System.exit(ExporterProcess.main(definition(), System.getenv(), arguments));
  }

  /** The log exporter, for a program that runs it within itself. */
  public static ExporterProcess.Definition<LogEntry> definition() {
    return new ExporterProcess.Definition<>(
        "logs",
        LokiSettings.declare(),
        settings -> settings.text(LokiSettings.GROUP_ID),
        LogsMain::loop,
        LogsMain::converter,
        LogsMain::backend);
  }

  private static LoopSettings loop(Settings settings) {
    return ExporterSettings.loop(settings, "logs", TOPICS, LokiSettings.timeout(settings));
  }

  private static Converter<LogEntry> converter(Settings settings) {
    return new LogConverter(
        settings.text(Topics.PREFIX_VARIABLE),
        ExporterSettings.debateLookback(settings),
        LokiSettings.lowest(settings),
        new LineWriter(ExporterSettings.redactor(settings)));
  }

  private static Backend<LogEntry> backend(Settings settings) {
    URI address = LokiSettings.address(settings);
    LOG.info("Lines go to {}.", address);
    HttpPush push =
        new HttpPush(
            address,
            LokiSettings.headers(settings),
            LokiSettings.timeout(settings),
            LokiSettings.ssl(settings));
    return new LokiBackend(
        push,
        LokiSettings.app(settings),
        LokiSettings.namespace(settings),
        LokiSettings.structuredMetadata(settings));
  }
}
