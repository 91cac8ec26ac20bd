package org.aragora.telemetry.chassis.settings;

/** Subjects of settings, in the order of the help and of the reference. */
public enum Subject {
  TOPICS("Topics and groups"),
  COUNTING("Counting"),
  PROCESSING("Processing"),
  SERVER("Metrics, health and the page"),
  EXPORT("Export"),
  TRACES("Traces"),
  LOKI("Loki"),
  REDACTION("Redaction"),
  STACK("Addresses of the stack"),
  LOG("Log"),
  OTHER("Other");

  private final String title;

  Subject(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
