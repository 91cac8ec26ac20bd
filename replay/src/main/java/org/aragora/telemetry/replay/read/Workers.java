package org.aragora.telemetry.replay.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Threads that take one input partition after the other, the largest first, and read it to its end.
 * A partition depends on no other, so the number of threads changes only the time.
 */
public final class Workers {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final long TICK_MS = 200;

  private final Consumers consumers;
  private final String topicPrefix;
  private final int count;
  private volatile boolean stop;

  /** {@code count}: number of threads. */
  public Workers(Consumers consumers, String topicPrefix, int count) {
    this.consumers = consumers;
    this.topicPrefix = topicPrefix;
    this.count = count;
  }

  /**
   * Does all jobs. Returns when they are done.
   *
   * @throws ReplayException if a job fails
   */
  public void run(Collection<? extends PartitionJob> jobs, Progress progress) {
    Queue<PartitionJob> queue =
        new ConcurrentLinkedQueue<>(
            jobs.stream()
                .sorted(
                    Comparator.<PartitionJob>comparingLong(job -> job.from() - job.to())
                        .thenComparing(PartitionJob::partition))
                .toList());
    stop = false;
    ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, count));
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String name = "worker-" + i;
        running.add(threads.submit(() -> work(name, queue, progress)));
      }
      for (Future<?> worker : running) {
        await(worker, progress);
      }
    } finally {
      stop = true;
      threads.shutdown();
    }
  }

  private static void await(Future<?> worker, Progress progress) {
    while (true) {
      try {
        worker.get(TICK_MS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        progress.tick();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ReplayException("The replay was interrupted.", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ReplayException refusal) {
          throw refusal;
        }
        throw new ReplayException("The replay has failed: " + e.getCause(), e);
      }
    }
  }

  private void work(String name, Queue<PartitionJob> queue, Progress progress) {
    try (Consumer<byte[], byte[]> consumer = consumers.committed(name)) {
      for (PartitionJob job = queue.poll(); job != null && !stop; job = queue.poll()) {
        if (job.from() < job.to()) {
          read(consumer, job, progress);
        }
        if (!stop) {
          job.done();
        }
      }
    } catch (RuntimeException e) {
      stop = true;
      throw e;
    }
  }

  private void read(Consumer<byte[], byte[]> consumer, PartitionJob job, Progress progress) {
    TopicPartition partition =
        new TopicPartition(job.partition().topic().under(topicPrefix), job.partition().partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, job.from());
    long position = job.from();
    long movedNanos = System.nanoTime();
    while (position < job.to() && !stop) {
      ConsumerRecords<byte[], byte[]> records = poll(consumer, partition);
      long taken = 0;
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        if (record.offset() >= job.to()) {
          break;
        }
        job.accept(record);
        taken++;
      }
      long next = Math.min(job.to(), consumer.position(partition));
      if (next > position) {
        movedNanos = System.nanoTime();
      } else if (System.nanoTime() - movedNanos > STALLED_NANOS) {
        throw new ReplayException(
            "%s has given nothing at offset %d for two minutes; is its broker there?"
                .formatted(partition, position));
      }
      progress.passed(next - position, taken);
      position = next;
      job.pause(position);
    }
  }

  private static ConsumerRecords<byte[], byte[]> poll(
      Consumer<byte[], byte[]> consumer, TopicPartition partition) {
    try {
      return consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      throw new ReplayException(
          "Retention has overtaken the replay in %s; begin later with --from, or use --allow-gaps, and keep more retention than a replay takes."
              .formatted(partition),
          e);
    }
  }
}
