package org.aragora.telemetry.producer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.aragora.telemetry.producer.host.OwnThread;

/** Runs tasks at intervals on one daemon thread, also after a task has failed. */
final class Timer {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final List<Task> tasks = new CopyOnWriteArrayList<>();
  private final Thread thread = OwnThread.create("telemetry-timer", this::turn, () -> {});
  private volatile boolean stopped;

  private static final class Task {
    private final long everyNanos;
    private final Runnable work;
    private long next;

    Task(long everyNanos, Runnable work) {
      this.everyNanos = everyNanos;
      this.work = work;
      this.next = System.nanoTime() + everyNanos;
    }
  }

  void start() {
    thread.start();
  }

  /** Runs it for the first time when one interval is over. */
  void every(Duration interval, Runnable work) {
    tasks.add(new Task(interval.toNanos(), work));
    LockSupport.unpark(thread);
  }

  private boolean turn() {
    long left = LONGEST_NANOS;
    for (Task task : tasks) {
      if (!stopped && task.next - System.nanoTime() <= 0) {
        task.next = System.nanoTime() + task.everyNanos;
        task.work.run();
      }
      left = Math.min(left, task.next - System.nanoTime());
    }
    if (!stopped) {
      LockSupport.parkNanos(left);
    }
    return !stopped;
  }

  /** Nothing begins after this. */
  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }
}
