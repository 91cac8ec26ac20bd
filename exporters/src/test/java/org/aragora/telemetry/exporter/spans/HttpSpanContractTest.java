package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.aragora.telemetry.exporter.contract.ExporterContract;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Reply;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.junit.jupiter.api.Test;

class HttpSpanContractTest extends ExporterContract {

  @Override
  protected ExporterProcess.Definition<?> definition() {
    return SpansMain.definition();
  }

  @Override
  protected Receiver startReceiver() {
    return new SpanReceiver();
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

  @Test
  void retryAfterIsWaitedFor() {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(delivery -> requests.incrementAndGet() == 1 ? Reply.later(429, 1) : Reply.ok());
    start();
    give(P0, 0, 5);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 5);

    long pause = receiver.deliveries().get(1).atNanos() - receiver.deliveries().get(0).atNanos();
    assertThat(Duration.ofNanos(pause)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
  }

  @Test
  void headersOfTheSettingsAreSent() {
    environment.put("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc,x-team=a%2Cb");
    start();
    give(P0, 0, 1);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 1);

    assertThat(receiver.deliveries().get(0).headers())
        .containsEntry("authorization", "Bearer abc")
        .containsEntry("x-team", "a,b")
        .containsEntry("content-encoding", "gzip")
        .containsEntry("content-type", "application/x-protobuf");
  }
}
