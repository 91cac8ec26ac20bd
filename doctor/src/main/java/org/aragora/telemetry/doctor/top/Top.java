package org.aragora.telemetry.doctor.top;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.doctor.top.ProcessorFigures.NoSnapshotException;
import org.aragora.telemetry.doctor.top.figures.DeadLetters;
import org.aragora.telemetry.doctor.top.figures.History;
import org.aragora.telemetry.doctor.top.figures.Snapshot;
import org.aragora.telemetry.doctor.top.screen.Line;
import org.aragora.telemetry.doctor.top.screen.Terminal;
import org.aragora.telemetry.doctor.top.screen.Tone;
import org.jspecify.annotations.Nullable;

/** Asks a processor again and again, and shows the answers until it is stopped. */
final class Top {
  private static final int DEAD_LETTERS_AT_ONCE = 5;
  private static final long UNREAD_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long UNREAD_PAUSE_MS = 250;
  private static final long RETURN_SHOWN_MS = 10_000;

  private final ProcessorFigures processor;
  private final Terminal terminal;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final History history = new History();
  private History.Rates rates = History.Rates.UNKNOWN;
  private @Nullable Snapshot last;
  private boolean wasReady;
  private long silentSinceNanos;
  private boolean silent;
  private String returned = "";
  private long returnedNanos;

  Top(ProcessorFigures processor, Terminal terminal) {
    this.processor = processor;
    this.terminal = terminal;
  }

  /** Ends {@link #watch}. */
  void stop() {
    stopped.countDown();
  }

  /**
   * Prints the figures.
   *
   * @throws NoSnapshotException in a sentence if there are none
   */
  void once() throws NoSnapshotException, InterruptedException, IOException {
    Snapshot now = processor.snapshot();
    DeadLetters dead = processor.deadLetters();
    long start = System.nanoTime();
    while (dead.isUnread() && System.nanoTime() - start < UNREAD_NANOS) {
      if (stopped.await(UNREAD_PAUSE_MS, TimeUnit.MILLISECONDS)) {
        return;
      }
      dead = processor.deadLetters();
    }
    DeadLetters some =
        new DeadLetters(
            dead.failure(), dead.letters().stream().limit(DEAD_LETTERS_AT_ONCE).toList());
    Terminal.Size size = terminal.size();
    terminal.print(
        Board.lines(
            new Board.View(processor.where(), now, rates, some, Verdict.of(now, false), ""),
            size.columns()),
        size);
  }

  /**
   * Shows the figures until {@link #stop}.
   *
   * @throws IOException if nobody reads them any more
   */
  void watch(Duration interval) throws InterruptedException, IOException {
    do {
      Board.View view = view();
      Terminal.Size size = terminal.size();
      List<Line> lines = Board.lines(view, size.columns());
      terminal.draw(lines, size);
    } while (!stopped.await(interval.toMillis(), TimeUnit.MILLISECONDS));
  }

  private Board.View view() throws InterruptedException {
    try {
      Snapshot now = processor.snapshot();
      answered();
      rates = history.add(now);
      last = now;
      Verdict verdict = Verdict.of(now, wasReady);
      wasReady |= now.service().ready().ok();
      boolean recent = System.nanoTime() - returnedNanos < RETURN_SHOWN_MS * 1_000_000;
      return new Board.View(
          processor.where(), now, rates, processor.deadLetters(), verdict, recent ? returned : "");
    } catch (NoSnapshotException e) {
      return silence(String.valueOf(e.getMessage()));
    }
  }

  private void answered() {
    if (silent) {
      silent = false;
      returned = "It answers again after " + silence() + ".";
      returnedNanos = System.nanoTime();
    }
  }

  private String silence() {
    return Math.max(1, (System.nanoTime() - silentSinceNanos) / 1_000_000_000) + " s";
  }

  private Board.View silence(String reason) {
    if (!silent) {
      silent = true;
      silentSinceNanos = System.nanoTime();
    }
    Snapshot known = last;
    String figures =
        known == null ? "" : " The figures are those of " + Figure.moment(known.timeMs()) + ".";
    return new Board.View(
        processor.where(),
        known,
        rates,
        new DeadLetters("not read now", List.of()),
        new Verdict(Tone.BAD, "No answer for " + silence() + "; trying again"),
        reason + figures);
  }
}
