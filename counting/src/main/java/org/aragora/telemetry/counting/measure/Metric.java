package org.aragora.telemetry.counting.measure;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.value.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * A metric while the catalog is written down: each {@link #on} begins a rule, whose labels and
 * change complete it. The first rule's labels are those of the metric.
 */
final class Metric<A extends Aggregate> {
  private final Class<A> kind;
  private final Function<String[], MetricDescriptor> withLabels;
  private final Consumer<MetricDescriptor> declare;
  private final Consumer<Rule<?, ?>> rules;
  private @Nullable MetricDescriptor descriptor;

  /**
   * Begins a metric.
   *
   * @param kind the type of its values
   * @param withLabels makes the descriptor when the labels are known
   * @param declare takes the descriptor
   * @param rules takes each rule
   */
  Metric(
      Class<A> kind,
      Function<String[], MetricDescriptor> withLabels,
      Consumer<MetricDescriptor> declare,
      Consumer<Rule<?, ?>> rules) {
    this.kind = kind;
    this.withLabels = withLabels;
    this.declare = declare;
    this.rules = rules;
  }

  /** Begins a rule. {@code data}: an event's data, or a change in the life of a debate. */
  <T> Rule.Draft<T, A> on(Class<T> data) {
    return new Rule.Draft<>(this, data);
  }

  /** Completes a rule. */
  Metric<A> rule(List<String> labels, Function<MetricDescriptor, Rule<?, ?>> rule) {
    if (descriptor == null) {
      descriptor = withLabels.apply(labels.toArray(new String[0]));
      declare.accept(descriptor);
    } else if (!descriptor.labels().equals(labels)) {
      throw new IllegalStateException(
          "%s has the labels %s and not %s"
              .formatted(descriptor.name(), descriptor.labels(), labels));
    }
    rules.accept(rule.apply(descriptor));
    return this;
  }

  Class<A> kind() {
    return kind;
  }
}
