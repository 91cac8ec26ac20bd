package org.aragora.telemetry.processor.serve.parts;

import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;

/**
 * The value that one input task has counted for a series, from an event on until it was retired.
 *
 * @param incarnation see {@link MetricsKey.Partial}
 * @param nextOffset first offset of the input partition that is not in the value
 * @param value never changes
 * @param flags those of {@link PartialValue}, and {@link #DELETED}
 */
public record Part(
    InputPartition task, long incarnation, long nextOffset, Aggregate value, int flags) {
  /** Its record is deleted; its value counts until the end of the series is read. */
  private static final int DELETED = 1 << 8;

  public boolean startsAtValue() {
    return (flags & PartialValue.STARTS_AT_VALUE) != 0;
  }

  /** Returns true if its task no longer counts into it. */
  boolean isRetired() {
    return (flags & PartialValue.RETIRED) != 0;
  }

  public boolean isOverLimit() {
    return (flags & PartialValue.OVER_LIMIT) != 0;
  }

  /**
   * Returns true if the value of another part is in this one. The owner merges retired parts of one
   * task into the first of them; each began before the last of them was retired.
   */
  boolean contains(Part other) {
    return isRetired()
        && other.isRetired()
        && incarnation < other.incarnation
        && other.incarnation < nextOffset
        && task.equals(other.task);
  }

  boolean isDeleted() {
    return (flags & DELETED) != 0;
  }

  Part deleted() {
    return new Part(task, incarnation, nextOffset, value, flags | DELETED);
  }

  boolean has(MetricsKey.Partial key) {
    return incarnation == key.incarnation() && task.equals(key.task());
  }
}
