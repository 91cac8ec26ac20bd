package org.aragora.telemetry.chassis.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.schemas.text.Unicode;

/**
 * One compact JSON object a line: timestamp, level, logger, message, module, function, line;
 * trace_id, request_id, user_id if the MDC has them; exception if there is one. Passwords of URLs
 * are redacted. Thread-safe.
 */
public final class JsonLogLayout extends LayoutBase<ILoggingEvent> {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String[] CONTEXT = {"trace_id", "request_id", "user_id", "debate_id"};

  private final ThrowableProxyConverter throwables = new ThrowableProxyConverter();

  @Override
  public void start() {
    throwables.start();
    super.start();
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("timestamp", event.getInstant().toString());
      json.writeStringField("level", level(event.getLevel()));
      json.writeStringField("logger", event.getLoggerName());
      json.writeStringField("message", Redactor.addresses(event.getFormattedMessage()));
      StackTraceElement[] caller = event.getCallerData();
      if (caller != null && caller.length > 0) {
        json.writeStringField("module", caller[0].getClassName());
        json.writeStringField("function", caller[0].getMethodName());
        json.writeNumberField("line", caller[0].getLineNumber());
      }
      Map<String, String> context = event.getMDCPropertyMap();
      for (String key : CONTEXT) {
        if (context.containsKey(key)) {
          json.writeStringField(key, context.get(key));
        }
      }
      if (event.getThrowableProxy() != null) {
        json.writeStringField("exception", Redactor.addresses(throwables.convert(event)));
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a StringWriter cannot fail", e);
    }
    return Unicode.wellFormed(line.append('\n').toString());
  }

  /** Python's names, which all of Aragora's logs use. */
  private static String level(Level level) {
    return switch (level.toInt()) {
      case Level.WARN_INT -> "WARNING";
      case Level.TRACE_INT -> "DEBUG";
      default -> level.toString();
    };
  }
}
