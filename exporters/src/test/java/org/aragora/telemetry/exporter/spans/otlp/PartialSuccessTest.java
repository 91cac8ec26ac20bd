package org.aragora.telemetry.exporter.spans.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartialSuccessTest {

  @Test
  void rejectedSpansAreReadAsTheDefinitionWritesThem() {
    byte[] response =
        ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportTracePartialSuccess.newBuilder()
                    .setRejectedSpans(300)
                    .setErrorMessage("too many"))
            .build()
            .toByteArray();

    assertThat(PartialSuccess.parse(response)).isEqualTo(new PartialSuccess(300, "too many"));
    assertThat(PartialSuccess.parse(new byte[0]).rejected()).isZero();
    assertThat(
            PartialSuccess.parse(ExportTraceServiceResponse.getDefaultInstance().toByteArray())
                .rejected())
        .isZero();
  }

  @Test
  void anythingElseRejectsNothingAndDoesNotFail() {
    Random random = new Random(3);
    assertThat(PartialSuccess.parse("{\"partialSuccess\":{}}".getBytes()).message()).isEmpty();
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      assertThat(PartialSuccess.parse(bytes)).isNotNull();
    }
  }
}
