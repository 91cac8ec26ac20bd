package org.aragora.telemetry.exporter.backend;

import org.jspecify.annotations.Nullable;

/**
 * Result of converting one record.
 *
 * @param <P> payload of one record
 */
public sealed interface Conversion<P> {

  /**
   * A payload to send.
   *
   * @param payload unit that the backend receives, never divided
   * @param items number of spans or lines in it
   * @param bytes approximate size in memory and on the wire
   * @param start start of the debate, if the payload contains data of it
   */
  record Export<P>(P payload, int items, int bytes, @Nullable DebateStart start)
      implements Conversion<P> {}

  /**
   * Nothing to send.
   *
   * @param reason bounded label: {@code invalid}, {@code unsampled}, {@code below_level}, {@code
   *     other_type}, {@code already_ended}, {@code other_exporter}
   */
  record Skip<P>(String reason) implements Conversion<P> {}

  /**
   * A defect of the exporter: the record becomes a dead letter.
   *
   * @param start as in {@link Export}, for a redrive to a corrected exporter
   */
  record Failed<P>(RuntimeException defect, @Nullable DebateStart start) implements Conversion<P> {}
}
