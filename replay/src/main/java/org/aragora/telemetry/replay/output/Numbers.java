package org.aragora.telemetry.replay.output;

import java.math.BigDecimal;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.ExactSum;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.RunMaximumAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.jspecify.annotations.Nullable;

/** Exact texts of values, and quoted texts of labels. */
final class Numbers {
  private Numbers() {}

  /** A sum divided by a power of ten, every digit of it. */
  static String text(ExactSum sum, long unitsPerOne) {
    int scale = Long.toString(unitsPerOne).length() - 1;
    BigDecimal value = new BigDecimal(sum.toBigInteger(), scale).stripTrailingZeros();
    return value.signum() == 0 ? "0" : value.toPlainString();
  }

  /** The value of an aggregate that is one number; null for others. */
  static @Nullable String single(Aggregate value) {
    if (value instanceof SumAggregate sum) {
      return sum.total().toString();
    }
    if (value instanceof LatestAggregate latest) {
      return String.valueOf(latest.value());
    }
    return value instanceof RunMaximumAggregate maximum ? maximum.total().toString() : null;
  }

  static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
