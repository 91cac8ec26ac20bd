package org.aragora.telemetry.chaos.settings;

import java.util.Locale;

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
  BROKER_PAUSE;

  /** Returns true for a fault of a broker. */
  public boolean isOfBroker() {
    return name().startsWith("BROKER");
  }

  /** Name for people. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
