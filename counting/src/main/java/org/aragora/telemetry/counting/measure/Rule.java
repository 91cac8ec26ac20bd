package org.aragora.telemetry.counting.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * The changes that one kind of event makes to the series of one metric. Immutable.
 *
 * @param kind the type of the metric's values
 * @param data an event's data, or a change in the life of a debate
 * @param labels a getter for each label of the metric
 * @param applies if an event changes anything
 */
record Rule<T, A extends Aggregate>(
    MetricDescriptor metric,
    Class<A> kind,
    Class<T> data,
    List<BiFunction<T, CountedEvent, String>> labels,
    Predicate<T> applies,
    Change<A, T> change) {
  private static final int MAX_LABEL_CHARS = 128;

  /** A rule that is being written down. */
  static final class Draft<T, A extends Aggregate> {
    private final Metric<A> metric;
    private final Class<T> data;
    private final List<String> names = new ArrayList<>();
    private final List<BiFunction<T, CountedEvent, String>> getters = new ArrayList<>();
    private Predicate<T> applies = of -> true;

    Draft(Metric<A> metric, Class<T> data) {
      this.metric = metric;
      this.data = data;
    }

    /** Adds a label that is taken from the event's data. */
    Draft<T, A> label(String name, Function<T, String> getter) {
      names.add(name);
      getters.add((of, event) -> getter.apply(of));
      return this;
    }

    /** Adds the label {@code instance_id}. */
    Draft<T, A> instance() {
      names.add("instance_id");
      getters.add((of, event) -> event.event().instanceId());
      return this;
    }

    /** Leaves out the events that do not match. */
    Draft<T, A> when(Predicate<T> matches) {
      applies = matches;
      return this;
    }

    /** Completes the rule. */
    Metric<A> change(Change<A, T> change) {
      return metric.rule(
          names,
          descriptor ->
              new Rule<>(descriptor, metric.kind(), data, List.copyOf(getters), applies, change));
    }

    /** Completes the rule. An event without the amount changes nothing. */
    Metric<A> ifPresent(Function<T, @Nullable Long> amount, ObjLongConsumer<A> change) {
      return when(of -> amount.apply(of) != null)
          .change(
              (value, of, event) -> {
                Long present = amount.apply(of);
                if (present != null) {
                  change.accept(value, present);
                }
              });
    }
  }

  /** A rule and an event that it applies to. */
  private record Applied<T, A extends Aggregate>(
      Rule<T, A> rule, List<String> labelValues, T data, CountedEvent event)
      implements Measurement {
    @Override
    public MetricDescriptor metric() {
      return rule.metric;
    }

    @Override
    public void applyTo(Aggregate value) {
      rule.change.apply(rule.kind.cast(value), data, event);
    }
  }

  void measure(Object eventData, CountedEvent event, Consumer<Measurement> to) {
    T of = data.cast(eventData);
    if (applies.test(of)) {
      to.accept(new Applied<>(this, labelValues(of, event), of, event));
    }
  }

  private List<String> labelValues(T of, CountedEvent event) {
    String[] values = new String[labels.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Unicode.cut(labels.get(i).apply(of, event), MAX_LABEL_CHARS);
    }
    return List.of(values);
  }
}
