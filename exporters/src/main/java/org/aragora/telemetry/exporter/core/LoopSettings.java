package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.List;

/**
 * Bounds of one loop.
 *
 * @param exporter {@code spans} or {@code logs}: the metrics' label and the dead letters' header
 * @param topics full names of the topics to read
 * @param redriveTopic the one of them that has what was refused before and is sent back
 * @param batchRecords records in a batch at most
 * @param batchBytes bytes in a batch at most, but for a single record
 * @param batchAge how long a batch waits to fill
 * @param inFlight batches that wait for an answer, or for their next attempt, at most
 * @param bufferBytes bytes read and not yet safe at most, beyond one poll
 * @param unacknowledgedRecords records per partition read and not yet safe at most, beyond one poll
 * @param retryBase first pause after a transient answer
 * @param retryMax longest pause, unless the backend asks for a longer one
 * @param answerTimeout after which a batch without an answer is sent again
 * @param commitInterval between two commits
 * @param rebalanceWait how long a partition that is taken away waits for its answers
 * @param drain how long a stopping exporter waits for answers
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
