package org.aragora.telemetry.exporter.core;

/**
 * What a record is to an exporter.
 *
 * @param <P> what one record becomes
 */
public sealed interface Conversion<P> {

  /**
   * Something to send.
   *
   * @param payload what the backend gets, never divided
   * @param bytes about how much memory and wire it takes
   */
  record Export<P>(P payload, int bytes) implements Conversion<P> {}

  /**
   * Nothing to send.
   *
   * @param reason bounded label: {@code invalid}, {@code unsampled}, {@code below_level}, {@code
   *     other_type}, {@code already_ended}
   */
  record Skip<P>(String reason) implements Conversion<P> {}
}
