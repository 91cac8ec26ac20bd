package org.aragora.telemetry.chassis.main;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * A body of a main that a signal asks to stop. Its own exit code is the process's then too, where
 * the JVM would take 128 + the signal.
 */
final class Signals {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger code = new AtomicInteger(ExitCodes.FAILED);
  private final Runnable stop;
  private final Duration patience;

  private Signals(Runnable stop, Duration patience) {
    this.stop = stop;
    this.patience = patience;
  }

  /**
   * Runs the body; exit the process with the result.
   *
   * @param stop ends the body soon; called once, in any case, before the process ends
   * @param patience time from the end of {@code stop} to the end of the body
   */
  static int run(IntSupplier body, Runnable stop, Duration patience) {
    Signals signals = new Signals(stop, patience);
    Runtime.getRuntime().addShutdownHook(new Thread(signals::end, "aragora-stop"));
    try {
      signals.code.set(body.getAsInt());
    } finally {
      signals.ended.countDown();
    }
    return signals.code.get();
  }

  private void end() {
    try {
      stop.run();
      if (!ended.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("The program did not stop in time.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      System.out.flush();
      Runtime.getRuntime().halt(code.get());
    }
  }
}
