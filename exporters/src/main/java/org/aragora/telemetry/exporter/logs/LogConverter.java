package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.zip.CRC32;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.EventConverter;
import org.aragora.telemetry.exporter.backend.EventRecord;
import org.aragora.telemetry.exporter.backend.EventRules;
import org.aragora.telemetry.exporter.trace.SpanIdentity;
import org.aragora.telemetry.exporter.trace.TraceIds;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.jspecify.annotations.Nullable;

/** Converts events to lines; time, labels and trace are functions of the event. */
final class LogConverter extends EventConverter<LogEntry> {

  private static final int ENTRY_BYTES = 200;

  private final LogLevel lowest;
  private final LineWriter writer;
  private final InstanceLabels instances;
  private final TraceIds ids = new TraceIds();

  LogConverter(EventRules rules, LogLevel lowest, LineWriter writer, InstanceLabels instances) {
    super(rules);
    this.lowest = lowest;
    this.instances = instances;
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
    ConsumerRecord<byte[], byte[]> origin = record.origin();
    String instance = writer.redacted(Event.instanceId(writer.redacted(event.source())));
    LineWriter.Times times = new LineWriter.Times(record.time().instant(), record.skewedTime());
    LogEntry entry =
        new LogEntry(
            new LogEntry.Stream(
                line.level().name(),
                instances.of(instance, origin.timestamp()),
                origin.topic(),
                origin.partition()),
            nanos(event, times.line()),
            metadata,
            new LogEntry.Text(() -> writer.write(line, times, metadata)));
    int bytes = ENTRY_BYTES + origin.serializedValueSize();
    return new Conversion.Export<>(entry, 1, bytes, record.start());
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
}
