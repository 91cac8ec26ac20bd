package org.aragora.telemetry.doctor.stack;

import org.jspecify.annotations.Nullable;

/**
 * Memoized answer, or its absence, for several lines of the checklist. Safe for use by several
 * threads, which wait for the first.
 */
public final class Memoized<T> {

  /** Source of the answer. */
  public interface Source<T> {
    public T get() throws NoAnswerException, InterruptedException;
  }

  private final Source<T> source;
  private @Nullable T answer;
  private @Nullable NoAnswerException failure;

  public Memoized(Source<T> source) {
    this.source = source;
  }

  public synchronized T get() throws NoAnswerException, InterruptedException {
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
