package org.aragora.telemetry.counting.value;

/** A metric's type, labels or bounds differ from those that live values were written under. */
public final class IncompatibleMetricException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public IncompatibleMetricException(String message) {
    super(message);
  }
}
