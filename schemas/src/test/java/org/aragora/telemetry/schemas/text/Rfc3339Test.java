package org.aragora.telemetry.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {

  @ParameterizedTest
  @CsvSource({
    "2026-11-24T12:00:00Z, 2026-11-24T12:00:00Z",
    "2026-11-24t12:00:00z, 2026-11-24T12:00:00Z",
    "2026-11-24T12:00:00.1Z, 2026-11-24T12:00:00.100Z",
    "2026-11-24T12:00:00.1234567899999999999999Z, 2026-11-24T12:00:00.123456789Z",
    "2026-11-24T12:00:00+02:00, 2026-11-24T10:00:00Z",
    "2026-11-24T12:00:00.5-23:59, 2026-11-25T11:59:00.500Z",
    "2026-11-24T12:00:00-00:00, 2026-11-24T12:00:00Z",
    "2024-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
    "2000-02-29T00:00:00Z, 2000-02-29T00:00:00Z",
    "2016-12-31T23:59:60Z, 2017-01-01T00:00:00Z",
    "2016-12-31T15:59:60.25-08:00, 2017-01-01T00:00:00.250Z",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
  })
  void timesWithOffsetAreRead(String text, Instant time) {
    assertThat(Rfc3339.parse(text)).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "2026-11-24",
        "2026-11-24T12:00:00",
        "2026-11-24T12:00Z",
        "2026-11-24 12:00:00Z",
        "2026-11-24T12:00:00.Z",
        "2026-11-24T12:00:00,5Z",
        "2026-11-24T12:00:00.5",
        "2026-11-24T12:00:00+0200",
        "2026-11-24T12:00:00+02",
        "2026-11-24T12:00:00+24:00",
        "2026-11-24T12:00:00+02:60",
        "2026-11-24T12:00:00Z ",
        " 2026-11-24T12:00:00Z",
        "2026-11-24T12:00:00ZZ",
        "2026-11-24T24:00:00Z",
        "2026-11-24T12:60:00Z",
        "2026-11-24T12:00:61Z",
        "2026-11-24T12:00:60Z",
        "2026-11-24T23:59:60+01:00",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "2026-11-00T00:00:00Z",
        "2026-11-32T00:00:00Z",
        "+2026-11-24T12:00:00Z",
        "-026-11-24T12:00:00Z",
        "2026-1１-24T12:00:00Z",
        "1764072000"
      })
  void anythingElseIsNoTime(String text) {
    assertThat(Rfc3339.parse(text)).isNull();
  }

  @Test
  void randomTimesAreReadAndWrittenAsTheJdkDoes() {
    Random random = new Random(3339);
    for (int i = 0; i < 20_000; i++) {
      long seconds = random.nextLong(-62_167_219_200L, 253_402_300_800L);
      int nanos = random.nextInt(1_000_000_000) / (int) Math.pow(10, random.nextInt(10));
      Instant time = Instant.ofEpochSecond(seconds, nanos);
      ZoneOffset offset = ZoneOffset.ofTotalSeconds(random.nextInt(-1079, 1080) * 60);
      String local = OffsetDateTime.ofInstant(time, offset).toString();

      if (local.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d.*")) {
        assertThat(Rfc3339.parse(local)).as(local).isEqualTo(time);
      }
      Utf8Builder written = new Utf8Builder();
      Rfc3339.append(written, time);
      assertThat(Instant.parse(written.toString())).isEqualTo(time);
      assertThat(Rfc3339.parse(written.toString())).isEqualTo(time);
    }
  }

  @Test
  void aTimeIsWrittenWithTheDigitsThatItNeeds() {
    Utf8Builder written = new Utf8Builder();
    Rfc3339.append(written, Instant.parse("2026-11-24T12:00:00.123450Z"));

    assertThat(written).hasToString("2026-11-24T12:00:00.12345Z");
  }
}
