package org.aragora.telemetry.chaos.prometheus;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Prometheus configuration of a run: the processor's job of the shipped configuration, with the
 * instances of this run as its targets.
 */
final class PrometheusConfig {
  private static final String SHIPPED = "prometheus.yml";
  private static final String JOB = "  - job_name: 'aragora-telemetry'\n";
  private static final String NEXT_JOB = "\n  - job_name:";
  private static final String DISCOVERY = "    dns_sd_configs:\n";
  private static final String RELABELLING = "    metric_relabel_configs:\n";

  private PrometheusConfig() {}

  /** {@code relabelled}: false omits the shipped relabelling, to test the checks. */
  static String text(List<Integer> ports, boolean relabelled) {
    String job = shippedJob();
    int discovery = job.indexOf(DISCOVERY);
    int relabelling = job.indexOf(RELABELLING);
    if (discovery < 0 || relabelling < discovery) {
      throw new IllegalStateException(
          "The job aragora-telemetry of the shipped prometheus.yml does not look as expected:\n"
              + job);
    }
    String targets =
        ports.stream()
            .map(port -> "'127.0.0.1:" + port + "'")
            .collect(Collectors.joining(", ", "    static_configs:\n      - targets: [", "]\n"));
    return "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n"
        + JOB
        + targets
        + (relabelled ? job.substring(relabelling) : "");
  }

  private static String shippedJob() {
    String all;
    try (InputStream in = PrometheusConfig.class.getResourceAsStream(SHIPPED)) {
      all = new String(Objects.requireNonNull(in, SHIPPED).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The shipped prometheus.yml cannot be read.", e);
    }
    int start = all.indexOf(JOB);
    if (start < 0) {
      throw new IllegalStateException("The shipped prometheus.yml has no job aragora-telemetry.");
    }
    int end = all.indexOf(NEXT_JOB, start + JOB.length());
    return all.substring(start + JOB.length(), end < 0 ? all.length() : end + 1);
  }
}
