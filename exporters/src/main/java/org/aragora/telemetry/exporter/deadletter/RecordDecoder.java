package org.aragora.telemetry.exporter.deadletter;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes records: those of an input topic as they are, those of the redrive topic as the original
 * record.
 *
 * @param <P> payload of one record
 */
public final class RecordDecoder<P> {

  private static final Logger LOG = LoggerFactory.getLogger(RecordDecoder.class);

  private final Converter<P> converter;
  private final String exporter;
  private final String redriveTopic;

  public RecordDecoder(Converter<P> converter, String exporter, String redriveTopic) {
    this.converter = converter;
    this.exporter = exporter;
    this.redriveTopic = redriveTopic;
  }

  /**
   * A record with its conversion.
   *
   * @param origin the original record; ids, times and dead letters refer to it
   */
  public record DecodedRecord<P>(ConsumerRecord<byte[], byte[]> origin, Conversion<P> conversion) {}

  /** Decodes a record. Never throws: a defect becomes {@link Conversion.Failed}. */
  public DecodedRecord<P> decode(ConsumerRecord<byte[], byte[]> record) {
    DecodedRecord<P> decoded =
        record.topic().equals(redriveTopic) ? decodeRedriven(record) : decodeInput(record);
    if (decoded.conversion() instanceof Conversion.Failed<P> failed) {
      ConsumerRecord<byte[], byte[]> origin = decoded.origin();
      LOG.error(
          "Record {}-{}@{} could not be converted; it becomes a dead letter.",
          origin.topic(),
          origin.partition(),
          origin.offset(),
          failed.defect());
    }
    return decoded;
  }

  private DecodedRecord<P> decodeInput(ConsumerRecord<byte[], byte[]> record) {
    try {
      return new DecodedRecord<>(record, converter.convert(record));
    } catch (RuntimeException e) {
      return new DecodedRecord<>(record, new Conversion.Failed<>(e, null));
    }
  }

  private DecodedRecord<P> decodeRedriven(ConsumerRecord<byte[], byte[]> record) {
    RedrivenRecord redriven = RedrivenRecord.of(record);
    if (redriven == null) {
      LOG.warn(
          "Record {}-{}@{} has not the headers of a dead letter and is skipped; bin/telemetry"
              + " redrive writes them.",
          record.topic(),
          record.partition(),
          record.offset());
      return new DecodedRecord<>(record, new Conversion.Skip<>("invalid"));
    }
    if (!redriven.exporter().equals(exporter)) {
      return new DecodedRecord<>(record, new Conversion.Skip<>("other_exporter"));
    }
    ConsumerRecord<byte[], byte[]> origin = redriven.origin();
    try {
      return new DecodedRecord<>(origin, converter.convertAgain(origin, redriven.start()));
    } catch (RuntimeException e) {
      return new DecodedRecord<>(origin, new Conversion.Failed<>(e, redriven.start()));
    }
  }
}
