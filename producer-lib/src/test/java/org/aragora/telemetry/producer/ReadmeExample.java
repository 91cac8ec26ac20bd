package org.aragora.telemetry.producer;

import java.time.Duration;
import java.util.List;
import org.aragora.telemetry.schemas.field.DebateOutcome;

/** The program in the README, so that it compiles. */
final class ReadmeExample {

  private ReadmeExample() {}

  public static void main(String[] arguments) {
    try (TelemetryProducer telemetry = TelemetryProducer.builder("api-1").build()) {
      telemetry.debateStarted("d-1", List.of("claude", "gpt"));
      telemetry.roundCompleted("d-1", 1, Duration.ofSeconds(31));
      telemetry.debateCompleted("d-1", DebateOutcome.CONSENSUS, Duration.ofSeconds(95));
    }
  }
}
