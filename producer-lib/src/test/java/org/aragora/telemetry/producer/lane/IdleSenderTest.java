package org.aragora.telemetry.producer.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class IdleSenderTest {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** A queue in memory that records for how long its sender waits. */
  private static final class RecordingQueue implements EventQueue {
    private final EventQueue queue = MemoryQueue.create(10, 1000);
    private final List<Long> waits = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch ticks;

    RecordingQueue(int ticks) {
      this.ticks = new CountDownLatch(ticks);
    }

    @Override
    public Entry take(long waitNanos) throws IOException, InterruptedException {
      waits.add(waitNanos);
      Entry entry = queue.take(waitNanos);
      if (waitNanos > 0) {
        ticks.countDown();
      }
      return entry;
    }

    @Override
    public Offer offer(StampedEvent event, long waitNanos) {
      return queue.offer(event, waitNanos);
    }

    @Override
    public boolean isPinned() {
      return queue.isPinned();
    }

    @Override
    public boolean canPinAgain() {
      return queue.canPinAgain();
    }

    @Override
    public void pin(int partitions) throws IOException {
      queue.pin(partitions);
    }

    @Override
    public Place place(Entry entry) throws IOException {
      return queue.place(entry);
    }

    @Override
    public void placed(Place place) {
      queue.placed(place);
    }

    @Override
    public void settled(Entry entry) {
      queue.settled(entry);
    }

    @Override
    public void settledThrough(Entry entry) {
      queue.settledThrough(entry);
    }

    @Override
    public void tidy() throws IOException {
      queue.tidy();
    }

    @Override
    public void seal() {
      queue.seal();
    }

    @Override
    public boolean isExhausted() {
      return queue.isExhausted();
    }

    @Override
    public boolean isDurable() {
      return queue.isDurable();
    }

    @Override
    public long lastOrdinal() {
      return queue.lastOrdinal();
    }

    @Override
    public void close() throws IOException {
      queue.close();
    }
  }

  private static final Outcome NONE =
      new Outcome() {
        @Override
        public void acknowledged() {}

        @Override
        public void lost(long count, Throwable cause) {}

        @Override
        public void damaged(long count) {}

        @Override
        public void retrying(Throwable cause) {}
      };

  @Test
  void aSenderWithoutEventsWakesOnceATick() throws InterruptedException {
    RecordingQueue queue = new RecordingQueue(3);
    TopicSender sender =
        TopicSender.create(
            "idle",
            "epoch",
            queue,
            ProducerHandle.create(
                () ->
                    new MockProducer<>(
                        true, null, new ByteArraySerializer(), new ByteArraySerializer()),
                "idle-client"),
            NONE);
    sender.start();
    try {
      assertThat(queue.ticks.await(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      sender.abandon();
    }
    assertThat(queue.waits.subList(0, 6))
        .containsExactly(0L, TICK_NANOS, 0L, TICK_NANOS, 0L, TICK_NANOS);
  }
}
