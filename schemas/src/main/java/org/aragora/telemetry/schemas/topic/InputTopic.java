package org.aragora.telemetry.schemas.topic;

import org.jspecify.annotations.Nullable;

/** The five topics that instances write to, by the part of the name that follows the prefix. */
public enum InputTopic {
  DEBATES("debates"),
  REQUESTS("requests"),
  AGENT_CALLS("agent-calls"),
  INSTANCES("instances"),
  LOGS("logs");

  private final String suffix;

  InputTopic(String suffix) {
    this.suffix = suffix;
  }

  /** Name without prefix, such as {@code agent-calls}. */
  public String suffix() {
    return suffix;
  }

  /** Full name under a prefix such as {@code aragora.}. */
  public String under(String prefix) {
    return prefix + suffix;
  }

  /** The topic whose full name under the prefix this is, or null. */
  public static @Nullable InputTopic byName(String prefix, String topic) {
    for (InputTopic candidate : values()) {
      // As under(prefix).equals(topic), but a record's look-up builds no name.
      if (topic.length() == prefix.length() + candidate.suffix.length()
          && topic.startsWith(prefix)
          && topic.endsWith(candidate.suffix)) {
        return candidate;
      }
    }
    return null;
  }
}
