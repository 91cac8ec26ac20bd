package org.aragora.telemetry.producer.logback;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * A line as an event. Ids of request, user and debate, and those of the trace, come from the MDC,
 * in snake or camel case; the rest of the MDC, and what the fluent API adds, become fields.
 */
record LineEvent(LogEmitted data, EventContext context) {
  private static final int TEXT = 65_536;
  private static final int FIELDS = 50;
  private static final int FIELD = 2_000;

  static LineEvent of(ILoggingEvent line, boolean callerData) {
    Map<String, String> mdc = new LinkedHashMap<>(line.getMDCPropertyMap());
    EventContext context = context(mdc).withTime(line.getInstant());
    StackTraceElement[] callers = callerData ? line.getCallerData() : null;
    @Nullable StackTraceElement caller = callers == null || callers.length == 0 ? null : callers[0];
    LogEmitted data =
        new LogEmitted(
            level(line.getLevel()),
            Unicode.cut(String.valueOf(line.getLoggerName()), Bounds.NAME),
            Unicode.cut(String.valueOf(line.getFormattedMessage()), TEXT),
            caller == null ? null : Unicode.cut(caller.getClassName(), Bounds.NAME),
            caller == null ? null : Unicode.cut(caller.getMethodName(), Bounds.NAME),
            caller == null || caller.getLineNumber() < 0 ? null : (long) caller.getLineNumber(),
            take(mdc, "request_id", "requestId"),
            take(mdc, "user_id", "userId"),
            take(mdc, "debate_id", "debateId"),
            fields(mdc, line));
    return new LineEvent(data, context);
  }

  void sendTo(TelemetryProducer telemetry) {
    telemetry.emit(data, context);
  }

  private static LogLevel level(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> LogLevel.ERROR;
      case Level.WARN_INT -> LogLevel.WARNING;
      case Level.INFO_INT -> LogLevel.INFO;
      default -> LogLevel.DEBUG;
    };
  }

  /** The trace of the line, which may have been handed to another thread; else of this thread. */
  private static EventContext context(Map<String, String> mdc) {
    String trace = take(mdc, "trace_id", "traceId");
    String span = take(mdc, "span_id", "spanId");
    String flags = take(mdc, "trace_flags", "traceFlags");
    if (trace != null && span != null) {
      String known = TraceparentFormat.of(trace, span, flags == null ? "01" : flags);
      if (TraceparentFormat.isTraceparent(known)) {
        return new EventContext(known, null, null);
      }
    }
    return EventContext.current();
  }

  /** Takes a value out of the map by one of its names. */
  private static @Nullable String take(Map<String, String> mdc, String snake, String camel) {
    String one = mdc.remove(snake);
    String other = mdc.remove(camel);
    String value = one == null || one.isEmpty() ? other : one;
    return value == null || value.isEmpty() ? null : Unicode.cut(value, Bounds.NAME);
  }

  private static @Nullable Map<String, @Nullable Object> fields(
      Map<String, String> mdc, ILoggingEvent line) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    @Nullable List<KeyValuePair> pairs = line.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> put(fields, pair.key, pair.value));
    }
    mdc.forEach((name, value) -> put(fields, name, value));
    @Nullable IThrowableProxy thrown = line.getThrowableProxy();
    if (thrown != null) {
      fields.put("exception_type", Unicode.cut(thrown.getClassName(), FIELD));
      fields.put("exception", Unicode.cut(String.valueOf(thrown.getMessage()), TEXT));
    }
    return fields.isEmpty() ? null : fields;
  }

  private static void put(
      Map<String, @Nullable Object> fields, @Nullable String name, @Nullable Object value) {
    if (name != null && name.length() <= Bounds.NAME && fields.size() < FIELDS) {
      fields.putIfAbsent(name, plain(value));
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value == null || value instanceof Boolean || value instanceof Long) {
      return value;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Double number && Double.isFinite(number)) {
      return number;
    }
    try {
      return Unicode.cut(String.valueOf(value), FIELD);
    } catch (RuntimeException | StackOverflowError e) {
      return "[" + e.getClass().getName() + "]";
    }
  }
}
