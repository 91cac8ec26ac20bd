package org.aragora.telemetry.chaos.settings;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Kinds of faults. */
public enum FaultKind {
  /** SIGKILL of a processor, started again a while later, half the time without its state. */
  KILL,
  /** SIGSTOP of a processor for longer than the session timeout, then SIGCONT. */
  PAUSE,
  /** SIGSTOP of a processor for less than the session timeout, then SIGCONT. */
  SHORT_PAUSE,
  /** SIGTERM of a processor, started again at once. */
  RESTART,
  /** One processor more. */
  SCALE_OUT,
  /** One processor less. */
  SCALE_IN,
  /** SIGTERM and start of every processor, one after the other. */
  ROLLING_RESTART,
  /** SIGKILL of a broker, started again a while later. */
  BROKER_KILL,
  /** SIGTERM of a broker, started again at once. */
  BROKER_RESTART,
  /** SIGSTOP of a broker for longer than its session, then SIGCONT. */
  BROKER_PAUSE,
  /** A processor with another application id on the same topics, which must refuse to start. */
  INTRUDER,
  /** The largest valid events in every input topic, and some that are larger. */
  OVERSIZED,
  /** A writer's transaction that stays open over records that others append, then is aborted. */
  STUCK_TRANSACTION,
  /** A step of the wall clock of a processor, forth or back, that lasts for a while. */
  CLOCK_STEP,
  /** More partitions for a topic, at the end: every processor must stop and name it. */
  PARTITIONS_ADDED;

  /** Place of a fault. */
  public enum Target {
    PROCESSOR,
    BROKER,
    TOPIC,
    /** The end of the run: nothing goes on after it. */
    END
  }

  /** Every kind. */
  public static Set<FaultKind> all() {
    return EnumSet.allOf(FaultKind.class);
  }

  /** Place of the fault. */
  public Target target() {
    return switch (this) {
      case BROKER_KILL, BROKER_RESTART, BROKER_PAUSE -> Target.BROKER;
      case INTRUDER, OVERSIZED, STUCK_TRANSACTION -> Target.TOPIC;
      case PARTITIONS_ADDED -> Target.END;
      default -> Target.PROCESSOR;
    };
  }

  /** Name for people. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
