package org.aragora.telemetry.benchmarks.export;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends batches again and again, so many at once, as the exporters' default has it. */
final class FromMemory {
  static final int IN_FLIGHT = 4;

  private FromMemory() {}

  /** Sends one batch and waits for the answer. */
  interface Sender<B> {
    void send(B batch);
  }

  /** Sends {@code count} batches, going round; fails as soon as one does. */
  static <B> void send(List<B> batches, int count, Sender<B> sender)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(IN_FLIGHT);
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> workers = new ArrayList<>();
    for (int i = 0; i < IN_FLIGHT; i++) {
      workers.add(
          threads.submit(
              () -> {
                for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                  sender.send(batches.get(n % batches.size()));
                }
              }));
    }
    threads.shutdown();
    for (Future<?> worker : workers) {
      worker.get();
    }
  }

  static <T> List<List<T>> batches(List<T> all, int size) {
    List<List<T>> batches = new ArrayList<>();
    for (int i = 0; i < all.size(); i += size) {
      batches.add(List.copyOf(all.subList(i, Math.min(all.size(), i + size))));
    }
    return batches;
  }
}
