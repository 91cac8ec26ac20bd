package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.zip.CRC32;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.EventConverter;
import org.aragora.telemetry.exporter.backend.EventRecord;
import org.aragora.telemetry.exporter.trace.SpanIdentity;
import org.aragora.telemetry.exporter.trace.TraceIds;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;

/** Converts events to lines; time, labels and trace are functions of the event. */
final class LogConverter extends EventConverter<LogEntry> {

  private static final int MAX_LABEL_CHARS = 128;
  private static final int ENTRY_BYTES = 200;

  private final LogLevel lowest;
  private final LineWriter writer;
  private final TraceIds ids = new TraceIds();

  LogConverter(String topicPrefix, Duration lookback, LogLevel lowest, LineWriter writer) {
    super(topicPrefix, lookback);
    this.lowest = lowest;
    this.writer = writer;
  }

  @Override
  protected Conversion<LogEntry> convert(EventRecord record) {
    Line line = DomainLines.of(record);
    if (line == null) {
      return new Conversion.Skip<>("other_type");
    }
    if (line.level().compareTo(lowest) < 0) {
      return new Conversion.Skip<>("below_level");
    }
    Event event = record.event();
    LogEntry.Metadata metadata =
        new LogEntry.Metadata(
            SpanIdentity.traceId(event, ids),
            clean(line.ids().requestId()),
            clean(line.ids().userId()));
    LogEntry entry =
        new LogEntry(
            new LogEntry.Stream(line.level().name(), label(event.instanceId()), record.topic()),
            nanos(event, record.time()),
            metadata,
            new LogEntry.Text(() -> writer.write(line, record.time(), metadata)));
    return new Conversion.Export<>(entry, 1, ENTRY_BYTES + record.valueBytes(), record.start());
  }

  /** Microseconds of the event; the digits below distinguish events of one microsecond. */
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
