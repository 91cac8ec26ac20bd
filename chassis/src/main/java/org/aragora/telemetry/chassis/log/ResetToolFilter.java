package org.aragora.telemetry.chassis.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Denies what Kafka Streams logs to advise its reset tool, which would delete what was counted. The
 * service logs the cause with another remedy.
 */
final class ResetToolFilter extends TurboFilter {
  private static final String TOOL = "StreamsResetter";

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] arguments,
      @Nullable Throwable failure) {
    if (!level.isGreaterOrEqual(Level.WARN)) {
      return FilterReply.NEUTRAL;
    }
    boolean advises = format != null && format.contains(TOOL);
    for (Throwable cause = failure; cause != null && !advises; cause = cause.getCause()) {
      advises = String.valueOf(cause.getMessage()).contains(TOOL);
    }
    return advises ? FilterReply.DENY : FilterReply.NEUTRAL;
  }
}
