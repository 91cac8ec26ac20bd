package org.aragora.telemetry.quickstart.load;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.jspecify.annotations.Nullable;

/**
 * One debate of the sample: start, rounds, what its outcome does to ratings, and end. A few are
 * never ended; the processor gives those up when their timeout has passed.
 */
final class Debate {

  private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(15);
  private static final List<String> DOMAINS =
      List.of("architecture", "security", "finance", "hiring");

  private final String id;
  private final Instance instance;
  private final List<Agent> agents;
  private final String domain;
  private final int rounds;
  private final boolean abandoned;
  private final String traceId;
  private final String spanId;
  private final long startedNanos;
  private final Queue<Agent> rated = new ArrayDeque<>();

  private int round;
  private String roundSpanId;
  private long roundStartedNanos;
  private long dueNanos;
  private @Nullable DebateOutcome outcome;

  private Debate(Dice dice, Instance instance, long nowNanos) {
    this.id = "adhoc_" + dice.hex(8);
    this.instance = instance;
    int first = dice.between(0, Agent.ALL.size() - 3);
    this.agents = Agent.ALL.subList(first, first + 3);
    this.domain = dice.oneOf(DOMAINS);
    this.rounds = dice.between(2, 4);
    this.abandoned = dice.chance(0.03);
    this.traceId = dice.hex(32);
    this.spanId = dice.hex(16);
    this.roundSpanId = dice.hex(16);
    this.startedNanos = nowNanos;
    this.roundStartedNanos = nowNanos;
  }

  static Debate start(Dice dice, Instance instance, long nowNanos) {
    Debate debate = new Debate(dice, instance, nowNanos);
    DebateStarted start =
        DebateStarted.of(debate.id, debate.agents.stream().map(Agent::name).toList())
            .withDomain(debate.domain)
            .withTask("Should we " + dice.oneOf(List.of("rewrite", "buy", "postpone")) + " it?")
            .withPlannedRounds(debate.rounds);
    instance.emit(
        debate.abandoned ? start.withTimeout(SHORT_TIMEOUT) : start, debate.context(dice));
    debate.nextStep(dice, nowNanos);
    return debate;
  }

  String id() {
    return id;
  }

  Instance instance() {
    return instance;
  }

  /** Returns the time that an operation which ends now may have taken within its round. */
  Duration longest(long nowNanos) {
    return Duration.ofNanos((nowNanos - roundStartedNanos) / 10 * 9);
  }

  /** Adds the debate to a call, and the round that goes on. */
  AgentCallCompleted own(AgentCallCompleted call) {
    AgentCallCompleted own = call.withDebateId(id);
    return inRound() ? own.withRound(round + 1L) : own;
  }

  /** Context of an operation within the round that goes on, else within the debate. */
  EventContext inside(Dice dice) {
    return dice.within(traceId, inRound() ? roundSpanId : spanId);
  }

  private boolean inRound() {
    return round < rounds;
  }

  Agent anyAgent(Dice dice) {
    return dice.oneOf(agents);
  }

  boolean isDue(long nowNanos) {
    return dueNanos - nowNanos <= 0;
  }

  long dueNanos() {
    return dueNanos;
  }

  /**
   * Emits the one event that comes next.
   *
   * @return true if another event comes after it
   */
  boolean step(Dice dice, Ratings ratings, long nowNanos) {
    if (round < rounds) {
      round++;
      instance.emit(
          new RoundCompleted(id, round, nowNanos - roundStartedNanos),
          new EventContext(dice.traceparent(traceId, roundSpanId), spanId, null));
      roundStartedNanos = nowNanos;
      roundSpanId = dice.hex(16);
      if (abandoned) {
        return false;
      }
      nextStep(dice, nowNanos);
      return true;
    }
    if (outcome == null) {
      outcome = outcome(dice.number(0, 1));
      rated.addAll(isDecided(outcome) ? agents : List.of());
    }
    Agent agent = rated.poll();
    if (agent == null) {
      end(dice, outcome, nowNanos);
      return false;
    }
    instance.emit(
        ratings.update(dice, agent.name()).withDebateId(id).withDomain(domain), context(dice));
    return true; // and at once
  }

  private static boolean isDecided(DebateOutcome outcome) {
    return outcome == DebateOutcome.CONSENSUS || outcome == DebateOutcome.NO_CONSENSUS;
  }

  private void end(Dice dice, DebateOutcome outcome, long nowNanos) {
    DebateCompleted end =
        DebateCompleted.of(id, outcome, Duration.ofNanos(nowNanos - startedNanos))
            .withRounds(rounds)
            .withDomain(domain);
    if (isDecided(outcome)) {
      end = end.withConfidence(Math.round(dice.number(0.4, 1) * 100) / 100.0);
    } else if (outcome == DebateOutcome.ERROR) {
      end = end.withError("AgentUnavailable: the judge did not answer");
    }
    instance.emit(end, context(dice));
  }

  private static DebateOutcome outcome(double chance) {
    if (chance < 0.70) {
      return DebateOutcome.CONSENSUS;
    }
    if (chance < 0.86) {
      return DebateOutcome.NO_CONSENSUS;
    }
    if (chance < 0.92) {
      return DebateOutcome.TIMEOUT;
    }
    return chance < 0.97 ? DebateOutcome.ERROR : DebateOutcome.CANCELLED;
  }

  private EventContext context(Dice dice) {
    return new EventContext(dice.traceparent(traceId, spanId), null, null);
  }

  private void nextStep(Dice dice, long nowNanos) {
    dueNanos = nowNanos + dice.around(1_500).toNanos();
  }

  /** Ratings of the agents. */
  static final class Ratings {

    private static final double FIRST = 1_500;

    private final Map<String, Double> current = new HashMap<>();

    EloUpdated update(Dice dice, String agent) {
      double before = current.getOrDefault(agent, FIRST);
      double after = Math.round((before + dice.number(-16, 16)) * 10) / 10.0;
      current.put(agent, after);
      return EloUpdated.of(agent, after).withPreviousRating(before);
    }
  }
}
