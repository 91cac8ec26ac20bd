package org.aragora.telemetry.quickstart.load;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.aragora.telemetry.producer.stamp.EventContext;

/** Chance, ids and trace contexts of the sample. Not thread-safe. */
final class Dice {

  private final SplittableRandom random;
  private final Predicate<String> sampling;

  /** {@code sampling} decides by its id if a trace is sampled. */
  Dice(long seed, Predicate<String> sampling) {
    this.random = new SplittableRandom(seed);
    this.sampling = sampling;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  int between(int lowest, int highest) {
    return random.nextInt(lowest, highest + 1);
  }

  double number(double lowest, double beyond) {
    return random.nextDouble(lowest, beyond);
  }

  /** Draws a duration: {@code medianMs} mostly, and sometimes ten times that. */
  Duration around(double medianMs) {
    double gaussian = random.nextGaussian();
    return Duration.ofNanos((long) (medianMs * 1e6 * Math.exp(0.7 * gaussian)));
  }

  String hex(int digits) {
    StringBuilder text = new StringBuilder(digits);
    while (text.length() < digits) {
      text.append(Character.forDigit(random.nextInt(16), 16));
    }
    return text.toString();
  }

  String uuid() {
    return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12);
  }

  /** Context of an operation in a trace, under a span. */
  EventContext within(String traceId, String parentSpanId) {
    return new EventContext(traceparent(traceId, hex(16)), parentSpanId, null);
  }

  /** Context of an operation that begins a trace. */
  EventContext root() {
    return new EventContext(traceparent(hex(32), hex(16)), null, null);
  }

  String traceparent(String traceId, String spanId) {
    return "00-" + traceId + "-" + spanId + (sampling.test(traceId) ? "-01" : "-00");
  }
}
