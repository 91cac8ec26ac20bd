package org.aragora.telemetry.benchmarks.growth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Live bytes on the heap of another JVM: the total of {@code jcmd PID GC.class_histogram}. */
final class LiveHeap {
  private LiveHeap() {}

  static long bytes(long pid) throws IOException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String total =
        answer
            .lines()
            .filter(line -> line.startsWith("Total"))
            .findFirst()
            .orElseThrow(() -> new IOException("jcmd gave no histogram: " + answer));
    String[] columns = total.split(" +");
    return Long.parseLong(columns[2]);
  }
}
