package org.aragora.telemetry.exporter.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.aragora.telemetry.exporter.contract.ExporterContract;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Reply;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.junit.jupiter.api.Test;

class LogContractTest extends ExporterContract {

  private static final String TOO_OLD =
      "entry for stream '{app=\"aragora\"}' has timestamp too old: 2026-11-24T12:00:00Z, oldest"
          + " acceptable timestamp is: ";

  @Override
  protected ExporterProcess.Definition<?> definition() {
    return LogsMain.definition();
  }

  @Override
  protected Receiver startReceiver() {
    return new LogReceiver();
  }

  @Test
  void linesThatAreTooOldAreDeadLettersInOneStep() {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(
        delivery ->
            requests.incrementAndGet() == 1
                ? Reply.status(400, TOO_OLD + "2027-01-01T00:00:00Z")
                : Reply.ok());
    start();
    give(P0, 0, 50);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 50);

    assertThat(deadLetters()).hasSize(50);
    assertThat(deadLetters())
        .allSatisfy(record -> assertThat(header(record, "reason")).isEqualTo("too_old"));
    assertThat(receiver.deliveries()).hasSize(1);
  }

  @Test
  void neighboursOfALineThatIsTooFarBehindAreAccepted() {
    receiver.answer(
        delivery ->
            delivery.mentions("req-5")
                ? Reply.status(
                    400,
                    "entry with timestamp 2026-11-24 12:00:00 ignored, reason: 'entry too far"
                        + " behind, entry timestamp is: 2026-11-24T12:00:00Z, oldest acceptable"
                        + " timestamp is: 2026-11-24T13:00:00Z',")
                : Reply.ok());
    start();
    give(P0, 0, 20);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 20);

    assertThat(receiver.acceptedRequests()).hasSize(19).doesNotContain("req-5");
    assertThat(deadLetters()).hasSize(1);
    assertThat(header(deadLetters().get(0), "reason")).isEqualTo("too_old");
  }

  @Test
  void lokiWithoutStructuredMetadataMakesNoDeadLetter() {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(
        delivery ->
            requests.incrementAndGet() <= 2
                ? Reply.status(
                    400,
                    "stream '{}' includes structured metadata, but this feature is disallowed.")
                : Reply.ok());
    start();
    give(P0, 0, 5);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 5);

    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void credentialsAndTenantAreSent() {
    environment.put("ARAGORA_TELEMETRY_LOKI_TENANT", "team-a");
    environment.put("ARAGORA_TELEMETRY_LOKI_USERNAME", "user");
    environment.put("ARAGORA_TELEMETRY_LOKI_PASSWORD", "pass");
    start();
    give(P0, 0, 1);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 1);

    assertThat(receiver.deliveries().get(0).headers())
        .containsEntry("x-scope-orgid", "team-a")
        .containsEntry("authorization", "Basic dXNlcjpwYXNz")
        .containsEntry("content-encoding", "gzip")
        .containsEntry("content-type", "application/json");
  }
}
