package org.aragora.telemetry.exporter.health;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Figures of an exporter at one moment, since its start.
 *
 * @param lagSeconds empty until it is measured
 * @param owned partitions that this process reads
 * @param parked records that wait for their next attempt
 * @param retried batches by cause
 * @param deadLettered records by reason
 * @param partitions those of which it has read records or that it owns, in order
 */
public record ExporterFigures(
    OptionalDouble lagSeconds,
    int owned,
    long inFlight,
    long parked,
    long acknowledgedItems,
    Map<String, Long> retried,
    Map<String, Long> deadLettered,
    List<Partition> partitions) {

  /**
   * Figures of one partition.
   *
   * @param lag records; 0 if another process owns it
   * @param heldBack records that an open transaction holds back
   */
  public record Partition(
      String topic,
      int partition,
      long lag,
      long heldBack,
      long exported,
      long skipped,
      long deadLettered) {}

  /** Records that are not exported yet. */
  public long lagRecords() {
    return partitions.stream().mapToLong(Partition::lag).sum();
  }
}
