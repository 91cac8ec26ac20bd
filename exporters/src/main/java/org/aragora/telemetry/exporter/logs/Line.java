package org.aragora.telemetry.exporter.logs;

import java.util.Map;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;

/**
 * Content of a line before it is written.
 *
 * @param source place in the program that logged it, null for a domain event
 * @param ids ids that the line refers to
 * @param fields further fields
 */
record Line(
    LogLevel level,
    String logger,
    String message,
    @Nullable Source source,
    Ids ids,
    @Nullable Map<String, @Nullable Object> fields) {

  /** Module, function and line number in the source code. */
  record Source(@Nullable String module, @Nullable String function, @Nullable Long line) {}

  /** Ids of the request, the user and the debate. */
  record Ids(@Nullable String requestId, @Nullable String userId, @Nullable String debateId) {

    static Ids ofDebate(@Nullable String debateId) {
      return new Ids(null, null, debateId);
    }
  }
}
