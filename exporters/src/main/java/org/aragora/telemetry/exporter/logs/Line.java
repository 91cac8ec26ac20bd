package org.aragora.telemetry.exporter.logs;

import java.util.Map;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * What a line says, before it is written.
 *
 * @param level severity
 * @param logger name of the logger
 * @param message the text
 * @param module module, null without
 * @param function function, null without
 * @param line line in the source, null without
 * @param requestId request, null without
 * @param userId user, null without
 * @param debateId debate, null without
 * @param fields everything else, null without
 */
record Line(
    LogLevel level,
    String logger,
    String message,
    @Nullable String module,
    @Nullable String function,
    @Nullable Long line,
    @Nullable String requestId,
    @Nullable String userId,
    @Nullable String debateId,
    @Nullable Map<String, @Nullable Object> fields) {

  /** A line that is told from a domain event. */
  static Line told(
      LogLevel level,
      String logger,
      String message,
      @Nullable String debateId,
      Map<String, @Nullable Object> fields) {
    return new Line(level, logger, message, null, null, null, null, null, debateId, fields);
  }
}
