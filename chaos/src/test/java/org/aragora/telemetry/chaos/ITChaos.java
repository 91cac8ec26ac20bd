package org.aragora.telemetry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.aragora.telemetry.chaos.report.ChaosReport;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.testbed.broker.EmbeddedCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ITChaos {

  @BeforeAll
  static void logOnlyErrors() {
    ServiceLogging.configure(
        Map.of("LOG_LEVEL", "ERROR", "LOG_FORMAT", "text", "LOG_OUTPUT", "stderr"));
  }

  @Test
  void everyNumberStaysExactUnderFaults(@TempDir Path directory) throws Exception {
    try (EmbeddedCluster cluster = EmbeddedCluster.start(3, 320, Map.of())) {
      ChaosReport report =
          ChaosRun.run(
              ChaosSettings.of(Duration.ofMinutes(2), 3, 150, directory), cluster, System.out);

      System.out.println(report.text());
      assertThat(report.isClean()).as(report.text()).isTrue();
    }
  }
}
