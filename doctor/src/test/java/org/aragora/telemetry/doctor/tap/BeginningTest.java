package org.aragora.telemetry.doctor.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeginningTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);

  @ParameterizedTest
  @CsvSource({
    "30s, 2026-11-24T11:59:30Z",
    "15m, 2026-11-24T11:45:00Z",
    "2h, 2026-11-24T10:00:00Z",
    "1d, 2026-11-23T12:00:00Z",
    "2026-11-24T13:00:00+02:00, 2026-11-24T11:00:00Z"
  })
  void sinceIsAnAgeOrATime(String text, Instant time) {
    assertThat(Beginning.of(false, text, NOON)).isEqualTo(new Beginning(time.toEpochMilli()));
  }

  @Test
  void otherTextIsRefused() {
    for (String text : new String[] {"yesterday", "-5m", "5 m", "", "2026-11-24"}) {
      assertThatThrownBy(() -> Beginning.of(false, text, NOON))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageStartingWith("--since=" + text + " is refused: ");
    }
    assertThatThrownBy(() -> Beginning.of(true, "5m", NOON))
        .isInstanceOf(InvalidSettingException.class);
  }
}
