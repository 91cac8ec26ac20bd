package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.processor.measure.MetricCatalog;
import org.junit.jupiter.api.Test;

class OwnedMetricsTest {

  @Test
  void theCatalogHasTheMetricsThatDashboardsAndRulesCountOn() throws IOException {
    List<String> names = new ArrayList<>();
    names.add(MetricCatalog.websocketConnections().name());
    new MetricCatalog("aragora.")
        .descriptors().stream()
            .map(MetricDescriptor::name)
            .filter(name -> !name.startsWith("aragora_telemetry_"))
            .forEach(names::add);
    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(
            Files.readAllLines(Path.of("..", "deploy", "prometheus", "owned-metrics.txt")));
  }
}
