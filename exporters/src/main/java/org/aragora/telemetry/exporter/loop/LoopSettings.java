package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.List;

/**
 * Topics and bounds of one loop.
 *
 * @param exporter {@code spans} or {@code logs}: the metrics' label and the dead letters' header
 * @param topics full names of the topics to read
 * @param redriveTopic the one of them that contains redriven dead letters
 * @param batchRecords records in a batch at most
 * @param batchBytes bytes in a batch at most, but for a single record
 * @param batchAge longest time that a batch waits to fill
 * @param inFlight batches that wait for an answer, or for their next attempt, at most
 * @param bufferBytes bytes read and not yet acknowledged at most, beyond one poll
 * @param unacknowledgedRecords records per partition read and not yet acknowledged at most, beyond
 *     one poll
 * @param retryBase first pause after a transient answer
 * @param retryMax longest pause, unless the backend asks for a longer one
 * @param answerTimeout after which a batch without an answer is sent again
 * @param commitInterval between two commits
 * @param rebalanceWait longest wait for the answers of a revoked partition
 * @param drain longest wait for answers when the exporter stops
 * @param progressTimeout without progress after which the exporter is not ready
 */
public record LoopSettings(
    String exporter,
    List<String> topics,
    String redriveTopic,
    int batchRecords,
    int batchBytes,
    Duration batchAge,
    int inFlight,
    long bufferBytes,
    int unacknowledgedRecords,
    Duration retryBase,
    Duration retryMax,
    Duration answerTimeout,
    Duration commitInterval,
    Duration rebalanceWait,
    Duration drain,
    Duration progressTimeout) {

  public LoopSettings {
    topics = List.copyOf(topics);
  }
}
