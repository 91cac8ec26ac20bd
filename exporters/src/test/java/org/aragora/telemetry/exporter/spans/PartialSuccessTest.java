package org.aragora.telemetry.exporter.spans;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.aragora.telemetry.exporter.core.Reply;
import org.junit.jupiter.api.Test;

class PartialSuccessTest {

  @Test
  void rejectedSpansAreReadAsTheDefinitionWritesThem() {
    byte[] response = SpanReceiver.response(Reply.partial(300)).toByteArray();

    assertThat(PartialSuccess.parse(response))
        .isEqualTo(new PartialSuccess(300, "some are not to my taste"));
    assertThat(PartialSuccess.parse(new byte[0]).rejected()).isZero();
    assertThat(PartialSuccess.parse(SpanReceiver.response(Reply.ok()).toByteArray()).rejected())
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
