package org.aragora.telemetry.processor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.Processor;
import org.aragora.telemetry.processor.it.Pipe;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A random stream through a real broker, with processors that start before, between and after its
 * records and one that stops in between: {@code /metrics}, summed over them, is what the model says
 * of the log.
 */
class ITRandomStream {
  private static final int EVENTS = 3000;
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Duration EVERY_SECOND = Duration.ofSeconds(1);
  private static final long SECOND_NANOS = 1_000_000_000L;

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void metricsAreWhatTheModelSaysWhoeverCountsThem(long seed) throws Exception {
    Logs logs = new Logs(new Random(seed));
    for (int i = 0; i < EVENTS; i++) {
      logs.nowMs += logs.random.nextInt(2000);
      logs.appendSome();
    }
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      createInputs(logs, pipe);
      Map<InputPartition, Map<Long, Fact>> sent = new HashMap<>();
      Processor first = pipe.start();
      send(logs, pipe, sent, 0, 3);
      pipe.start();
      send(logs, pipe, sent, 1, 3);
      pipe.stop(first);
      send(logs, pipe, sent, 2, 3);
      pipe.start();
      await()
          .pollInterval(EVERY_SECOND) // a look reads all topics from their beginning
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> assertThat(served(pipe)).as("seed " + seed).isEqualTo(expected(pipe, sent)));
      await()
          .pollDelay(Duration.ofSeconds(5))
          .pollInterval(EVERY_SECOND)
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> assertThat(served(pipe)).as("still").isEqualTo(expected(pipe, sent)));
    }
  }

  /** Record timestamps are the generator's, so that its append times are the topic's. */
  private static void createInputs(Logs logs, Pipe pipe) throws Exception {
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
      List<NewTopic> topics =
          logs.partitions().entrySet().stream()
              .map(
                  entry ->
                      new NewTopic(pipe.topic(entry.getKey().suffix()), entry.getValue(), (short) 1)
                          .configs(
                              Map.of(
                                  "message.timestamp.type", "CreateTime",
                                  "retention.ms", "-1",
                                  "max.message.bytes", "8388608")))
              .toList();
      admin.createTopics(topics).all().get();
    }
  }

  /** Sends one of {@code parts} equal parts of every partition's log. */
  private static void send(
      Logs logs, Pipe pipe, Map<InputPartition, Map<Long, Fact>> sent, int part, int parts) {
    logs.entries.forEach(
        (partition, entries) -> {
          int from = entries.size() * part / parts;
          int to = entries.size() * (part + 1) / parts;
          for (Logs.Entry entry : entries.subList(from, to)) {
            RecordMetadata at =
                pipe.send(
                    new ProducerRecord<>(
                        pipe.topic(partition.topic().suffix()),
                        partition.partition(),
                        entry.appendMs(),
                        entry.key(),
                        entry.value()));
            sent.computeIfAbsent(partition, p -> new HashMap<>()).put(at.offset(), entry.fact());
          }
        });
  }

  /**
   * What the model says of everything that is in the log now, the processor's own proposals
   * included.
   */
  private static Map<String, Double> expected(
      Pipe pipe, Map<InputPartition, Map<Long, Fact>> sent) {
    Map<InputPartition, Model> models = new TreeMap<>();
    for (InputTopic topic : InputTopic.values()) {
      for (ConsumerRecord<byte[], byte[]> record : pipe.read(topic.suffix())) {
        InputPartition partition = new InputPartition(topic, record.partition());
        Fact fact = sent.getOrDefault(partition, Map.of()).get(record.offset());
        models
            .computeIfAbsent(partition, p -> new Model(2000, 300 * SECOND_NANOS, 60 * SECOND_NANOS))
            .apply(
                record.offset(),
                record.timestamp(),
                fact != null ? fact : Logs.proposal(record.value()));
      }
    }
    return settled(Expected.samples(models, 0), "aragora.");
  }

  private static Map<String, Double> served(Pipe pipe) {
    Map<String, Double> samples = new TreeMap<>();
    pipe.page()
        .samples()
        .forEach(
            (series, value) -> {
              String key = key(series);
              if (key != null) {
                Samples.put(samples, key, value);
              }
            });
    return settled(samples, pipe.topic(""));
  }

  /** A series as the model names it; null for counts of histograms, which are their last bucket. */
  private static String key(String series) {
    int brace = series.indexOf('{');
    String name = brace < 0 ? series : series.substring(0, brace);
    Map<String, String> labels = new TreeMap<>();
    Matcher label = LABEL.matcher(brace < 0 ? "" : series.substring(brace));
    while (label.find()) {
      labels.put(label.group(1), label.group(2));
    }
    String le = labels.remove("le");
    String suffix = "";
    for (Map.Entry<String, List<String>> histogram : Model.BOUNDS.entrySet()) {
      if (name.equals(histogram.getKey() + "_count")) {
        return null;
      }
      if (name.equals(histogram.getKey() + "_sum")) {
        name = histogram.getKey();
        suffix = "_sum";
      } else if (le != null && name.equals(histogram.getKey() + "_bucket")) {
        name = histogram.getKey();
        suffix = "_bucket" + index(histogram.getValue(), le);
      }
    }
    StringJoiner joined = new StringJoiner("|", name + "|", suffix);
    labels.forEach((key, value) -> joined.add(key + "=" + value));
    return joined.toString();
  }

  private static int index(List<String> bounds, String le) {
    int index = 0;
    while (index < bounds.size()
        && (le.equals("+Inf") || Double.parseDouble(bounds.get(index)) != Double.parseDouble(le))) {
      index++;
    }
    return index;
  }

  /** Without what depends on the clock or on offsets, and with the topics' usual names. */
  private static Map<String, Double> settled(Map<String, Double> samples, String prefix) {
    Map<String, Double> settled = new TreeMap<>();
    samples.forEach(
        (series, value) -> {
          boolean clock =
              series.startsWith("aragora_telemetry_process_")
                  || series.startsWith("aragora_telemetry_lag_")
                  || series.startsWith("aragora_telemetry_complete_")
                  || series.startsWith("aragora_telemetry_consumed_")
                  || series.startsWith("aragora_telemetry_producer_dropped_") // names topics
                  || series.startsWith("aragora_instance_up")
                  || series.startsWith("aragora_websocket_connections")
                  || series.contains("_rate|");
          if (!clock && value != 0) {
            settled.put(series.replace("topic=" + prefix, "topic=aragora."), value);
          }
        });
    return settled;
  }
}
