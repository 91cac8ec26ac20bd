package org.aragora.telemetry.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.testbed.broker.PlainClient;

/**
 * Turns what this release has left in its topics into what an earlier one would have left: values
 * of other bounds, or none of a metric that it did not have. The service must be down.
 */
final class EarlierRelease {
  private static final String PREFIX_OF_CHANGELOGS = "app-aggregate-";
  private final String bootstrapServers;
  private final String prefix;

  EarlierRelease(String bootstrapServers, String prefix) {
    this.bootstrapServers = bootstrapServers;
    this.prefix = prefix;
  }

  /** Its values of a metric were of another shape. */
  void hadOtherBoundsOf(MetricDescriptor metric) {
    rewrite(
        metric,
        value ->
            new PartialValue(
                value.fingerprint() ^ 1,
                value.nextOffset(),
                value.firstSeenMs(),
                value.flags(),
                value.aggregate()));
  }

  /** It had no such metric. */
  void didNotHave(MetricDescriptor metric) {
    rewrite(metric, value -> null);
  }

  private void rewrite(MetricDescriptor metric, UnaryOperator<PartialValue> change) {
    List<String> topics = new ArrayList<>(List.of("metrics", "metrics.windows"));
    for (String input : List.of("debates", "requests", "agent-calls", "instances", "logs")) {
      topics.add(PREFIX_OF_CHANGELOGS + input + "-store-changelog");
    }
    try (PlainClient client = new PlainClient(Map.of("bootstrap.servers", bootstrapServers))) {
      for (String topic : topics) {
        Map<List<Object>, ConsumerRecord<byte[], byte[]>> last = new HashMap<>();
        client
            .read(prefix + topic)
            .forEach(
                record ->
                    last.put(
                        List.of(record.partition(), java.nio.ByteBuffer.wrap(record.key())),
                        record));
        last.values().stream()
            .filter(record -> isOf(metric, record.value()))
            .forEach(
                record -> {
                  PartialValue changed = change.apply(PartialValue.fromBytes(record.value()));
                  client.send(
                      new ProducerRecord<>(
                          record.topic(),
                          record.partition(),
                          record.key(),
                          changed == null ? null : changed.toBytes()));
                });
      }
    }
  }

  /** A value begins with its version and the fingerprint of what it is of. */
  private static boolean isOf(MetricDescriptor metric, byte[] value) {
    return value != null
        && value.length > 9
        && value[0] == 1
        && java.nio.ByteBuffer.wrap(value, 1, 8).getLong() == metric.fingerprint();
  }
}
