package org.aragora.telemetry.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.CorruptRecordException;
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
        for (ConsumerRecord<byte[], byte[]> record : last.values()) {
          PartialValue value = read(record.value());
          if (value != null && value.fingerprint() == metric.fingerprint()) {
            PartialValue changed = change.apply(value);
            client.send(
                new ProducerRecord<>(
                    record.topic(),
                    record.partition(),
                    record.key(),
                    changed == null ? null : changed.toBytes()));
          }
        }
      }
    }
  }

  /**
   * The value of a series in a topic (version 1) or in a changelog (version 2, which an earlier
   * release wrote as version 1); null if it is of something else.
   */
  private static PartialValue read(byte[] bytes) {
    if (bytes == null || bytes.length < 10) {
      return null;
    }
    try {
      BinaryReader in = new BinaryReader(bytes);
      if (in.readVersion(2, "a value") == 2) {
        in.readSigned();
        in.readUnsigned();
      }
      return PartialValue.readFields(in);
    } catch (CorruptRecordException e) {
      return null;
    }
  }
}
