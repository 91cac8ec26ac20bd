package org.aragora.telemetry.doctor;

import org.jspecify.annotations.Nullable;

/**
 * What several lines need and one of them gets: the answer, or that there was none, is kept for the
 * others. Safe for use by several threads, which wait for the first.
 */
final class Once<T> {

  /** Where it comes from. */
  interface Source<T> {
    T get() throws NoAnswerException, InterruptedException;
  }

  private final Source<T> source;
  private @Nullable T answer;
  private @Nullable NoAnswerException failure;

  Once(Source<T> source) {
    this.source = source;
  }

  synchronized T get() throws NoAnswerException, InterruptedException {
    if (failure != null) {
      throw failure;
    }
    T known = answer;
    if (known == null) {
      try {
        known = source.get();
        answer = known;
      } catch (NoAnswerException e) {
        failure = e;
        throw e;
      }
    }
    return known;
  }
}
