package org.aragora.telemetry.chaos.prometheus;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chaos.checks.ServedSeries;
import org.aragora.telemetry.chaos.report.FaultLog;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.Sabotage;
import org.aragora.telemetry.testbed.service.PrometheusProcess;
import org.jspecify.annotations.Nullable;

/** Prometheus beside a run, if it is installed. */
public final class PrometheusRun implements AutoCloseable {
  private final @Nullable PrometheusProcess process;
  private final @Nullable PrometheusCheck check;
  private PrometheusCheck.@Nullable Rest lastRest;

  private PrometheusRun(@Nullable PrometheusProcess process, @Nullable PrometheusCheck check) {
    this.process = process;
    this.check = check;
  }

  /** Starts Prometheus with these targets. If it is not installed, the checks do nothing. */
  public static PrometheusRun start(
      ChaosSettings settings,
      List<Integer> ports,
      ServedSeries.Table table,
      Violations violations,
      FaultLog log)
      throws IOException, InterruptedException {
    if (!PrometheusProcess.isInstalled()) {
      log.print("Prometheus is not installed (apt-get install prometheus); its checks are skipped");
      return new PrometheusRun(null, null);
    }
    PrometheusProcess process =
        PrometheusProcess.start(
            Files.createTempDirectory(settings.directory(), "prometheus-"),
            PrometheusConfig.text(ports, settings.sabotage() != Sabotage.NO_IDENTITY));
    return new PrometheusRun(process, new PrometheusCheck(process, table, violations));
  }

  /** Checks the growth since the last rest. */
  public void rest(Map<ServedSeries, Double> expected) throws InterruptedException {
    if (check != null) {
      PrometheusCheck.Rest now = check.rest(expected);
      if (now != null && lastRest != null) {
        check.growth(lastRest, now);
      }
      lastRest = now != null ? now : lastRest;
    }
  }

  /** Checks the whole run. */
  public void finish() throws InterruptedException {
    if (check != null) {
      check.whole(System.currentTimeMillis());
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
