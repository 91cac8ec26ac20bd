package org.aragora.telemetry.benchmarks.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PausesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"G1", "Serial", "Parallel"})
  void pausesOfARealJvmAreRead(String collector) throws Exception {
    Path log = directory.resolve("gc.log");
    Path source =
        Files.writeString(
            directory.resolve("Main.java"),
            "class Main { public static void main(String[] a) { System.gc(); System.gc(); } }");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+Use" + collector + "GC",
                Pauses.option(log),
                source.toString())
            .inheritIO()
            .start();
    assertThat(java.waitFor(1, TimeUnit.MINUTES)).isTrue();

    Pauses pauses = Pauses.of(log);

    assertThat(pauses.millis()).hasSizeGreaterThanOrEqualTo(2).isSorted();
    assertThat(pauses.millis()[0]).isPositive();
  }

  @Test
  void onlyPausesCount() throws Exception {
    Path log =
        Files.writeString(
            directory.resolve("gc.log"),
            """
            [0.010s][info][gc] Using G1
            [1.000s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->5M(128M) 4.000ms
            [2.000s][info][gc] GC(1) Concurrent Mark Cycle 120.500ms
            [3.000s][info][gc] GC(2) Pause Remark 9M->9M(128M) 1.500ms
            """);

    assertThat(Pauses.of(log))
        .hasToString("2 pauses of 6 ms in all: p50 4.0 ms, p99 4.0 ms, max 4.0 ms");
  }
}
