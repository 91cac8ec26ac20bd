package org.aragora.telemetry.exporter.core;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a record as it was read to what is to be sent: of an input topic by the converter, and of
 * the topic of what is sent back as the record that it was at first.
 */
final class Intake<P> {

  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private final Converter<P> converter;
  private final String exporter;
  private final String redriveTopic;

  Intake(Converter<P> converter, LoopSettings settings) {
    this.converter = converter;
    exporter = settings.exporter();
    redriveTopic = settings.redriveTopic();
  }

  /**
   * What became of a record.
   *
   * @param origin as it was read first: where it comes from to ids, times and dead letters
   */
  record Taken<P>(ConsumerRecord<byte[], byte[]> origin, Conversion<P> conversion) {}

  /** Never throws. */
  Taken<P> take(ConsumerRecord<byte[], byte[]> record) {
    Taken<P> taken =
        record.topic().equals(redriveTopic)
            ? sentBack(record)
            : new Taken<>(record, firstTime(record));
    if (taken.conversion() instanceof Conversion.Failed<P> failed) {
      LOG.error(
          "Record {}-{}@{} could not be converted, it becomes a dead letter.",
          taken.origin().topic(),
          taken.origin().partition(),
          taken.origin().offset(),
          failed.defect());
    }
    return taken;
  }

  private Conversion<P> firstTime(ConsumerRecord<byte[], byte[]> record) {
    try {
      return converter.convert(record);
    } catch (RuntimeException defect) {
      return new Conversion.Failed<>(defect, null);
    }
  }

  private Taken<P> sentBack(ConsumerRecord<byte[], byte[]> record) {
    Redriven redriven = Redriven.of(record);
    if (redriven == null) {
      LOG.warn(
          "Record {}-{}@{} has not the headers of a dead letter and is left out; bin/telemetry"
              + " redrive writes them.",
          record.topic(),
          record.partition(),
          record.offset());
      return new Taken<>(record, new Conversion.Skip<>("invalid"));
    }
    if (!redriven.exporter().equals(exporter)) {
      return new Taken<>(record, new Conversion.Skip<>("other_exporter"));
    }
    try {
      return new Taken<>(
          redriven.origin(), converter.convertAgain(redriven.origin(), redriven.start()));
    } catch (RuntimeException defect) {
      return new Taken<>(redriven.origin(), new Conversion.Failed<>(defect, redriven.start()));
    }
  }
}
