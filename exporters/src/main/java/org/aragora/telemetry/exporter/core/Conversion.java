package org.aragora.telemetry.exporter.core;

import org.jspecify.annotations.Nullable;

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
   * @param items how many spans or lines it is
   * @param bytes about how much memory and wire it takes
   * @param start what of the log before the record is in the payload: the start of a debate that
   *     ended; null without
   */
  record Export<P>(P payload, int items, int bytes, DebateLog.@Nullable Start start)
      implements Conversion<P> {}

  /**
   * Nothing to send.
   *
   * @param reason bounded label: {@code invalid}, {@code unsampled}, {@code below_level}, {@code
   *     other_type}, {@code already_ended}, {@code other_exporter}
   */
  record Skip<P>(String reason) implements Conversion<P> {}

  /**
   * A defect of ours: the record becomes a dead letter.
   *
   * @param defect what was thrown
   * @param start as in {@link Export}, so that a mended exporter can be given it
   */
  record Failed<P>(RuntimeException defect, DebateLog.@Nullable Start start)
      implements Conversion<P> {}
}
