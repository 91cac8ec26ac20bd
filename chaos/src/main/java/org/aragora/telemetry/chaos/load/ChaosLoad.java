package org.aragora.telemetry.chaos.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.producer.report.ProducerStats;

/** Load of several instances, each a thread with its own producer. It can stop and start again. */
public final class ChaosLoad {
  private static final int INSTANCES = 3;

  private final ChaosSettings settings;
  private final String bootstrapServers;
  private final List<LoadedInstance> running = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Long> acknowledged = new HashMap<>();
  private AtomicBoolean on = new AtomicBoolean();
  private long dropped;
  private int stage;

  /** Prepares a load; nothing is sent yet. */
  public ChaosLoad(ChaosSettings settings, String bootstrapServers) {
    this.settings = settings;
    this.bootstrapServers = bootstrapServers;
  }

  /** Starts it. {@code untilNanos}: end of the run, for debates that are left to time out. */
  public void start(long untilNanos) {
    on = new AtomicBoolean(true);
    stage++;
    LoadedInstance.Load load =
        new LoadedInstance.Load(on, settings.eventsPerSecond() / INSTANCES, untilNanos);
    for (int i = 0; i < INSTANCES; i++) {
      String id = "api-" + i;
      LoadedInstance instance =
          new LoadedInstance(id, settings.seed() * 31 + stage * 7L + i, load, producer(id));
      Thread thread = new Thread(instance, "chaos-load-" + i);
      thread.setDaemon(true);
      running.add(instance);
      threads.add(thread);
      thread.start();
    }
  }

  private TelemetryProducer producer(String id) {
    return TelemetryProducer.builder(id)
        .bootstrapServers(bootstrapServers)
        .topicPrefix(settings.topicPrefix())
        .heartbeatInterval(Duration.ofSeconds(3))
        .queue(50_000, 16L * 1024 * 1024)
        .build();
  }

  /** Stops it and waits until every accepted event is acknowledged or dropped. */
  public void stop() throws InterruptedException {
    on.set(false);
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(90));
    }
    for (LoadedInstance instance : running) {
      ProducerStats stats = instance.stats();
      stats
          .topics()
          .forEach(
              (topic, account) -> {
                acknowledged.merge(topic, account.acknowledged(), Long::sum);
                dropped += account.dropped();
              });
    }
    running.clear();
    threads.clear();
  }

  /** Events by topic that brokers acknowledged to closed producers. */
  public Map<String, Long> acknowledged() {
    return Map.copyOf(acknowledged);
  }

  /** Events that closed producers dropped. */
  public long dropped() {
    return dropped;
  }
}
