package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.aragora.telemetry.producer.report.ProducerStats;

/**
 * Several instances under load, each a thread with a producer of its own; can be stopped and
 * started.
 */
final class Load {
  private static final int INSTANCES = 3;

  private final ChaosSettings settings;
  private final String bootstrapServers;
  private final List<LoadedInstance> running = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Long> acknowledged = new HashMap<>();
  private AtomicBoolean on = new AtomicBoolean();
  private long dropped;
  private int stage;

  Load(ChaosSettings settings, String bootstrapServers) {
    this.settings = settings;
    this.bootstrapServers = bootstrapServers;
  }

  /** {@code untilNanos}: when the run is over, for debates that are left to time out. */
  void start(long untilNanos) {
    on = new AtomicBoolean(true);
    stage++;
    for (int i = 0; i < INSTANCES; i++) {
      LoadedInstance instance =
          new LoadedInstance(
              new LoadedInstance.Settings(
                  "api-" + i,
                  bootstrapServers,
                  settings.topicPrefix(),
                  settings.seed() * 31 + stage * 7L + i,
                  settings.eventsPerSecond() / INSTANCES,
                  untilNanos),
              on);
      Thread thread = new Thread(instance, "chaos-load-" + i);
      thread.setDaemon(true);
      running.add(instance);
      threads.add(thread);
      thread.start();
    }
  }

  /** Stops and waits until everything that was accepted is acknowledged or dropped. */
  void stop() throws InterruptedException {
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

  /** Events that the brokers acknowledged to the producers that are closed, by topic. */
  Map<String, Long> acknowledged() {
    return Map.copyOf(acknowledged);
  }

  long dropped() {
    return dropped;
  }
}
