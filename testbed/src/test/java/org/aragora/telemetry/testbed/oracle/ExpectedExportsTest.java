package org.aragora.telemetry.testbed.oracle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.aragora.telemetry.testbed.oracle.ExpectedExports.Exports;
import org.junit.jupiter.api.Test;

class ExpectedExportsTest {

  private static Exports of(String... events) {
    ExpectedExports expected = new ExpectedExports();
    for (String event : events) {
      expected.add(OracleEvent.tree(event.getBytes(UTF_8)));
    }
    return expected.sum();
  }

  private static String event(String type, String data) {
    return "{\"type\":\"ai.aragora.%s.v1\",\"data\":{%s}}".formatted(type, data);
  }

  private static String request(int status) {
    return event("request.completed", "\"status\":" + status);
  }

  private static String call(String status) {
    return event("agent.call_completed", "\"status\":\"" + status + "\"");
  }

  private static String end(String debateId) {
    return event("debate.completed", "\"debate_id\":\"" + debateId + "\"");
  }

  @Test
  void requestIsASpanAndALineIfItFailed() {
    assertThat(of(request(404))).isEqualTo(new Exports(1, 0));
    assertThat(of(request(500))).isEqualTo(new Exports(1, 1));
  }

  @Test
  void callHasADerivedSpan() {
    assertThat(of(call("success"))).isEqualTo(new Exports(2, 0));
    assertThat(of(call("timeout"))).isEqualTo(new Exports(2, 1));
  }

  @Test
  void debateEndsOnce() {
    assertThat(of(end("a"), end("b"), end("a"))).isEqualTo(new Exports(2, 2));
  }

  @Test
  void otherRecordsGiveNothing() {
    assertThat(of("", "[1", "{\"source\":7}", event("debate.started", "")))
        .isEqualTo(new Exports(0, 0));
  }
}
