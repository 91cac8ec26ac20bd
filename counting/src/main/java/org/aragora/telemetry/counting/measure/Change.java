package org.aragora.telemetry.counting.measure;

import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.Exemplar;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;

/** The change that events of one kind make to the value of a series. */
interface Change<A extends Aggregate, T> {
  void apply(A value, T data, CountedEvent event);

  /** The change that an amount makes. */
  interface OfAmount<A extends Aggregate> {
    void apply(A value, long amount, CountedEvent event);
  }

  /** Adds 1. */
  static <T> Change<SumAggregate, T> count() {
    return (sum, data, event) -> sum.add(1);
  }

  /** Adds 1 if the event matches, else 0: the series exists from the first event on. */
  static <T> Change<SumAggregate, T> countIf(Predicate<T> matches) {
    return (sum, data, event) -> sum.add(matches.test(data) ? 1 : 0);
  }

  /** Adds an amount. */
  static <T> Change<SumAggregate, T> add(ToLongFunction<T> amount) {
    return (sum, data, event) -> sum.add(amount.applyAsLong(data));
  }

  /** Counts a value in its bucket. {@code units}: nanoseconds if the metric is of seconds. */
  static <T> Change<HistogramAggregate, T> observe(ToLongFunction<T> units) {
    return (histogram, data, event) -> observe(histogram, units.applyAsLong(data), event);
  }

  /** Counts a value in its bucket, whose exemplar the event's trace becomes if it is later. */
  static void observe(HistogramAggregate histogram, long units, CountedEvent event) {
    int bucket = histogram.observe(units);
    if (histogram.takesExemplar(bucket, event.timeNanos())) {
      String traceparent = event.event().trace().sampledTraceparent();
      if (traceparent != null) {
        histogram.offer(bucket, Exemplar.of(traceparent, event.timeNanos(), units));
      }
    }
  }

  /** Sets a value that an event with a later event time replaces. */
  static <T> Change<LatestAggregate, T> latest(ToDoubleFunction<T> value) {
    return (latest, data, event) -> latest.offer(event.order(), value.applyAsDouble(data));
  }

  /** Counts an event in the denominator, and in the numerator if it matches. */
  static <T> Change<RatioAggregate, T> share(Predicate<T> matches) {
    return (ratio, data, event) -> {
      ratio.add(Times.minute(event.timeNanos()), matches.test(data));
      ratio.forgetBefore(Times.minute(event.partitionTimeNanos()));
    };
  }
}
