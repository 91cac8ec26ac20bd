package org.aragora.telemetry.exporter.partition;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * High watermarks of partitions. The consumer knows the last stable offset alone, so records behind
 * an open transaction look to it as if they were not there. Never waits for an answer. For one
 * thread.
 */
public final class HighWatermarks implements AutoCloseable {
  private final Admin admin;
  private KafkaFuture<Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo>> asked =
      KafkaFuture.completedFuture(Map.of());
  private Map<TopicPartition, Long> last = Map.of();

  /** {@code admin}: closed with this. */
  public HighWatermarks(Admin admin) {
    this.admin = admin;
  }

  /** Asks the brokers once more and returns their last answer. */
  Map<TopicPartition, Long> refresh(Set<TopicPartition> partitions) {
    if (asked.isDone()) {
      if (!asked.isCompletedExceptionally()) {
        Map<TopicPartition, Long> answer = new HashMap<>();
        asked.getNow(Map.of()).forEach((partition, found) -> answer.put(partition, found.offset()));
        last = answer;
      }
      Map<TopicPartition, OffsetSpec> request = new HashMap<>();
      partitions.forEach(partition -> request.put(partition, OffsetSpec.latest()));
      asked = admin.listOffsets(request).all();
    }
    return last;
  }

  @Override
  public void close() {
    admin.close(java.time.Duration.ZERO);
  }
}
