package org.aragora.telemetry.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventFactsTest {

  private static EventFacts of(String value) {
    return EventFacts.of(value.getBytes(UTF_8));
  }

  @Test
  void sourceIsTheEnvelopesNotTheDatas() {
    assertThat(
            of("{\"data\":{\"source\":\"/x\",\"a\":[{}]},\"seq\":1,\"source\":\"/aragora/telemetry\"}")
                .source())
        .isEqualTo("/aragora/telemetry");
  }

  @Test
  void statusAndDebateAreTheDatas() {
    EventFacts facts =
        of(
            "{\"type\":\"ai.aragora.request.completed.v1\",\"status\":1,"
                + "\"data\":{\"x\":{\"status\":2},\"status\":503,\"debate_id\":\"d\"}}");

    assertThat(facts).isEqualTo(new EventFacts(null, "request.completed", "503", "d"));
  }

  @Test
  void whatIsNoEventHasNoSource() {
    assertThat(EventFacts.of(null).source()).isNull();
    assertThat(of("").source()).isNull();
    assertThat(of("[1").source()).isNull();
    assertThat(of("{\"source\":7}").source()).isNull();
    assertThat(of("{\"a\":").source()).isNull();
  }
}
