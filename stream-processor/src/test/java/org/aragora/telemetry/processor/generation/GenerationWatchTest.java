package org.aragora.telemetry.processor.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.topics.TopicLog;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationRecord;
import org.junit.jupiter.api.Test;

class GenerationWatchTest {
  private static final TopicPartition TOPIC = new TopicPartition("aragora.generations", 0);
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
  private final GenerationWatch watch;
  private long nanos;
  private long end;

  GenerationWatchTest() {
    kafka.updateBeginningOffsets(Map.of(TOPIC, 0L));
    kafka.updateEndOffsets(Map.of(TOPIC, 0L));
    watch = new GenerationWatch(new TopicLog(kafka, TOPIC.topic()), () -> nanos);
  }

  private void promote(int number) {
    GenerationRecord record = new GenerationRecord.Current(new Generation(number), 0);
    kafka.addRecord(new ConsumerRecord<>(TOPIC.topic(), 0, end++, record.key(), record.value()));
    kafka.updateEndOffsets(Map.of(TOPIC, end));
  }

  @Test
  void theLastPromotionHolds() {
    assertThat(watch.refresh().current()).isEqualTo(Generation.FIRST);
    promote(2);
    promote(1);
    assertThat(watch.refresh().current()).isEqualTo(new Generation(1));
  }

  @Test
  void recordsThatNobodyOfOursHasWrittenChangeNothing() {
    promote(2);
    for (byte[] key : new byte[][] {null, {}, new byte[7], {1, 1, 0}, {1, 3}, {1, 2}}) {
      kafka.addRecord(new ConsumerRecord<>(TOPIC.topic(), 0, end++, key, new byte[7]));
    }
    byte[] own = new GenerationRecord.Current(Generation.FIRST, 0).key();
    kafka.addRecord(new ConsumerRecord<>(TOPIC.topic(), 0, end++, own, null));
    kafka.updateEndOffsets(Map.of(TOPIC, end));
    assertThat(watch.refresh().current()).isEqualTo(new Generation(2));
  }

  @Test
  void anAnswerIsCertainForAWhileAndNoAnswerIsNot() {
    assertThat(watch.isFresh(TEN_SECONDS)).isFalse();
    watch.refresh();
    nanos = TEN_SECONDS.toNanos() - 1;
    assertThat(watch.isFresh(TEN_SECONDS)).isTrue();
    kafka.setOffsetsException(new KafkaException("not there"));
    nanos++;
    assertThatThrownBy(watch::refresh).isInstanceOf(KafkaException.class);
    assertThat(watch.isFresh(TEN_SECONDS)).isFalse();
    watch.refresh();
    assertThat(watch.isFresh(TEN_SECONDS)).isTrue();
  }

  @Test
  void anAnswerIsAsOldAsItsQuestion() {
    kafka.schedulePollTask(() -> nanos = TEN_SECONDS.toNanos());
    promote(1);
    watch.refresh();
    assertThat(watch.isFresh(TEN_SECONDS)).isFalse();
  }
}
