package org.aragora.telemetry.counting.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesProbe;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/** The changes that one kind of event makes to the series of one metric. Not thread-safe. */
final class Rule<T, A extends Aggregate> {
  private static final int MAX_LABEL_CHARS = 128;

  private final MetricDescriptor metric;
  private final Class<A> kind;
  private final Class<T> data;
  private final List<BiFunction<T, CountedEvent, String>> labels;
  private final Predicate<T> applies;
  private final Change<A, T> change;
  private final Applied applied;

  private Rule(Draft<T, A> draft, MetricDescriptor metric, Change<A, T> change) {
    this.metric = metric;
    this.kind = draft.metric.kind();
    this.data = draft.data;
    this.labels = List.copyOf(draft.getters);
    this.applies = draft.applies;
    this.change = change;
    this.applied = new Applied();
  }

  /** The type of an event's data, or of a change in the life of a debate. */
  Class<T> data() {
    return data;
  }

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

    /** Adds the label {@code instance_id}. {@code instances}: by source. */
    Draft<T, A> instance(Memo instances) {
      names.add("instance_id");
      getters.add((of, event) -> instances.of(event.event().source()));
      return this;
    }

    /** Leaves out the events that do not match. */
    Draft<T, A> when(Predicate<T> matches) {
      applies = matches;
      return this;
    }

    /** Completes the rule. */
    Metric<A> change(Change<A, T> change) {
      return metric.rule(names, descriptor -> new Rule<>(this, descriptor, change));
    }

    /** Completes the rule. An event without the amount changes nothing. */
    Metric<A> ifPresent(Function<T, @Nullable Long> amount, Change.OfAmount<A> change) {
      return when(of -> amount.apply(of) != null)
          .change(
              (value, of, event) -> {
                Long present = amount.apply(of);
                if (present != null) {
                  change.apply(value, present, event);
                }
              });
    }
  }

  void measure(Object eventData, CountedEvent event, Consumer<Measurement> to) {
    T of = data.cast(eventData);
    if (applies.test(of)) {
      applied.set(of, event);
      to.accept(applied);
    }
  }

  /** The rule and the event that it applies to now. */
  private final class Applied implements Measurement {
    private final SeriesProbe series = new SeriesProbe(metric.name(), metric.labels().size());
    private @Nullable T of;
    private @Nullable CountedEvent event;

    private void set(T newData, CountedEvent newEvent) {
      of = newData;
      event = newEvent;
      for (int i = 0; i < labels.size(); i++) {
        series.set(i, Unicode.cut(labels.get(i).apply(newData, newEvent), MAX_LABEL_CHARS));
      }
    }

    @Override
    public MetricDescriptor metric() {
      return metric;
    }

    @Override
    public SeriesProbe series() {
      return series;
    }

    @Override
    public CountedEvent event() {
      return Objects.requireNonNull(event);
    }

    @Override
    public void applyTo(Aggregate value) {
      change.apply(kind.cast(value), Objects.requireNonNull(of), event());
    }
  }
}
