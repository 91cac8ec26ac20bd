package org.aragora.telemetry.exporter.partition;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Ends of partitions. A consumer sees the last stable offset alone, and that of a paused partition
 * only as of its last fetch. Never waits for an answer. For one thread.
 */
public final class EndOffsets implements AutoCloseable {
  private final Function<Set<TopicPartition>, CompletableFuture<Map<TopicPartition, End>>> broker;
  private final Runnable close;
  private CompletableFuture<Map<TopicPartition, End>> asked =
      CompletableFuture.completedFuture(Map.of());
  private Map<TopicPartition, End> last = Map.of();

  /**
   * End of a partition.
   *
   * @param stable the last stable offset
   * @param high the high watermark, asked for before the last stable offset: what is appended
   *     between the two answers must not look held back
   */
  public record End(long stable, long high) {
    /** Offsets behind the first open transaction. */
    long heldBack() {
      return Math.max(0, high - stable);
    }
  }

  /**
   * Creates it with a source of answers.
   *
   * @param broker asks for the ends of partitions
   * @param close ends the source
   */
  public EndOffsets(
      Function<Set<TopicPartition>, CompletableFuture<Map<TopicPartition, End>>> broker,
      Runnable close) {
    this.broker = broker;
    this.close = close;
  }

  /** {@code admin}: closed with it. */
  public static EndOffsets of(Admin admin) {
    return new EndOffsets(partitions -> ask(admin, partitions), () -> admin.close(Duration.ZERO));
  }

  private static CompletableFuture<Map<TopicPartition, End>> ask(
      Admin admin, Set<TopicPartition> partitions) {
    return ask(admin, partitions, IsolationLevel.READ_UNCOMMITTED)
        .thenCompose(
            high ->
                ask(admin, partitions, IsolationLevel.READ_COMMITTED)
                    .thenApply(stable -> ends(high, stable)));
  }

  private static Map<TopicPartition, End> ends(
      Map<TopicPartition, Long> high, Map<TopicPartition, Long> stable) {
    Map<TopicPartition, End> ends = new HashMap<>();
    stable.forEach(
        (partition, offset) ->
            ends.put(partition, new End(offset, high.getOrDefault(partition, offset))));
    return ends;
  }

  private static CompletableFuture<Map<TopicPartition, Long>> ask(
      Admin admin, Set<TopicPartition> partitions, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, OffsetSpec.latest()));
    return admin
        .listOffsets(request, new ListOffsetsOptions(isolation))
        .all()
        .toCompletionStage()
        .toCompletableFuture()
        .thenApply(
            found -> {
              Map<TopicPartition, Long> answer = new HashMap<>();
              found.forEach((partition, offset) -> answer.put(partition, offset.offset()));
              return answer;
            });
  }

  /** Asks once more, unless an answer is under way, and returns the last answer. */
  Map<TopicPartition, End> refresh(Set<TopicPartition> partitions) {
    if (asked.isDone()) {
      if (!asked.isCompletedExceptionally()) {
        last = asked.join();
      }
      asked = broker.apply(partitions);
    }
    return last;
  }

  @Override
  public void close() {
    close.run();
  }
}
