package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import org.junit.jupiter.api.Test;

class ProcessMetricsTest {

  @Test
  void buildInfoNamesARevisionOrUnknownAndNeverThePlaceholderOfTheBuild() {
    Labels build =
        new ProcessMetrics(() -> null)
            .collect().stream()
                .filter(each -> each.getMetadata().getName().endsWith("_build"))
                .flatMap(each -> each.getDataPoints().stream())
                .findFirst()
                .orElseThrow()
                .getLabels();

    assertThat(build.get("revision")).isNotBlank().doesNotContain("$");
    assertThat(build.get("version")).isNotBlank().doesNotContain("$");
  }
}
