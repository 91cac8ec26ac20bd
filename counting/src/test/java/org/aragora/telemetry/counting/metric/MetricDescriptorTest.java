package org.aragora.telemetry.counting.metric;

import static org.aragora.telemetry.counting.metric.MetricType.ADDITIVE_GAUGE;
import static org.aragora.telemetry.counting.metric.MetricType.COUNTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.counting.value.PartialValue;
import org.junit.jupiter.api.Test;

class MetricDescriptorTest {
  private static final MetricDescriptor METRIC =
      MetricDescriptor.of(COUNTER, "some_total", "Some.", "agent", "status");
  private static final MetricDescriptor HISTOGRAM =
      MetricDescriptor.secondsHistogram("some", "Some.", List.of(".5", "1"), "agent");

  @Test
  void theFingerprintDoesNotHangOnTheHelp() {
    assertThat(
            MetricDescriptor.of(COUNTER, "some_total", "Other.", "agent", "status").fingerprint())
        .isEqualTo(METRIC.fingerprint());
    assertThat(
            MetricDescriptor.secondsHistogram("some", "", List.of("0.50", "1.0"), "agent")
                .fingerprint())
        .isEqualTo(HISTOGRAM.fingerprint());
  }

  @Test
  void theFingerprintHangsOnNameTypeAndLabels() {
    assertThat(
            List.of(
                METRIC.fingerprint(),
                MetricDescriptor.of(COUNTER, "other_total", "Some.", "agent", "status")
                    .fingerprint(),
                MetricDescriptor.of(ADDITIVE_GAUGE, "some_total", "Some.", "agent", "status")
                    .fingerprint(),
                MetricDescriptor.of(COUNTER, "some_total", "Some.", "status", "agent")
                    .fingerprint(),
                MetricDescriptor.of(COUNTER, "some_total", "Some.", "agent").fingerprint(),
                MetricDescriptor.of(COUNTER, "some_total", "Some.").fingerprint()))
        .doesNotHaveDuplicates();
  }

  @Test
  void theFingerprintHangsOnBoundsAndUnit() {
    assertThat(
            List.of(
                HISTOGRAM.fingerprint(),
                MetricDescriptor.secondsHistogram("some", "Some.", List.of(".5", "2"), "agent")
                    .fingerprint(),
                MetricDescriptor.secondsHistogram("some", "Some.", List.of(".5"), "agent")
                    .fingerprint(),
                MetricDescriptor.countHistogram(
                        "some", "Some.", List.of("500000000", "1000000000"), "agent")
                    .fingerprint()))
        .doesNotHaveDuplicates();
  }

  @Test
  void boundsAreServedAsTheyWereWritten() {
    MetricDescriptor metric =
        MetricDescriptor.secondsHistogram("some", "Some.", List.of(".01", ".1", "2.5", "1800"));
    assertThat(metric.boundUnits())
        .containsExactly(10_000_000L, 100_000_000L, 2_500_000_000L, 1_800_000_000_000L);
    assertThat(List.of(metric.bound(0), metric.bound(1), metric.bound(2), metric.bound(3)))
        .containsExactly(0.01, 0.1, 2.5, 1800.0);
  }

  @Test
  void aStoredValueOfAnotherShapeIsRefused() {
    BinaryWriter out = new BinaryWriter();
    PartialValue.write(out, METRIC, 1, 2, 1, Aggregate.zero(METRIC));
    byte[] stored = out.toBytes();
    MetricDescriptor changed = MetricDescriptor.of(COUNTER, "some_total", "Some.", "agent");
    assertThatThrownBy(() -> PartialValue.fromBytes(stored).read(changed))
        .isInstanceOf(IncompatibleMetricException.class)
        .hasMessage(
            "the stored value of some_total was written under another type, labels or bounds than counter with labels [agent]");
  }

  @Test
  void labelsWithoutANaturalLimitAreFoldable() {
    assertThat(List.of("endpoint", "agent", "domain", "method", "instance_id"))
        .allMatch(MetricDescriptor::isFoldable);
    assertThat(List.of("status", "outcome", "level", "class", "direction"))
        .noneMatch(MetricDescriptor::isFoldable);
  }
}
