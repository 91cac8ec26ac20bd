package org.aragora.telemetry.doctor.top.figures;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The last dead letters of {@code /api/v1/recent}, the newest first.
 *
 * @param failure the reason for which there are none, else empty
 */
public record DeadLetters(String failure, List<DeadLetter> letters) {

  /** The service has not read its topics yet. */
  public static final DeadLetters UNREAD = new DeadLetters("the topics are being read", List.of());

  /** A dead letter, as the service shows it. */
  public record DeadLetter(long timeMs, String topic, String place, String reason, String rule) {}

  public DeadLetters {
    letters = List.copyOf(letters);
  }

  /** Reads an answer. */
  public static DeadLetters of(JsonNode answer) {
    List<DeadLetter> letters = new ArrayList<>();
    for (JsonNode each : answer.path("deadLetters")) {
      letters.add(
          new DeadLetter(
              each.path("timeMs").asLong(),
              each.path("topic").asText(),
              each.path("place").asText(),
              each.path("kind").asText(),
              each.path("text").asText()));
    }
    return new DeadLetters(answer.path("failure").asText(), letters);
  }

  /** Returns true if the next answer may have more. */
  public boolean isUnread() {
    return failure.equals(UNREAD.failure);
  }
}
