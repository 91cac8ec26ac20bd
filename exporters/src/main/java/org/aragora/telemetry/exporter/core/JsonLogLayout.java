package org.aragora.telemetry.exporter.core;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.util.Map;

/**
 * One compact JSON object a line, with the fields of the user's own formatter: timestamp, level (by
 * Python's names), logger, message, module, function, line; then what the MDC holds (trace_id,
 * request_id, ...) and the stack trace as {@code exception}. Depends on logback alone.
 */
public final class JsonLogLayout extends LayoutBase<ILoggingEvent> {

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256);
    line.append("{\"timestamp\":\"").append(Instant.ofEpochMilli(event.getTimeStamp())).append('"');
    field(line, "level", pythonName(event.getLevel()));
    field(line, "logger", event.getLoggerName());
    field(line, "message", event.getFormattedMessage());
    StackTraceElement[] callers = event.getCallerData();
    if (callers != null && callers.length > 0) {
      String type = callers[0].getClassName();
      field(line, "module", type.substring(type.lastIndexOf('.') + 1));
      field(line, "function", callers[0].getMethodName());
      line.append(",\"line\":").append(callers[0].getLineNumber());
    }
    for (Map.Entry<String, String> entry : event.getMDCPropertyMap().entrySet()) {
      field(line, entry.getKey(), entry.getValue());
    }
    if (event.getThrowableProxy() != null) {
      field(line, "exception", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.append("}\n").toString();
  }

  /** Python's name of a level. */
  static String pythonName(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> "ERROR";
      case Level.WARN_INT -> "WARNING";
      case Level.INFO_INT -> "INFO";
      default -> "DEBUG";
    };
  }

  private static void field(StringBuilder line, String name, String value) {
    line.append(',');
    string(line, name);
    line.append(':');
    string(line, value == null ? "" : value);
  }

  private static void string(StringBuilder line, String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (c < 0x20 || (Character.isSurrogate(c) && !isPaired(value, i))) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }

  private static boolean isPaired(String value, int i) {
    return Character.isHighSurrogate(value.charAt(i))
        ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
  }
}
