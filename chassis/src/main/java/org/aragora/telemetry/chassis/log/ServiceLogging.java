package org.aragora.telemetry.chassis.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.slf4j.LoggerFactory;

/**
 * The log of a program of ours. Kafka's clients and the HTTP server log warnings only: their INFO
 * is a page a start.
 */
public final class ServiceLogging {
  private static final Map<String, Level> LEVELS =
      Map.of(
          "DEBUG", Level.DEBUG,
          "INFO", Level.INFO,
          "WARNING", Level.WARN,
          "WARN", Level.WARN,
          "ERROR", Level.ERROR,
          "CRITICAL", Level.ERROR);

  /** Lowest level. */
  public static final Setting<String> LEVEL =
      Setting.choice("LOG_LEVEL", "DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL")
          .about(Subject.LOG)
          .fallback("INFO")
          .doc("Lowest level of the program's own log, by Python's names.");

  private static final Setting<String> FORMAT =
      Setting.choice("LOG_FORMAT", "json", "text")
          .about(Subject.LOG)
          .fallback("json")
          .doc("Form of the program's own log: one JSON object a line, or text.");

  private static final Setting<String> OUTPUT =
      Setting.text("LOG_OUTPUT")
          .about(Subject.LOG)
          .fallback("stdout")
          .doc("Destination of the program's own log: stdout, stderr or the path of a file.");

  /** The settings of the log, which every program has. */
  public static final List<Setting<?>> SETTINGS = List.of(LEVEL, FORMAT, OUTPUT);

  private ServiceLogging() {}

  /**
   * Configures the log of a service.
   *
   * @throws InvalidSettingException naming the variable that has a bad value
   */
  public static void configure(Map<String, String> environment) {
    configure(Settings.read(SETTINGS, environment));
  }

  /**
   * Configures the log of a command: without settings, warnings go to standard error as text. Below
   * level DEBUG Kafka's clients are silent, because the command reports their failures in a
   * sentence.
   *
   * @throws InvalidSettingException naming the variable that has a bad value
   */
  public static void configureCommand(Map<String, String> environment) {
    Map<String, String> logging = new HashMap<>(environment);
    logging.putIfAbsent(OUTPUT.key(), "stderr");
    logging.putIfAbsent(FORMAT.key(), "text");
    logging.putIfAbsent(LEVEL.key(), "WARNING");
    configure(logging);
    Logger ours = context().getLogger("org.aragora");
    if (!ours.isDebugEnabled()) {
      context().getLogger("org.apache.kafka").setLevel(Level.OFF);
    }
  }

  private static void configure(Settings settings) {
    Level level = Objects.requireNonNull(LEVELS.get(settings.get(LEVEL)));
    OutputStream output = output(settings);
    LoggerContext context = context();
    context.reset();
    context.addTurboFilter(new ResetToolFilter());
    context.addTurboFilter(new ClientNoiseFilter(System::nanoTime));
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout(settings.get(FORMAT), context));
    encoder.start();
    appender.setEncoder(encoder);
    appender.setOutputStream(output);
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(level == Level.DEBUG ? Level.INFO : level);
    root.addAppender(appender);
    context.getLogger("org.aragora").setLevel(level);
    Level ofLibraries = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
    context.getLogger("org.apache.kafka").setLevel(ofLibraries);
    context.getLogger("org.eclipse.jetty").setLevel(ofLibraries);
    // Logs each refusal of a deserializer, also of one that ends a poll; an exception follows.
    context
        .getLogger("org.apache.kafka.clients.consumer.internals.CompletedFetch")
        .setLevel(Level.OFF);
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static Layout<ILoggingEvent> layout(String format, LoggerContext context) {
    Layout<ILoggingEvent> layout;
    if (format.equals("json")) {
      layout = new JsonLogLayout();
    } else {
      PatternLayout text =
          new PatternLayout() {
            @Override
            public String doLayout(ILoggingEvent event) {
              return Redactor.addresses(super.doLayout(event));
            }
          };
      text.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{36} %msg%n");
      layout = text;
    }
    layout.setContext(context);
    layout.start();
    return layout;
  }

  private static OutputStream output(Settings settings) {
    String output = settings.get(OUTPUT);
    return switch (output) {
      case "stdout" -> System.out;
      case "stderr" -> System.err;
      default -> {
        try {
          yield new FileOutputStream(output, true);
        } catch (IOException e) {
          throw settings.refusal(OUTPUT, "it cannot be written to (%s)".formatted(e.getMessage()));
        }
      }
    };
  }
}
