package org.aragora.telemetry.benchmarks.throughput;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/** The threads of this JVM that count and serve, by the name that Kafka Streams gives them. */
public final class StreamThreads {
  private static final String NAME = "-StreamThread-";

  private StreamThreads() {}

  /** Returns true if a thread of this name is one. */
  public static boolean isName(String thread) {
    return thread.contains(NAME);
  }

  /** CPU time of those that live. */
  static long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (info != null && isName(info.getThreadName())) {
        nanos += Math.max(0, threads.getThreadCpuTime(info.getThreadId()));
      }
    }
    return nanos;
  }
}
