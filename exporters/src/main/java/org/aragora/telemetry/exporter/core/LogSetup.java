package org.aragora.telemetry.exporter.core;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process's own log: LOG_LEVEL, LOG_FORMAT, LOG_OUTPUT. */
final class LogSetup {

  private LogSetup() {}

  /** Replaces whatever logging there is. */
  static void apply(String level, String format, String output) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    LayoutBase<ILoggingEvent> layout = format.equals("json") ? new JsonLogLayout() : text();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = appender(output);
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(level(level));
    context.getLogger("org.apache.kafka").setLevel(Level.WARN);
  }

  private static LayoutBase<ILoggingEvent> text() {
    PatternLayout layout = new PatternLayout();
    layout.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{20} %msg%n");
    return layout;
  }

  private static OutputStreamAppender<ILoggingEvent> appender(String output) {
    if (output.equals("stdout") || output.equals("stderr")) {
      ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
      console.setTarget(output.equals("stdout") ? "System.out" : "System.err");
      return console;
    }
    FileAppender<ILoggingEvent> file = new FileAppender<>();
    file.setFile(output);
    return file;
  }

  private static Level level(String python) {
    return switch (python.toUpperCase(Locale.ROOT)) {
      case "DEBUG" -> Level.DEBUG;
      case "WARNING", "WARN" -> Level.WARN;
      case "ERROR", "CRITICAL" -> Level.ERROR;
      default -> Level.INFO;
    };
  }
}
