package org.aragora.telemetry.exporter.loop;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Time that passes only while the loop waits. It begins below zero, as that of a machine may. */
final class ManualTime extends Clock implements LongSupplier {

  static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  private static final long FIRST = -Duration.ofHours(1).toNanos();

  private final PriorityQueue<Later> later =
      new PriorityQueue<>(Comparator.comparingLong(Later::nanos));
  private long nanos = FIRST;
  private boolean interrupt;

  private record Later(long nanos, Runnable action) {}

  /** Lets time pass; what is due within it happens at its time. */
  void advance(long by) {
    long until = nanos + by;
    while (!later.isEmpty() && later.element().nanos() <= until) {
      Later next = later.remove();
      nanos = Math.max(nanos, next.nanos());
      next.action().run();
    }
    nanos = Math.max(nanos, until);
  }

  /** Schedules an action. */
  void after(Duration wait, Runnable action) {
    later.add(new Later(nanos + wait.toNanos(), action));
  }

  /** Makes the next wait for an event an interrupted one. */
  void interruptNextWait() {
    interrupt = true;
  }

  /** Time since the start. */
  Duration elapsed() {
    return Duration.ofNanos(nanos - FIRST);
  }

  @Override
  public long getAsLong() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return START.plus(elapsed());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }

  /** Queue whose waits last as long as this time does. */
  LinkedBlockingQueue<Runnable> queue() {
    return new LinkedBlockingQueue<>() {
      @Override
      public Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
        if (interrupt) {
          interrupt = false;
          throw new InterruptedException();
        }
        Runnable event = poll();
        if (event == null) {
          advance(unit.toNanos(timeout));
          event = poll();
        }
        return event;
      }
    };
  }
}
