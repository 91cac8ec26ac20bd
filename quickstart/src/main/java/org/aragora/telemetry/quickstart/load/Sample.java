package org.aragora.telemetry.quickstart.load;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.LogLevel;

/**
 * Events of several Aragora instances, one at a time: requests of which some fail and some are
 * slow, debates, the calls that agents make for them, WebSocket connections and log lines. Not
 * thread-safe.
 */
final class Sample {

  private static final int ENDPOINTS = 9;
  private static final int MOST_CONNECTIONS = 40;
  private static final Duration SHORTEST_CALL = Duration.ofMillis(20);

  private final Dice dice;
  private final List<Instance> instances;
  private final long[] connections;
  private final Debate.Ratings ratings = new Debate.Ratings();
  private final PriorityQueue<Debate> debates =
      new PriorityQueue<>(Comparator.comparingLong(Debate::dueNanos));

  /** {@code sampling} decides by its id if a trace is sampled. */
  Sample(long seed, List<? extends Instance> instances, Predicate<String> sampling) {
    this.dice = new Dice(seed, sampling);
    this.instances = List.copyOf(instances);
    this.connections = new long[instances.size()];
  }

  /** Emits exactly one event. */
  void next(long nowNanos) {
    double kind = dice.number(0, 1);
    if (kind < 0.40) {
      request();
    } else if (kind < 0.65) {
      agentCall(nowNanos);
    } else if (kind < 0.80) {
      debate(nowNanos);
    } else if (kind < 0.85) {
      websocket();
    } else {
      logLine();
    }
  }

  private void debate(long nowNanos) {
    Debate next = debates.peek();
    if (next == null || !next.isDue(nowNanos)) {
      debates.add(Debate.start(dice, dice.oneOf(instances), nowNanos));
      return;
    }
    debates.remove();
    if (next.step(dice, ratings, nowNanos)) {
      debates.add(next);
    }
  }

  private void request() {
    boolean slow = dice.chance(0.02);
    int status = status(dice.number(0, 1));
    RequestCompleted request =
        RequestCompleted.of(
                "req-" + dice.hex(12),
                dice.chance(0.8) ? "GET" : "POST",
                endpoint(),
                status,
                dice.around(slow ? 4_000 : status == 503 ? 8 : 60))
            .withUserId(dice.chance(0.5) ? "user_" + dice.between(1, 40) : null);
    dice.oneOf(instances).emit(request, dice.root());
  }

  private static int status(double chance) {
    if (chance < 0.93) {
      return 200;
    }
    if (chance < 0.96) {
      return 404;
    }
    if (chance < 0.975) {
      return 401;
    }
    return chance < 0.99 ? 500 : 503;
  }

  /**
   * Paths as servers see them, with ids and query strings: the processor makes templates of them.
   */
  private String endpoint() {
    return switch (dice.between(1, ENDPOINTS)) {
      case 1 -> "/api/debates";
      case 2 -> "/api/debates/adhoc_" + dice.hex(8);
      case 3 -> "/api/debates/adhoc_" + dice.hex(8) + "/messages?limit=50&after=" + dice.hex(6);
      case 4 -> "/api/leaderboard?domain=security";
      case 5 -> "/api/users/" + dice.between(1, 9_999);
      case 6 -> "/api/replays/" + dice.uuid() + "/export?format=json";
      case 7 -> "/api/agent/" + dice.oneOf(Agent.ALL).name() + "/profile";
      case 8 -> "/api/auth/login";
      default -> "/api/health";
    };
  }

  private void agentCall(long nowNanos) {
    // The debate whose next step is nearest; all in the queue go on.
    Debate debate = dice.chance(0.9) ? debates.peek() : null;
    if (debate != null && debate.longest(nowNanos).compareTo(SHORTEST_CALL) < 0) {
      debate = null; // its round has only begun
    }
    Agent agent = debate == null ? dice.oneOf(Agent.ALL) : debate.anyAgent(dice);
    double chance = dice.number(0, 1);
    CallStatus status =
        chance < agent.failing()
            ? CallStatus.ERROR
            : chance < agent.failing() + 0.01 ? CallStatus.TIMEOUT : CallStatus.SUCCESS;
    if (status == CallStatus.TIMEOUT) {
      debate = null; // a minute is longer than any round
    }
    Duration duration =
        status == CallStatus.TIMEOUT ? Duration.ofSeconds(60) : dice.around(agent.medianMs());
    if (debate != null && duration.compareTo(debate.longest(nowNanos)) > 0) {
      duration = debate.longest(nowNanos);
    }
    AgentCallCompleted call =
        AgentCallCompleted.of("call-" + dice.hex(12), agent.name(), status, duration)
            .withOperation(dice.oneOf(List.of("generate", "critique", "vote")))
            .withProvider(agent.provider())
            .withModel(agent.model());
    if (status == CallStatus.SUCCESS) {
      call = call.withTokens(dice.between(400, 6_000), dice.between(50, 1_200));
    } else {
      call = call.withErrorType(status == CallStatus.TIMEOUT ? "ReadTimeout" : "RateLimitError");
    }
    if (debate == null) {
      dice.oneOf(instances).emit(call, dice.root());
    } else {
      debate.instance().emit(debate.own(call), debate.inside(dice));
    }
  }

  private void websocket() {
    int i = dice.between(0, instances.size() - 1);
    boolean opens = connections[i] == 0 || (connections[i] < MOST_CONNECTIONS && dice.chance(0.55));
    connections[i] += opens ? 1 : -1;
    instances.get(i).websocket("ws-" + dice.hex(8), opens, connections[i]);
  }

  private void logLine() {
    double chance = dice.number(0, 1);
    LogEmitted line =
        chance < 0.02
            ? LogEmitted.of(LogLevel.ERROR, "aragora.agents", "Agent call failed after 3 attempts")
                .withSource("resilience", "call_with_retry", 214)
                .withField("attempts", 3)
            : chance < 0.08
                ? LogEmitted.of(LogLevel.WARNING, "aragora.server", "Request took longer than 2 s")
                    .withSource("middleware", "dispatch", 88)
                : chance < 0.7
                    ? LogEmitted.of(LogLevel.INFO, "aragora.debate", "Round completed")
                        .withSource("orchestrator", "run_round", 412)
                    : LogEmitted.of(LogLevel.DEBUG, "aragora.memory", "Cache hit");
    Debate debate = debates.peek();
    Instance instance = debate == null ? dice.oneOf(instances) : debate.instance();
    instance.emit(
        debate == null ? line : line.withDebateId(debate.id()),
        debate == null ? EventContext.none() : debate.inside(dice));
  }
}
