package org.aragora.telemetry.benchmarks.page;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes calls of agents at a constant rate until it is closed. */
public final class SteadyLoad implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final int agents;
  private final long pauseNanos;
  private final Thread thread = new Thread(this::write, "load");
  private volatile boolean closed;

  /** Starts at once. Each agent has series of its own. */
  public SteadyLoad(String bootstrapServers, String prefix, int agents, int eventsPerSecond) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "20"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.topic = prefix + "agent-calls";
    this.agents = agents;
    this.pauseNanos = TimeUnit.SECONDS.toNanos(1) / eventsPerSecond;
    thread.setDaemon(true);
    thread.start();
  }

  private void write() {
    long next = System.nanoTime();
    for (int i = 0; !closed; i++) {
      var unused = producer.send(new ProducerRecord<>(topic, event(i)));
      next += pauseNanos;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private byte[] event(int i) {
    return """
    {"specversion":"1.0","id":"%d","source":"/aragora/instances/api-1",\
    "type":"ai.aragora.agent.call_completed.v1","time":"%s","data":{"call_id":"c%d",\
    "agent":"agent-%d","status":"success","duration_seconds":%.3f}}\
    """
        .formatted(i, Instant.now(), i, i % agents, (i % 97) / 10.0)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Throws if nothing is written any more. */
  void checkAlive() {
    if (!thread.isAlive()) {
      throw new IllegalStateException("the load has ended");
    }
  }

  @Override
  public void close() {
    closed = true;
    producer.close();
  }
}
