package org.aragora.telemetry.exporter.partition;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * High watermarks of partitions. A consumer sees the last stable offset alone, so records behind
 * an open transaction look to it as if they were not there. Never waits for an answer. For one
 * thread.
 */
public final class HighWatermarks implements AutoCloseable {
  private final Function<Set<TopicPartition>, CompletableFuture<Map<TopicPartition, Long>>> broker;
  private final Runnable close;
  private CompletableFuture<Map<TopicPartition, Long>> asked =
      CompletableFuture.completedFuture(Map.of());
  private Map<TopicPartition, Long> last = Map.of();

  /**
   * Creates it with a source of answers.
   *
   * @param broker asks for the high watermarks of partitions
   * @param close ends the source
   */
  public HighWatermarks(
      Function<Set<TopicPartition>, CompletableFuture<Map<TopicPartition, Long>>> broker,
      Runnable close) {
    this.broker = broker;
    this.close = close;
  }

  /** {@code admin}: closed with it. */
  public static HighWatermarks of(Admin admin) {
    return new HighWatermarks(
        partitions -> ask(admin, partitions), () -> admin.close(Duration.ZERO));
  }

  private static CompletableFuture<Map<TopicPartition, Long>> ask(
      Admin admin, Set<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, OffsetSpec.latest()));
    return admin
        .listOffsets(request)
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
  Map<TopicPartition, Long> refresh(Set<TopicPartition> partitions) {
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
