package org.aragora.telemetry.schemas.event;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * An instance logged a line.
 *
 * @param level severity
 * @param logger name of the logger
 * @param message the text
 * @param module Python module or Java class
 * @param function function or method
 * @param line line in the source, 0 or more
 * @param requestId request that was being served
 * @param userId user that it was served for
 * @param debateId debate that it belongs to
 * @param fields anything else: JSON values as String, Boolean, Long, Double, java.math.BigDecimal,
 *     List, Map or null
 */
public record LogEmitted(
    LogLevel level,
    String logger,
    String message,
    @Nullable String module,
    @Nullable String function,
    @Nullable Long line,
    @Nullable String requestId,
    @Nullable String userId,
    @Nullable String debateId,
    @Nullable Map<String, @Nullable Object> fields)
    implements EventData {

  public LogEmitted {
    fields = fields == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** A line without its optional fields. */
  public static LogEmitted of(LogLevel level, String logger, String message) {
    return new LogEmitted(level, logger, message, null, null, null, null, null, null, null);
  }

  /** A copy with its place in the source. */
  public LogEmitted withSource(@Nullable String newModule, @Nullable String newFunction, long at) {
    return copy(message, newModule, newFunction, at, requestId, userId, debateId, fields);
  }

  /** A copy with the request that was being served. */
  public LogEmitted withRequestId(@Nullable String id) {
    return copy(message, module, function, line, id, userId, debateId, fields);
  }

  /** A copy with the user for whom the request was served. */
  public LogEmitted withUserId(@Nullable String id) {
    return copy(message, module, function, line, requestId, id, debateId, fields);
  }

  /** A copy with the debate that the line belongs to. */
  public LogEmitted withDebateId(@Nullable String id) {
    return copy(message, module, function, line, requestId, userId, id, fields);
  }

  /** A copy with one more field, of the types that {@link #fields} lists. */
  public LogEmitted withField(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more =
        fields == null ? new LinkedHashMap<>() : new LinkedHashMap<>(fields);
    more.put(name, value);
    return copy(message, module, function, line, requestId, userId, debateId, more);
  }

  private LogEmitted copy(
      String message,
      @Nullable String module,
      @Nullable String function,
      @Nullable Long line,
      @Nullable String requestId,
      @Nullable String userId,
      @Nullable String debateId,
      @Nullable Map<String, @Nullable Object> fields) {
    return new LogEmitted(
        level, logger, message, module, function, line, requestId, userId, debateId, fields);
  }

  @Override
  public LogEmitted cutTexts(UnaryOperator<String> cut) {
    String text = cut.apply(message);
    return Objects.equals(text, message)
        ? this
        : copy(text, module, function, line, requestId, userId, debateId, fields);
  }

  public static LogEmitted read(FieldReader in) {
    return new LogEmitted(
        in.oneOf("level", LogLevel.NAMES),
        in.label("logger"),
        in.text("message"),
        in.optionalLabel("module"),
        in.optionalLabel("function"),
        in.optionalCount("line"),
        in.optionalName("request_id"),
        in.optionalLabel("user_id"),
        in.optionalName("debate_id"),
        in.optionalObject("fields"));
  }

  @Override
  public void write(FieldWriter out) {
    out.oneOf("level", LogLevel.NAMES, level)
        .label("logger", logger)
        .text("message", message)
        .optionalLabel("module", module)
        .optionalLabel("function", function)
        .optionalCount("line", line)
        .optionalName("request_id", requestId)
        .optionalLabel("user_id", userId)
        .optionalName("debate_id", debateId)
        .optionalObject("fields", fields);
  }

  @Override
  public @Nullable String key() {
    return null;
  }
}
