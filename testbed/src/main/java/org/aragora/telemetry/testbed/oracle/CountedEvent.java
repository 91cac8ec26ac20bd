package org.aragora.telemetry.testbed.oracle;

import org.jspecify.annotations.Nullable;

/**
 * An event that counts, as the rules of {@link MetricTable} read it.
 *
 * @param start for the end of a debate, the start that it ends; null if there is none
 */
record CountedEvent(OracleEvent event, @Nullable OracleEvent start) {

  /** Takes the amounts that an event adds to the series of one metric. */
  interface Amounts {
    void add(long amount, String... labels);

    void last(double value, String... labels);
  }

  boolean isOfOpenDebate() {
    return start != null;
  }

  String text(String field) {
    return event.text(field);
  }

  long number(String field) {
    return event.number(field);
  }

  String method() {
    return event.text("method");
  }

  String endpoint() {
    return event.endpoint();
  }

  String instance() {
    return event.instance();
  }

  boolean endedWith(String outcome) {
    return event.text("outcome").equals(outcome);
  }

  String debateStatus() {
    String outcome = event.text("outcome");
    return switch (outcome) {
      case "consensus", "no_consensus" -> "completed";
      case "cancelled" -> "aborted";
      default -> outcome;
    };
  }

  /** The event's own domain, else that of the start, else {@code general}. */
  String domain() {
    String own = event.text("domain");
    String ofStart = start == null ? "" : start.text("domain");
    return !own.isEmpty() ? own : ofStart.isEmpty() ? "general" : ofStart;
  }
}
