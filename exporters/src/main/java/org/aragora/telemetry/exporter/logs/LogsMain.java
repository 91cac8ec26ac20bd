package org.aragora.telemetry.exporter.logs;

import java.net.URI;
import java.util.List;
import org.aragora.telemetry.chassis.main.ServiceMain;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.http.HttpPush;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.exporter.process.ExporterSettings;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code bin/telemetry export-logs}: converts events to lines and pushes them to Loki. */
public final class LogsMain {

  private static final Logger LOG = LoggerFactory.getLogger(LogsMain.class);

  private static final ExporterProcess.Definition<LogEntry> DEFINITION =
      new ExporterProcess.Definition<>(
          "logs",
          List.of(InputTopic.LOGS, InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS),
          LokiSettings.OWN,
          LogsMain::converter,
          LogsMain::backend);

  /** The service and its settings. */
  public static final ServiceMain.Definition SERVICE =
      new ServiceMain.Definition(
          "export-logs",
          "The log exporter",
          "Pushes log events and the lines of domain events to Loki until it is stopped; start"
              + " more of it to scale.",
          DEFINITION.settings(),
          settings -> ExporterProcess.start(DEFINITION, settings));

  private LogsMain() {}

  public static void main(String[] arguments) {
    System.exit(ServiceMain.run(SERVICE, System.getenv(), arguments));
  }

  /** The log exporter, for a program that embeds it. */
  public static ExporterProcess.Definition<LogEntry> definition() {
    return DEFINITION;
  }

  private static Converter<LogEntry> converter(Settings settings) {
    return new LogConverter(
        ExporterSettings.rules(settings),
        settings.get(LokiSettings.MIN_LEVEL),
        new LineWriter(RedactionSettings.redactor(settings)),
        new InstanceLabels(settings.get(LokiSettings.INSTANCE_LIMIT)));
  }

  private static Backend<LogEntry> backend(Settings settings) {
    URI address = LokiSettings.address(settings);
    LOG.info("Lines go to {}.", address);
    HttpPush push =
        new HttpPush(
            address,
            LokiSettings.headers(settings),
            settings.get(LokiSettings.TIMEOUT),
            LokiSettings.ssl(settings));
    return new LokiBackend(
        push,
        settings.get(LokiSettings.APP),
        settings.get(LokiSettings.NAMESPACE),
        settings.get(LokiSettings.STRUCTURED_METADATA));
  }
}
