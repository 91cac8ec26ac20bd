package org.aragora.telemetry.replay;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Events of several runs, some of them late, redelivered, or no events at all; with the truth about
 * requests kept beside. The same seed writes the same.
 */
final class ReplayLoad implements AutoCloseable {
  /** A distinct request that counts. */
  record Request(String method, int status, Instant time, long millis) {}

  private final KafkaProducer<byte[], byte[]> producer;
  private final String prefix;
  private final int partitions;
  private final Random random;
  private final Instant start;
  private final long spanMs;
  private final Map<String, Long> numbers = new HashMap<>();
  private final List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private int made;
  private int garbage;
  private int requestPartitions;

  /** Event times go from {@code start} on, by {@code spanMs} per thousand events. */
  ReplayLoad(
      String bootstrapServers,
      String prefix,
      int partitions,
      long seed,
      Instant start,
      long spanMs) {
    this.prefix = prefix;
    this.partitions = partitions;
    this.requestPartitions = partitions;
    this.random = new Random(seed);
    this.start = start;
    this.spanMs = spanMs;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Writes events; one in ten is written again later, one in fifty is none. */
  void write(int events) {
    for (int i = 0; i < events; i++) {
      made++;
      if (random.nextInt(50) == 0) {
        garbage++;
        send(topic(), "{\"not\": an event".getBytes(StandardCharsets.UTF_8));
      }
      if (random.nextInt(10) == 0 && !sent.isEmpty()) {
        producer.send(sent.get(random.nextInt(sent.size())));
      }
      event();
    }
    producer.flush();
  }

  private void event() {
    long jitterMs = random.nextInt(20) == 0 ? random.nextInt(900_000) : random.nextInt(5_000);
    Instant time = start.plusMillis(made * spanMs / 1000 - jitterMs);
    switch (random.nextInt(8)) {
      case 0 -> debate(time);
      case 1 ->
          number(
              "agent-calls",
              "ai.aragora.agent.call_completed.v1",
              time,
              "\"call_id\":\"c%d\",\"agent\":\"agent-%d\",\"status\":\"success\",\"duration_seconds\":%s,\"input_tokens\":%d"
                  .formatted(made, random.nextInt(4), seconds(), random.nextInt(5000)));
      case 2 ->
          number(
              "logs",
              "ai.aragora.log.emitted.v1",
              time,
              "\"level\":\"%s\",\"logger\":\"a\",\"message\":\"m\""
                  .formatted(random.nextBoolean() ? "INFO" : "ERROR"));
      case 3 ->
          number(
              "instances",
              "ai.aragora.instance.heartbeat.v1",
              time,
              "\"instance_id\":\"i\",\"websocket_connections\":%d,\"interval_seconds\":30,\"emitted\":{},\"dropped\":{\"%srequests\":%d}"
                  .formatted(random.nextInt(9), prefix, made));
      case 4 ->
          number(
              "debates",
              "ai.aragora.elo.updated.v1",
              time,
              "\"agent\":\"agent-%d\",\"rating\":%d.5"
                  .formatted(random.nextInt(4), 1000 + random.nextInt(900)));
      default -> {
        String method = random.nextBoolean() ? "GET" : "POST";
        int status = random.nextInt(10) == 0 ? 500 : 200;
        long millis = random.nextInt(3000);
        requests.add(new Request(method, status, time, millis));
        number(
            "requests",
            "ai.aragora.request.completed.v1",
            time,
            "\"request_id\":\"r%d\",\"method\":\"%s\",\"endpoint\":\"/api/debates\",\"status\":%d,\"duration_seconds\":%s"
                .formatted(
                    made, method, status, String.format(Locale.ROOT, "%.3f", millis / 1000.0)));
      }
    }
  }

  private void debate(Instant time) {
    String id = "d" + random.nextInt(1 + made / 8);
    if (random.nextBoolean()) {
      at(
          Math.floorMod(id.hashCode(), partitions),
          "debates",
          "ai.aragora.debate.started.v1",
          time,
          "\"debate_id\":\"%s\",\"agents\":[\"a\"],\"domain\":\"law\"".formatted(id));
    } else {
      at(
          Math.floorMod(id.hashCode(), partitions),
          "debates",
          "ai.aragora.debate.completed.v1",
          time,
          "\"debate_id\":\"%s\",\"outcome\":\"%s\",\"duration_seconds\":%s,\"rounds\":3"
              .formatted(id, random.nextBoolean() ? "consensus" : "error", seconds()));
    }
  }

  private String seconds() {
    return String.format(Locale.ROOT, "%.6f", random.nextDouble() * 40);
  }

  private String topic() {
    return random.nextBoolean() ? "requests" : "debates";
  }

  private void number(String topic, String type, Instant time, String data) {
    int among = topic.equals("requests") ? requestPartitions : partitions;
    at(random.nextInt(among), topic, type, time, data);
  }

  private void at(int partition, String topic, String type, Instant time, String data) {
    String source = "/aragora/instances/i" + random.nextInt(3);
    long seq = numbers.merge(source + topic + partition, 1L, Long::sum);
    String value =
        "{\"specversion\":\"1.0\",\"id\":\"e%d\",\"source\":\"%s\",\"type\":\"%s\",\"time\":\"%s\",\"epoch\":\"run\",\"seq\":%d,\"data\":{%s}}"
            .formatted(made, source, type, time, seq, data);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            prefix + topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
    sent.add(record);
    producer.send(record);
  }

  private void send(String topic, byte[] value) {
    producer.send(new ProducerRecord<>(prefix + topic, random.nextInt(partitions), null, value));
  }

  /** The truth about requests, each once. */
  List<Request> requests() {
    return requests;
  }

  /** Number of records that are not valid events. */
  int garbage() {
    return garbage;
  }

  /** Requests go to so many partitions from here on. */
  void spreadRequestsOver(int count) {
    requestPartitions = count;
  }

  @Override
  public void close() {
    producer.close();
  }
}
