package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.zip.CRC32;
import org.aragora.telemetry.exporter.core.Conversion;
import org.aragora.telemetry.exporter.core.DebateLog;
import org.aragora.telemetry.exporter.core.EventConverter;
import org.aragora.telemetry.exporter.core.TraceContext;
import org.aragora.telemetry.exporter.core.TraceIds;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;

/** Events to lines with the time, the labels and the trace that are the event's own. */
final class LogConverter extends EventConverter<LogEntry> {

  private static final int MAX_LABEL_CHARS = 128;
  private static final int ENTRY_BYTES = 200;

  private final LogLevel lowest;
  private final LineWriter writer;
  private final TraceIds ids = new TraceIds();

  LogConverter(
      EventCodec codec, String topicPrefix, Duration lookback, LogLevel lowest, LineWriter writer) {
    super(codec, topicPrefix, lookback);
    this.lowest = lowest;
    this.writer = writer;
  }

  @Override
  protected Conversion<LogEntry> convert(
      Event event, String topic, int valueBytes, Instant time, DebateLog.@Nullable Start start) {
    Line line = DomainLines.of(event, start);
    if (line == null) {
      return new Conversion.Skip<>("other_type");
    }
    if (line.level().compareTo(lowest) < 0) {
      return new Conversion.Skip<>("below_level");
    }
    String traceId = TraceContext.traceId(event, ids);
    String requestId = clean(line.requestId());
    String userId = clean(line.userId());
    LogEntry entry =
        new LogEntry(
            new LogEntry.Stream(line.level().name(), label(event.instanceId()), topic),
            nanos(event, time),
            traceId,
            requestId,
            userId,
            () -> writer.write(line, time, traceId, requestId, userId));
    return new Conversion.Export<>(entry, 1, ENTRY_BYTES + valueBytes, start);
  }

  /** Microseconds are the event's; what is below them tells apart events of one microsecond. */
  private static long nanos(Event event, Instant time) {
    long micros =
        Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
    CRC32 own = new CRC32();
    own.update(event.source().getBytes(UTF_8));
    own.update('\n');
    own.update(event.id().getBytes(UTF_8));
    return micros * 1000 + own.getValue() % 1000;
  }

  private @Nullable String clean(@Nullable String value) {
    return value == null || value.isEmpty() ? null : writer.name(value);
  }

  private static String label(String value) {
    return value.length() <= MAX_LABEL_CHARS ? value : value.substring(0, MAX_LABEL_CHARS);
  }
}
