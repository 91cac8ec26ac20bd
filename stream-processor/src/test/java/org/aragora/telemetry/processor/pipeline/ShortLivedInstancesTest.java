package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.test.TestRecord;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods that come and go, through the whole topology with the default limit. */
class ShortLivedInstancesTest {
  @TempDir Path directory;

  @Test
  void fiveThousandPodsLeaveNoSeriesAndNewOnesHaveTheirNames() {
    try (TestPipeline pipeline = new TestPipeline(directory, true)) {
      int peak = 0;
      for (int pod = 0; pod < 5_000; pod++) {
        live(pipeline, "pod-" + pod, 0);
        send(pipeline, InputTopic.INSTANCES, "pod-" + pod, "instance.stopped", id("pod-" + pod));
        pipeline.pass(Duration.ofSeconds(10));
        peak = pod % 100 == 99 ? Math.max(peak, series(pipeline)) : peak;
      }
      pipeline.pass(Duration.ofHours(1));
      for (int pod = 0; pod < 3; pod++) {
        live(pipeline, "new-" + pod, 10 * (pod + 1));
      }
      pipeline.pass(Duration.ofSeconds(1));
      Map<String, Double> samples = gauges(pipeline);
      assertThat(samples)
          .containsEntry("aragora_websocket_connections{}", 60.0)
          .containsEntry("aragora_instance_up{new-0}", 1.0)
          .containsEntry("aragora_instance_up{new-1}", 1.0)
          .containsEntry("aragora_instance_up{new-2}", 1.0);
      assertThat(samples.keySet()).noneMatch(name -> name.contains("other"));
      assertThat(family(pipeline, "aragora_telemetry_series_folded")).isZero();
      assertThat(family(pipeline, "aragora_instance_requests")).isEqualTo(9);
      assertThat(peak).as("of an hour's pods").isLessThan(1_600);
      assertThat(series(pipeline)).isLessThan(60);
      assertThat(keysLeft(pipeline)).as("records after compaction").isLessThan(80);
    }
  }

  @Test
  void liveInstancesOverTheLimitAreSummedAndCounted() {
    try (TestPipeline pipeline = new TestPipeline(directory, true)) {
      for (int pod = 0; pod < 2_010; pod++) {
        live(pipeline, "pod-" + pod, 10);
      }
      pipeline.pass(Duration.ofSeconds(1));
      Map<String, Double> samples = gauges(pipeline);
      assertThat(samples)
          .containsEntry("aragora_websocket_connections{}", 20_100.0)
          .containsEntry("aragora_instance_up{other}", 10.0);
      double up = 0;
      for (Map.Entry<String, Double> sample : samples.entrySet()) {
        up += sample.getKey().startsWith("aragora_instance_up") ? sample.getValue() : 0;
      }
      assertThat(up).isEqualTo(2_010);
    }
  }

  /** One heartbeat and six requests. */
  private static void live(TestPipeline pipeline, String pod, int connections) {
    send(
        pipeline,
        InputTopic.INSTANCES,
        pod,
        "instance.heartbeat",
        "\"websocket_connections\":%d,\"interval_seconds\":10,\"emitted\":{},\"dropped\":{},%s"
            .formatted(connections, id(pod)));
    for (int request = 0; request < 6; request++) {
      send(
          pipeline,
          InputTopic.REQUESTS,
          pod,
          "request.completed",
          "\"request_id\":\"r\",\"method\":\"GET\",\"endpoint\":\"/\",\"status\":%d,\"duration_seconds\":1"
              .formatted(200 + request % 3 * 100));
    }
  }

  private static String id(String pod) {
    return "\"instance_id\":\"" + pod + "\"";
  }

  private static void send(
      TestPipeline pipeline, InputTopic topic, String pod, String type, String data) {
    String event =
        """
        {"specversion":"1.0","id":"x","source":"/aragora/instances/%s","type":"ai.aragora.%s.v1","data":{%s}}"""
            .formatted(pod, type, data);
    pipeline.send(topic, pod, event.getBytes(StandardCharsets.UTF_8));
  }

  private static int series(TestPipeline pipeline) {
    int series = 0;
    for (MetricSnapshot family : pipeline.scrape()) {
      boolean own = family.getMetadata().getName().startsWith("aragora_telemetry_");
      series += own ? 0 : family.getDataPoints().size();
    }
    return series;
  }

  private static int family(TestPipeline pipeline, String name) {
    for (MetricSnapshot family : pipeline.scrape()) {
      if (family.getMetadata().getName().equals(name)) {
        return family.getDataPoints().size();
      }
    }
    return 0;
  }

  private static Map<String, Double> gauges(TestPipeline pipeline) {
    Map<String, Double> samples = new HashMap<>();
    for (MetricSnapshot family : pipeline.scrape()) {
      for (DataPointSnapshot point : family.getDataPoints()) {
        if (point instanceof GaugeDataPointSnapshot gauge) {
          StringBuilder labels = new StringBuilder();
          point.getLabels().forEach(label -> labels.append(label.getValue()));
          samples.put(family.getMetadata().getName() + "{" + labels + "}", gauge.getValue());
        }
      }
    }
    return samples;
  }

  /** Keys of the metrics topic whose last record has a value, but for ledgers and owners. */
  private static int keysLeft(TestPipeline pipeline) {
    Map<Bytes, byte[]> last = new HashMap<>();
    for (TestRecord<byte[], byte[]> record : pipeline.read("aragora.metrics")) {
      last.put(Bytes.wrap(record.key()), record.value());
    }
    last.keySet()
        .removeIf(
            key ->
                !(MetricsKey.fromBytes(key.get()) instanceof MetricsKey.Partial)
                    && !(MetricsKey.fromBytes(key.get()) instanceof MetricsKey.Ripe));
    last.values().removeIf(java.util.Objects::isNull);
    return last.size();
  }
}
