package org.aragora.telemetry.replay.output;

import java.math.BigDecimal;
import org.aragora.telemetry.counting.value.ExactSum;

/** Exact decimal texts. */
final class Numbers {
  private Numbers() {}

  /** A sum divided by a power of ten, every digit of it. */
  static String text(ExactSum sum, long unitsPerOne) {
    int scale = Long.toString(unitsPerOne).length() - 1;
    BigDecimal value = new BigDecimal(sum.toBigInteger(), scale).stripTrailingZeros();
    return value.signum() == 0 ? "0" : value.toPlainString();
  }
}
