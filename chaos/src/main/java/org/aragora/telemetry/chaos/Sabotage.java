package org.aragora.telemetry.chaos;

import java.util.Locale;

/** A guarantee that is broken on purpose, to see that the checks notice. */
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

  String sentence() {
    return sentence;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it is done inside the processors. */
  boolean isInProcessor() {
    return this == AT_LEAST_ONCE || this == UNCOMMITTED || this == NO_DEDUPE;
  }
}
