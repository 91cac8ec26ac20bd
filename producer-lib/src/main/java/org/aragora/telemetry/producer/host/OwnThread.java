package org.aragora.telemetry.producer.host;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes the library's threads: daemons that outlive every failure, also an exhausted heap. Nothing
 * on the way from a failure to the next turn allocates.
 */
public final class OwnThread {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private OwnThread() {}

  /** One turn of a thread's work. */
  public interface Turn {
    /**
     * Works.
     *
     * @return true if there is another turn
     */
    boolean run() throws Exception;
  }

  /**
   * A thread that is not started yet. An interrupt ends it.
   *
   * @param atEnd runs after the last turn; does not allocate
   */
  public static Thread create(String name, Turn turn, Runnable atEnd) {
    LockSupport.parkNanos(1); // so that the class is there when the heap is full
    Thread thread = new Thread(() -> OwnWork.run(() -> loop(turn, atEnd)), name);
    thread.setDaemon(true);
    thread.setContextClassLoader(OwnThread.class.getClassLoader());
    return thread;
  }

  private static void loop(Turn turn, Runnable atEnd) {
    boolean more = true;
    while (more) {
      try {
        more = turn.run();
      } catch (InterruptedException e) {
        more = false;
      } catch (Throwable e) { // an Error too: nobody else would start the thread again
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    atEnd.run();
  }
}
