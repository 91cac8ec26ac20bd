package org.aragora.telemetry.producer.event;

import java.util.LinkedHashMap;
import java.util.Map;
import org.aragora.telemetry.schemas.event.EventType;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * An instance logged a line.
 *
 * <pre>{@code
 * telemetry.log(
 *     LogLine.of(LogLevel.WARNING, "aragora.server", "slow answer").requestId("r-1").field("ms", 900L));
 * }</pre>
 */
public final class LogLine implements EventDetails {
  private final LogLevel level;
  private final String logger;
  private final String message;
  private @Nullable String module;
  private @Nullable String function;
  private @Nullable Long line;
  private @Nullable String requestId;
  private @Nullable String userId;
  private @Nullable String debateId;
  private @Nullable Map<String, @Nullable Object> fields;

  private LogLine(LogLevel level, String logger, String message) {
    this.level = level;
    this.logger = logger;
    this.message = message;
  }

  /**
   * An instance logged a line.
   *
   * @param level severity
   * @param logger name of the logger
   * @param message the text; cut after 65,536 characters
   */
  public static LogLine of(LogLevel level, String logger, String message) {
    return new LogLine(level, logger, message);
  }

  /** Where in the source: module or class, function or method, line. */
  public LogLine at(@Nullable String module, @Nullable String function, long line) {
    this.module = module;
    this.function = function;
    this.line = line;
    return this;
  }

  /** Request that was being served. */
  public LogLine requestId(@Nullable String requestId) {
    this.requestId = requestId;
    return this;
  }

  /** User that it was served for. */
  public LogLine userId(@Nullable String userId) {
    this.userId = userId;
    return this;
  }

  /** Debate that it belongs to. */
  public LogLine debateId(@Nullable String debateId) {
    this.debateId = debateId;
    return this;
  }

  /**
   * Anything else.
   *
   * @param value a JSON value: String, Boolean, Long, Double, BigDecimal, List, Map or null
   */
  public LogLine field(String name, @Nullable Object value) {
    Map<String, @Nullable Object> all = fields == null ? new LinkedHashMap<>() : fields;
    all.put(name, value);
    fields = all;
    return this;
  }

  @Override
  public EventType type() {
    return EventType.LOG_EMITTED;
  }

  @Override
  public LogEmitted build() {
    return new LogEmitted(
        level,
        logger,
        FreeText.cut(message),
        module,
        function,
        line,
        requestId,
        userId,
        debateId,
        fields);
  }
}
