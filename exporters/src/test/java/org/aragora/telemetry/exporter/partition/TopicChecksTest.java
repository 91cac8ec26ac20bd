package org.aragora.telemetry.exporter.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.junit.jupiter.api.Test;

/** Looks at topics: ends, ids, and what retention removed. */
class TopicChecksTest {

  private static final TopicPartition P0 = new TopicPartition("aragora.requests", 0);
  private static final TopicPartition P1 = new TopicPartition("aragora.requests", 1);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExporterMetrics metrics =
      new ExporterMetrics("logs", List.of("aragora.requests"), registry, Clock.systemUTC());

  private double expired() {
    return registry.scrape(name -> name.contains("expired_records")).stream()
        .flatMap(metric -> ((CounterSnapshot) metric).getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private final List<Set<TopicPartition>> looks = new ArrayList<>();
  private boolean away;

  private MockConsumer<byte[], byte[]> consumer() {
    MockConsumer<byte[], byte[]> consumer =
        new MockConsumer<>("earliest") {
          @Override
          public synchronized Map<TopicPartition, Long> beginningOffsets(
              Collection<TopicPartition> partitions, Duration timeout) {
            looks.add(Set.copyOf(partitions));
            if (away) {
              throw new TimeoutException("no broker");
            }
            return super.beginningOffsets(partitions, timeout);
          }
        };
    consumer.assign(List.of(P0, P1));
    consumer.updateBeginningOffsets(Map.of(P0, 10L, P1, 10L));
    return consumer;
  }

  @Test
  void whatRetentionRemovedBeforeItWasExportedIsCountedOnce() {
    MockConsumer<byte[], byte[]> consumer = consumer();
    consumer.commitSync(Map.of(P0, new OffsetAndMetadata(4), P1, new OffsetAndMetadata(10)));
    RetentionLossCheck check = new RetentionLossCheck(consumer, metrics);
    check.onAssigned(P0);
    check.onAssigned(P1);
    check.check();
    check.check();
    assertThat(expired()).isEqualTo(6);
    assertThat(looks).containsExactly(Set.of(P0, P1));
  }

  @Test
  void aPartitionWithoutACommitOrRevokedBeforeTheLookIsNotCounted() {
    MockConsumer<byte[], byte[]> consumer = consumer();
    consumer.commitSync(Map.of(P0, new OffsetAndMetadata(4)));
    RetentionLossCheck check = new RetentionLossCheck(consumer, metrics);
    check.onAssigned(P0);
    check.onAssigned(P1);
    check.onRevoked(List.of(P0));
    check.check();
    assertThat(expired()).isZero();
    assertThat(looks).containsExactly(Set.of(P1));
  }

  @Test
  void aBrokerThatIsAwayEndsTheLookAlone() {
    MockConsumer<byte[], byte[]> consumer = consumer();
    away = true;
    RetentionLossCheck check = new RetentionLossCheck(consumer, metrics);
    check.onAssigned(P0);
    check.check();
    assertThat(expired()).isZero();
  }

  @Test
  void aTopicWithAnotherIdIsReportedOnce() {
    Uuid first = Uuid.randomUuid();
    Uuid second = Uuid.randomUuid();
    List<CompletableFuture<Map<String, Uuid>>> answers = new ArrayList<>();
    RecreatedTopics topics =
        new RecreatedTopics(
            asked -> {
              assertThat(asked).containsExactly("t");
              answers.add(new CompletableFuture<>());
              return answers.get(answers.size() - 1);
            });
    assertThat(topics.look(List.of("t"))).isEmpty();
    assertThat(topics.look(List.of("t"))).isEmpty();
    assertThat(answers).as("one question at a time").hasSize(1);
    answers.get(0).complete(Map.of("t", first));
    assertThat(topics.look(List.of("t"))).isEmpty();
    answers.get(1).complete(Map.of());
    assertThat(topics.look(List.of("t"))).as("deleted").isEmpty();
    answers.get(2).completeExceptionally(new TimeoutException("no broker"));
    assertThat(topics.look(List.of("t"))).isEmpty();
    answers.get(3).complete(Map.of("t", second));
    assertThat(topics.look(List.of("t"))).containsExactly("t");
    answers.get(4).complete(Map.of("t", second));
    assertThat(topics.look(List.of("t"))).isEmpty();
  }

  @Test
  void endsAreThoseOfTheLastAnswer() {
    List<CompletableFuture<Map<TopicPartition, EndOffsets.End>>> answers = new ArrayList<>();
    List<String> closed = new ArrayList<>();
    EndOffsets ends =
        new EndOffsets(
            partitions -> {
              answers.add(new CompletableFuture<>());
              return answers.get(answers.size() - 1);
            },
            () -> closed.add("closed"));
    assertThat(ends.refresh(Set.of(P0))).isEmpty();
    assertThat(ends.refresh(Set.of(P0))).isEmpty();
    assertThat(answers).hasSize(1);
    Map<TopicPartition, EndOffsets.End> first = Map.of(P0, new EndOffsets.End(3, 5));
    answers.get(0).complete(first);
    assertThat(ends.refresh(Set.of(P0))).isEqualTo(first);
    answers.get(1).completeExceptionally(new TimeoutException("no broker"));
    assertThat(ends.refresh(Set.of(P0))).isEqualTo(first);
    assertThat(first.get(P0).heldBack()).isEqualTo(2);
    assertThat(new EndOffsets.End(5, 3).heldBack()).isZero();
    ends.close();
    assertThat(closed).hasSize(1);
  }
}
