package org.aragora.telemetry.exporter.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.testbed.events.AstralTexts;
import org.junit.jupiter.api.Test;

class HttpAnswersTest {

  @Test
  void retryAfterIsReadAsSecondsOrDate() {
    Instant now = Instant.parse("2026-11-24T12:00:00Z");
    assertThat(HttpAnswers.retryAfter("7", now)).isEqualTo(Duration.ofSeconds(7));
    assertThat(HttpAnswers.retryAfter("Tue, 24 Nov 2026 12:00:30 GMT", now))
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(HttpAnswers.retryAfter("soon", now)).isZero();
    assertThat(HttpAnswers.retryAfter(null, now)).isZero();
  }

  @Test
  void aResponseIsCutBetweenCharacters() {
    for (String text : AstralTexts.around(300)) {
      assertThat(Unicode.isWellFormed(HttpAnswers.head(text))).as(text).isTrue();
      assertThat(HttpAnswers.head(text)).startsWith(text.substring(0, Math.min(4, text.length())));
    }
  }
}
