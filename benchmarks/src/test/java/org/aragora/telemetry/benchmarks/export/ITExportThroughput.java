package org.aragora.telemetry.benchmarks.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Map;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests that the benchmark measures; its figures depend on the machine. */
class ITExportThroughput {

  @BeforeAll
  static void logOnlyErrors() {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
  }

  @Test
  void bothExportersAreMeasured() throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start();
        PrintStream out = new PrintStream(text, true, UTF_8)) {
      assertThat(
              new ExportThroughput(broker.bootstrapServers(), 2, Clock.systemUTC(), out)
                  .run(EnumSet.allOf(ExportThroughput.Kind.class), 1, 5_000, 1)
                  .values())
          .hasSize(2)
          .allMatch(ratio -> ratio > 0 && Double.isFinite(ratio));
    }
    assertThat(text.toString(UTF_8))
        .containsPattern("spans, medians: SDK from memory [0-9,]+/s; exporter [0-9,]+/s")
        .containsPattern(
            "lines, medians: plain push from memory [0-9,]+/s; with fast gzip [0-9,]+/s; of finished lines [0-9,]+/s; exporter");
  }
}
