package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.aragora.telemetry.exporter.contract.ExporterContract;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Reply;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.junit.jupiter.api.Test;

class GrpcSpanContractTest extends ExporterContract {

  @Override
  protected ExporterProcess.Definition<?> definition() {
    return SpansMain.definition();
  }

  @Override
  protected Receiver startReceiver() {
    return new GrpcSpanReceiver();
  }

  @Test
  void partialSuccessIsNarrowedDownToTheRejectedSpan() {
    receiver.answer(delivery -> delivery.mentions("req-5") ? Reply.partial(1) : Reply.ok());
    start();
    give(P0, 0, 20);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 20);

    assertThat(deadLetters()).hasSize(1);
    assertThat(header(deadLetters().get(0), "offset")).isEqualTo("5");
    assertThat(header(deadLetters().get(0), "reason")).isEqualTo("rejected");
  }
}
