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
import java.util.Locale;
import java.util.Map;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.slf4j.LoggerFactory;

/**
 * Sets up a service's own logging from {@code LOG_LEVEL} (Python's names, default INFO), {@code
 * LOG_FORMAT} ({@code json}, the default, or {@code text}) and {@code LOG_OUTPUT} ({@code stdout},
 * the default, {@code stderr} or a file's path).
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

  private ServiceLogging() {}

  /**
   * Configures logback.
   *
   * @throws InvalidSettingException naming the variable that has a bad value
   */
  public static void configure(Map<String, String> environment) {
    Level level = level(environment.getOrDefault("LOG_LEVEL", "INFO"));
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout(environment.getOrDefault("LOG_FORMAT", "json"), context));
    encoder.start();
    appender.setEncoder(encoder);
    appender.setOutputStream(output(environment.getOrDefault("LOG_OUTPUT", "stdout")));
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(level == Level.DEBUG ? Level.INFO : level);
    root.addAppender(appender);
    context.getLogger("org.aragora").setLevel(level);
    // What Kafka's clients say at INFO is a page a start; their warnings are enough for a person on
    // call.
    context
        .getLogger("org.apache.kafka")
        .setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
  }

  private static Level level(String name) {
    Level level = LEVELS.get(name.strip().toUpperCase(Locale.ROOT));
    if (level == null) {
      throw new InvalidSettingException(
          "LOG_LEVEL=%s is refused: it must be DEBUG, INFO, WARNING, ERROR or CRITICAL"
              .formatted(name));
    }
    return level;
  }

  private static Layout<ILoggingEvent> layout(String format, LoggerContext context) {
    switch (format.strip().toLowerCase(Locale.ROOT)) {
      case "json" -> {
        JsonLogLayout layout = new JsonLogLayout();
        layout.setContext(context);
        layout.start();
        return layout;
      }
      case "text" -> {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{36} %msg%n");
        layout.start();
        return layout;
      }
      default ->
          throw new InvalidSettingException(
              "LOG_FORMAT=%s is refused: it must be json or text".formatted(format));
    }
  }

  private static OutputStream output(String output) {
    return switch (output.strip()) {
      case "stdout" -> System.out;
      case "stderr" -> System.err;
      default -> {
        try {
          yield new FileOutputStream(output, true);
        } catch (IOException e) {
          throw new InvalidSettingException(
              "LOG_OUTPUT=%s is refused: it cannot be written to (%s)"
                  .formatted(output, e.getMessage()));
        }
      }
    };
  }
}
