package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import org.aragora.telemetry.quickstart.ExpectedExports.Exports;
import org.junit.jupiter.api.Test;

class ExpectedExportsTest {

  private static Exports of(EventFacts... events) {
    ExpectedExports expected = new ExpectedExports();
    for (EventFacts event : events) {
      expected.note(event);
    }
    return expected.sum();
  }

  private static EventFacts event(String type, String status) {
    return new EventFacts("/s", type, status, null);
  }

  private static EventFacts end(String debateId) {
    return new EventFacts("/s", "debate.completed", null, debateId);
  }

  @Test
  void requestIsASpanAndALineWhereItFailed() {
    assertThat(of(event("request.completed", "404"))).isEqualTo(new Exports(1, 0));
    assertThat(of(event("request.completed", "500"))).isEqualTo(new Exports(1, 1));
  }

  @Test
  void callHasADerivedSpan() {
    assertThat(of(event("agent.call_completed", "success"))).isEqualTo(new Exports(2, 0));
    assertThat(of(event("agent.call_completed", "timeout"))).isEqualTo(new Exports(2, 1));
  }

  @Test
  void debateEndsOnce() {
    assertThat(of(end("a"), end("b"), end("a"))).isEqualTo(new Exports(2, 2));
  }

  @Test
  void whatIsNoEventGivesNothing() {
    assertThat(of(EventFacts.NONE, event("debate.started", "x"))).isEqualTo(new Exports(0, 0));
  }
}
