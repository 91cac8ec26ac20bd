package org.aragora.telemetry.processor.page;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.aragora.telemetry.chassis.http.Health;

/**
 * Everything that the page shows of one process. A figure that the process does not serve is empty,
 * not 0.
 *
 * @param timeMs when it was collected
 * @param appendedRecords number of records that were ever appended to the input topics
 */
record PageFigures(
    long timeMs,
    Service service,
    Serving serving,
    Traffic traffic,
    List<Topic> topics,
    OptionalLong appendedRecords) {

  /**
   * The process and its state.
   *
   * @param state of Kafka Streams
   * @param generation -1 while no pipeline runs
   */
  record Service(
      ProcessorPage.Identity identity, int generation, String state, Health live, Health ready) {}

  /**
   * Partitions of the metrics topic.
   *
   * @param served by this process at this moment
   * @param all number of them
   * @param balanced if all ledgers balance; empty if this process does not serve the ledgers
   */
  record Serving(List<Integer> served, int all, Optional<Boolean> balanced) {
    Serving {
      served = List.copyOf(served);
    }

    boolean isWhole() {
      return all > 0 && served.size() == all;
    }
  }

  /**
   * The figures of Aragora, cumulative.
   *
   * @param bounds upper bounds of the buckets of request latency, the last one infinite
   * @param buckets cumulative counts of these buckets
   */
  record Traffic(
      OptionalDouble requests,
      OptionalDouble serverErrors,
      List<Endpoint> endpoints,
      List<Double> bounds,
      List<Double> buckets,
      Gauges gauges) {}

  /** Requests of one endpoint, and those of them that were answered with 5xx. */
  record Endpoint(String name, double requests, double serverErrors) {}

  /** Other figures of Aragora. */
  record Gauges(
      OptionalDouble activeDebates,
      OptionalDouble webSocketConnections,
      OptionalDouble agentCalls,
      OptionalDouble instancesUp,
      OptionalDouble instancesSilent,
      OptionalDouble producerDrops) {}

  /** The ledger of one topic and its lag. */
  record Topic(
      String name,
      double counted,
      double duplicate,
      double deadLettered,
      double late,
      double missing,
      OptionalDouble completeUntilSeconds,
      OptionalDouble lagSeconds,
      OptionalDouble lagRecords,
      OptionalDouble unstableRecords) {
    double read() {
      return counted + duplicate + deadLettered;
    }
  }
}
