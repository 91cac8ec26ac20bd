package org.aragora.telemetry.processor.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.page.PageContent;
import org.junit.jupiter.api.Test;

class PageCollectorTest {
  private static final ProcessorPage.Identity IDENTITY =
      new ProcessorPage.Identity("1.0", "abc", "app", "aragora.", "");

  @Test
  void seriesAreSummedAndServerErrorsApart() throws Exception {
    JsonNode traffic =
        json(
                MetricSnapshots.of(
                    counter("aragora_requests")
                        .dataPoint(requests("/a", "200", 5))
                        .dataPoint(requests("/a", "503", 2))
                        .dataPoint(requests("/b", "500", 1))
                        .dataPoint(requests("/b", "404", 3))
                        .build()),
                List.of())
            .get("traffic");

    assertThat(traffic.get("requests").asLong()).isEqualTo(11);
    assertThat(traffic.get("serverErrors").asLong()).isEqualTo(3);
    assertThat(traffic.get("endpoints").toString())
        .isEqualTo(
            "[{\"name\":\"/a\",\"requests\":7,\"serverErrors\":2},"
                + "{\"name\":\"/b\",\"requests\":4,\"serverErrors\":1}]");
  }

  @Test
  void bucketsAreCumulativeAndTheLastBoundIsInfinite() throws Exception {
    HistogramSnapshot latency =
        HistogramSnapshot.builder()
            .name("aragora_request_duration_seconds")
            .dataPoint(buckets("/a", 1, 2, 3))
            .dataPoint(buckets("/b", 10, 0, 1))
            .build();

    assertThat(json(MetricSnapshots.of(latency), List.of()).at("/traffic/buckets").toString())
        .isEqualTo(
            "[{\"le\":0.01,\"count\":11},{\"le\":0.5,\"count\":13},{\"le\":null,\"count\":17}]");
  }

  @Test
  void figureThatIsNotServedIsNullAndNotZero() throws Exception {
    JsonNode figures = json(MetricSnapshots.of(), List.of());

    for (String name :
        List.of("requests", "activeDebates", "webSocketConnections", "agentCalls", "instancesUp")) {
      assertThat(figures.at("/traffic/" + name).isNull()).as(name).isTrue();
    }
    assertThat(figures.get("topics")).isEmpty();
    assertThat(figures.at("/serving/ledgersBalance").isNull()).isTrue();
    assertThat(figures.at("/appendedRecords").isNull()).isTrue();
  }

  @Test
  void endpointsOverTheLimitAreThoseWithTheFewestErrors() throws Exception {
    CounterSnapshot.Builder requests = counter("aragora_requests");
    for (int i = 0; i < 1000; i++) {
      requests.dataPoint(requests("/e" + i, "500", i));
    }

    JsonNode traffic = json(MetricSnapshots.of(requests.build()), List.of()).get("traffic");

    assertThat(traffic.get("endpoints")).hasSize(50);
    assertThat(traffic.at("/endpoints/0/name").asText()).isEqualTo("/e999");
    assertThat(traffic.get("requests").asLong()).isEqualTo(999 * 1000 / 2);
  }

  @Test
  void figuresOfOthersAreInThereAndASilentOneIsNull() throws Exception {
    JsonNode peers =
        json(
                MetricSnapshots.of(),
                List.of(new Peers.Answer("a:1", "{\"version\":1}"), new Peers.Answer("b:2", null)))
            .get("peers");

    assertThat(peers.toString())
        .isEqualTo(
            "[{\"address\":\"a:1\",\"figures\":{\"version\":1}},"
                + "{\"address\":\"b:2\",\"figures\":null}]");
  }

  @Test
  void rowsNameWhatIsNotServed() {
    List<PageContent.Row> rows = PageRows.of(figures(MetricSnapshots.of()), List.of());

    assertThat(rows)
        .contains(
            new PageContent.Row("Not ready", "waiting"),
            new PageContent.Row("Requests", "not served by this process"),
            new PageContent.Row("Partitions served", "1 of 2; the figures below are a part"));
  }

  @Test
  void gaugesAreTakenAsTheyAre() throws Exception {
    MetricSnapshots scrape =
        MetricSnapshots.of(
            GaugeSnapshot.builder()
                .name("aragora_instance_up")
                .dataPoint(up("api-1", 1))
                .dataPoint(up("api-2", 0))
                .build());

    assertThat(json(scrape, List.of()).at("/traffic/instancesUp").asLong()).isEqualTo(1);
    assertThat(json(scrape, List.of()).at("/traffic/instancesSilent").asLong()).isEqualTo(1);
  }

  private static JsonNode json(MetricSnapshots scrape, List<Peers.Answer> others) throws Exception {
    String json = PageJson.of(figures(scrape), others, List.of());
    assertThat(json).doesNotContain("\n");
    return new ObjectMapper().readTree(json);
  }

  static PageFigures figures(MetricSnapshots scrape) {
    PageCollector collector = new PageCollector(scrape);
    return new PageFigures(
        1,
        new PageFigures.Service(
            IDENTITY, 0, "RUNNING", Health.good("it runs"), Health.bad("waiting")),
        new PageFigures.Serving(List.of(1), 2, Optional.empty()),
        collector.traffic(),
        collector.topics("aragora."),
        OptionalLong.empty());
  }

  private static CounterSnapshot.Builder counter(String name) {
    return CounterSnapshot.builder().name(name);
  }

  private static CounterSnapshot.CounterDataPointSnapshot requests(
      String endpoint, String status, double value) {
    return CounterSnapshot.CounterDataPointSnapshot.builder()
        .labels(Labels.of("endpoint", endpoint, "method", "GET", "status", status))
        .value(value)
        .build();
  }

  private static GaugeSnapshot.GaugeDataPointSnapshot up(String instance, double value) {
    return GaugeSnapshot.GaugeDataPointSnapshot.builder()
        .labels(Labels.of("instance_id", instance))
        .value(value)
        .build();
  }

  private static HistogramSnapshot.HistogramDataPointSnapshot buckets(
      String endpoint, long first, long second, long rest) {
    return HistogramSnapshot.HistogramDataPointSnapshot.builder()
        .labels(Labels.of("endpoint", endpoint))
        .classicHistogramBuckets(
            ClassicHistogramBuckets.builder()
                .bucket(0.01, first)
                .bucket(0.5, second)
                .bucket(Double.POSITIVE_INFINITY, rest)
                .build())
        .sum(1)
        .build();
  }
}
