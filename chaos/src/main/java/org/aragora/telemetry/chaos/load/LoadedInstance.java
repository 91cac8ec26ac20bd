package org.aragora.telemetry.chaos.load;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;

/** One instance of an application. It emits a mix of all events through the producer library. */
final class LoadedInstance implements Runnable {

  /** A debate that is left alone times out after this, and its end is proposed a minute later. */
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static final long PROPOSED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(90);
  private static final int TICK_MS = 40;
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(75);
  private static final List<String> AGENTS = List.of("claude", "gpt", "gemini", "grok");
  private static final List<String> DOMAINS = List.of("health", "law", "code");
  private static final List<String> ENDPOINTS =
      List.of("/api/debates", "/api/debates/4711", "/api/agents?limit=5", "/ws/adhoc_1a2b3c4d");
  private static final List<Integer> STATUSES = List.of(200, 200, 200, 201, 404, 500, 503);

  private final String idPart;
  private final Load load;
  private final Random random;
  private final TelemetryProducer telemetry;
  private final ArrayDeque<String> debates = new ArrayDeque<>();
  private long number;
  private int connections;

  /**
   * Load of one instance.
   *
   * @param untilNanos end of the run; debates that would time out later are ended
   */
  record Load(AtomicBoolean on, int eventsPerSecond, long untilNanos) {}

  LoadedInstance(String instanceId, long seed, Load load, TelemetryProducer telemetry) {
    this.idPart = instanceId + "-" + seed;
    this.load = load;
    this.random = new Random(seed);
    this.telemetry = telemetry;
  }

  @Override
  public void run() {
    double owed = 0;
    long last = System.nanoTime();
    try {
      while (load.on().get()) {
        TimeUnit.MILLISECONDS.sleep(TICK_MS);
        long now = System.nanoTime();
        owed += Math.min(1e9, (double) (now - last)) * load.eventsPerSecond() / 1e9;
        last = now;
        for (; owed >= 1; owed--) {
          emitOne();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    while (!debates.isEmpty()) {
      end(debates.remove());
    }
    telemetry.close(CLOSE_WITHIN);
  }

  ProducerStats stats() {
    return telemetry.stats();
  }

  private void emitOne() {
    int dice = random.nextInt(100);
    if (dice < 40) {
      telemetry.emit(request(), context());
    } else if (dice < 60) {
      agentCall();
    } else if (dice < 75) {
      debate();
    } else if (dice < 78) {
      telemetry.eloUpdated(oneOf(AGENTS), 1000 + random.nextInt(8000) / 10.0);
    } else if (dice < 82) {
      connections = random.nextBoolean() ? connections + 1 : Math.max(0, connections - 1);
      telemetry.websocketOpened(id("ws"), connections);
    } else {
      LogLevel[] levels = LogLevel.values();
      telemetry.log(levels[random.nextInt(levels.length)], "chaos", "line " + number++);
    }
  }

  private RequestCompleted request() {
    return RequestCompleted.of(
        id("r"),
        random.nextBoolean() ? "GET" : "POST",
        oneOf(ENDPOINTS),
        oneOf(STATUSES),
        ms(random.nextInt(12_000)));
  }

  /** Mostly now; sometimes late, sometimes by a clock that is fast. */
  private EventContext context() {
    return switch (random.nextInt(40)) {
      case 0 -> EventContext.none().withTime(Instant.now().minusSeconds(900));
      case 1 -> EventContext.none().withTime(Instant.now().plusSeconds(120));
      default -> EventContext.none();
    };
  }

  private void agentCall() {
    CallStatus[] all = CallStatus.values();
    AgentCallCompleted call =
        AgentCallCompleted.of(
            id("c"), oneOf(AGENTS), all[random.nextInt(all.length)], ms(random.nextInt(150_000)));
    telemetry.emit(
        random.nextBoolean() ? call.withTokens(random.nextInt(5000), random.nextInt(900)) : call);
  }

  private void debate() {
    boolean leave =
        random.nextInt(12) == 0 && System.nanoTime() + PROPOSED_WITHIN_NANOS < load.untilNanos();
    if (leave || debates.size() < 5 || random.nextBoolean()) {
      String debate = id("d");
      DebateStarted start = DebateStarted.of(debate, AGENTS);
      telemetry.emit(
          (leave ? start.withTimeout(TIMEOUT) : start)
              .withDomain(random.nextInt(3) == 0 ? null : oneOf(DOMAINS)));
      if (!leave) {
        debates.add(debate);
      }
    } else {
      String debate = debates.remove();
      telemetry.roundCompleted(debate, 1, ms(random.nextInt(9000)));
      end(debate);
      if (random.nextInt(20) == 0) {
        end(debate); // the first end counts
      }
    }
  }

  private void end(String debate) {
    DebateOutcome[] all = DebateOutcome.values();
    DebateCompleted end =
        DebateCompleted.of(debate, all[random.nextInt(all.length)], ms(random.nextInt(2_000_000)));
    if (random.nextBoolean()) {
      end = end.withRounds(random.nextInt(12));
    }
    telemetry.emit(random.nextInt(3) == 0 ? end.withDomain(oneOf(DOMAINS)) : end);
  }

  private String id(String kind) {
    return kind + "-" + idPart + "-" + number++;
  }

  private <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private static Duration ms(int ms) {
    return Duration.ofMillis(ms);
  }
}
