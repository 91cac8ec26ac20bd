package org.aragora.telemetry.quickstart.load;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.producer.report.ProducerStats.TopicStats;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;

/**
 * The sample at a rate: several simulated instances, each with a telemetry producer of its own as
 * if it were a process of its own.
 */
public final class SampleLoad implements Load {

  private static final List<String> INSTANCES = List.of("api-1", "api-2", "api-3");
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final double perSecond;
  private final Predicate<String> sampling;
  private final List<Connected> instances = new ArrayList<>();
  private final SampleClock clock = new SampleClock(Clock.systemUTC());
  private final Thread thread = new Thread(this::run, "sample-load");
  private volatile boolean stopped;

  /** Time of the event that is made; the thread of the load alone uses it. */
  private Instant moment = Instant.EPOCH;

  /**
   * Prepares the load.
   *
   * @param perSecond events per second of all instances together, heartbeats not among them
   * @param sampling decides by its id if a trace is sampled
   */
  public SampleLoad(double perSecond, Predicate<String> sampling) {
    this.perSecond = perSecond;
    this.sampling = sampling;
  }

  @Override
  public Set<String> sources() {
    return INSTANCES.stream().map(id -> "/aragora/instances/" + id).collect(Collectors.toSet());
  }

  @Override
  public void start(ServiceEnvironment environment, BooleanSupplier isStopped) {
    for (String id : INSTANCES) {
      instances.add(
          new Connected(
              TelemetryProducer.builder(id)
                  .bootstrapServers(environment.bootstrapServers())
                  .topicPrefix(environment.topicPrefix())
                  .heartbeatInterval(HEARTBEAT)
                  .build()));
    }
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public List<String> places() {
    return List.of(
        "  Load      %,.0f events a second of %d instances".formatted(perSecond, INSTANCES.size()));
  }

  /** Events that the broker has acknowledged, by topic. */
  @Override
  public Map<String, Long> emitted() {
    return sum(TopicStats::acknowledged);
  }

  @Override
  public long dropped(MetricsPage page) {
    return sum(TopicStats::dropped).values().stream().mapToLong(Long::longValue).sum();
  }

  /** Emits nothing more, and waits until what was emitted is acknowledged or given up. */
  @Override
  public void stop(Duration bound) throws InterruptedException {
    stopped = true;
    thread.join(bound.toMillis());
    List<Thread> closing = new ArrayList<>();
    for (Connected instance : instances) {
      Thread close = new Thread(() -> instance.producer().close(bound), "sample-load-close");
      close.start();
      closing.add(close);
    }
    for (Thread close : closing) {
      close.join();
    }
  }

  @Override
  public void close() {
    stopped = true;
    instances.forEach(instance -> instance.producer().close(Duration.ZERO));
  }

  private void run() {
    Sample sample = new Sample(System.nanoTime(), instances, sampling);
    long start = System.nanoTime();
    long emitted = 0;
    while (!stopped) {
      long due = (long) ((System.nanoTime() - start) / 1e9 * perSecond);
      if (emitted >= due) {
        LockSupport.parkNanos(TICK_NANOS);
      }
      while (emitted < due && !stopped) {
        long now = System.nanoTime();
        moment = clock.at(now);
        sample.next(now);
        emitted++;
      }
    }
  }

  private Map<String, Long> sum(ToLongFunction<TopicStats> count) {
    Map<String, Long> sums = new TreeMap<>();
    for (Connected instance : instances) {
      instance
          .producer()
          .stats()
          .topics()
          .forEach((topic, stats) -> sums.merge(topic, count.applyAsLong(stats), Long::sum));
    }
    return sums;
  }

  /** An instance that writes to the broker. */
  private final class Connected implements Instance {
    private final TelemetryProducer producer;

    Connected(TelemetryProducer producer) {
      this.producer = producer;
    }

    TelemetryProducer producer() {
      return producer;
    }

    @Override
    public void emit(EventData data, EventContext context) {
      producer.emit(data, context.withTime(moment));
    }

    @Override
    public void websocket(String connectionId, boolean opened, long connections) {
      if (opened) {
        producer.websocketOpened(connectionId, connections);
      } else {
        producer.websocketClosed(connectionId, connections);
      }
    }
  }
}
