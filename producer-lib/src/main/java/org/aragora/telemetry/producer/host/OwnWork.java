package org.aragora.telemetry.producer.host;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Marks what the library does itself. A host may append its log to {@code TelemetryProducer.log},
 * and a line that is logged here would then make the next one.
 */
public final class OwnWork {
  private static final ThreadLocal<Boolean> HERE = new ThreadLocal<>();
  private static final Set<String> THREADS = ConcurrentHashMap.newKeySet();

  private OwnWork() {}

  /** True on a thread of the library or of its Kafka client, and within {@link #run}. */
  public static boolean isHere() {
    return HERE.get() != null || THREADS.contains(Thread.currentThread().getName());
  }

  /** Marks a thread of the Kafka client by its name. */
  public static void addThread(String name) {
    THREADS.add(name);
  }

  /** Runs work on a thread of the host as the library's own. */
  public static void run(Runnable work) {
    if (HERE.get() != null) {
      work.run();
      return;
    }
    HERE.set(true);
    try {
      work.run();
    } finally {
      HERE.remove();
    }
  }
}
