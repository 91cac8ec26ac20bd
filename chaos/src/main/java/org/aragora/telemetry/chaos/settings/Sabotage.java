package org.aragora.telemetry.chaos.settings;

import java.util.Locale;

/** A guarantee that is broken on purpose, to test the checks. */
public enum Sabotage {
  NONE("nothing is sabotaged"),
  AT_LEAST_ONCE("the processors run at_least_once"),
  UNCOMMITTED("the processors serve what they read before it is committed"),
  NO_DEDUPE("redelivered events are counted again"),
  NO_IDENTITY("Prometheus scrapes without the shipped relabelling");

  private final String sentence;

  Sabotage(String sentence) {
    this.sentence = sentence;
  }

  /** Description of the sabotage. */
  public String sentence() {
    return sentence;
  }

  /** Name in topics and arguments. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns true if it is done inside the processors. */
  public boolean isInProcessor() {
    return this == AT_LEAST_ONCE || this == UNCOMMITTED || this == NO_DEDUPE;
  }
}
