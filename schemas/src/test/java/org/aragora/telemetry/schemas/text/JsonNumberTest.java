package org.aragora.telemetry.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonNumberTest {

  @ParameterizedTest
  @CsvSource({
    "0.094564, 94564000",
    "0, 0",
    "-0.0, 0",
    "0e999999999999, 0",
    "5e0, 5000000000",
    "12.5E+2, 1250000000000",
    "1e9, 1000000000000000000",
    "1000000000.000, 1000000000000000000",
    "999999999.999999999, 999999999999999999",
    "0.0000000005, 0",
    "0.0000000015, 2",
    "0.0000000025, 2",
    "0.00000000250000000000000000001, 3",
    "0.00000000049999999999999999999, 0",
    "999999999.9999999995, 1000000000000000000",
    "1e-999999999, 0",
    "1e-99999999999999999999, 0",
  })
  void secondsAreExactAndHalfEven(String text, long nanos) {
    assertThat(new JsonNumber(text).toNanos()).isEqualTo(nanos);
  }

  @ParameterizedTest
  @CsvSource({
    "-1",
    "-1e-400",
    "1e10",
    "1000000000.00000000000000000001",
    "1e999999999",
    "1e99999999999999",
    "1000000001",
    "10000000000"
  })
  void secondsOutOfRangeAreRefused(String text) {
    assertThat(new JsonNumber(text).toNanos()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5",
    "5.0, 5",
    "5e0, 5",
    "-5.00e2, -500",
    "0.5e1, 5",
    "100e-2, 1",
    "-0, 0",
    "0e999999999, 0",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808.0, -9223372036854775808",
    "9.223372036854775807e18, 9223372036854775807",
  })
  void integralValuesAreIntegers(String text, long expected) {
    assertThat(new JsonNumber(text).toLong()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "5.5",
    "1e-1",
    "9223372036854775808",
    "-9223372036854775809",
    "1e19",
    "1e999999999",
    "1e-999999999",
    "0.1"
  })
  void otherValuesAreNoIntegers(String text) {
    assertThat(new JsonNumber(text).toLong()).isNull();
  }

  @Test
  void randomNumbersAreReadAsBigDecimalReadsThem() {
    Random random = new Random(17);
    for (int i = 0; i < 50_000; i++) {
      String text = randomNumber(random);
      JsonNumber number = new JsonNumber(text);
      BigDecimal value = new BigDecimal(text);
      assertThat(number.toNanos()).as(text).isEqualTo(nanos(value));
      assertThat(number.toLong()).as(text).isEqualTo(integer(value));
    }
  }

  private static String randomNumber(Random random) {
    StringBuilder text = new StringBuilder(random.nextInt(8) == 0 ? "-" : "");
    int digits = random.nextInt(20);
    text.append(digits == 0 ? "0" : String.valueOf(1 + random.nextInt(9)));
    for (int i = 1; i < digits; i++) {
      text.append(random.nextInt(3) == 0 ? random.nextInt(10) : 0);
    }
    if (random.nextBoolean()) {
      text.append('.');
      for (int i = 1 + random.nextInt(14); i > 0; i--) {
        text.append(new int[] {0, 0, 5, 9, random.nextInt(10)}[random.nextInt(5)]);
      }
    }
    if (random.nextInt(3) == 0) {
      text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(40) - 20);
    }
    return text.toString();
  }

  private static @Nullable Long nanos(BigDecimal seconds) {
    boolean within = seconds.signum() >= 0 && seconds.compareTo(new BigDecimal("1e9")) <= 0;
    return within
        ? seconds.movePointRight(9).setScale(0, RoundingMode.HALF_EVEN).longValueExact()
        : null;
  }

  private static @Nullable Long integer(BigDecimal value) {
    try {
      return value.longValueExact();
    } catch (ArithmeticException e) {
      return null;
    }
  }

  @Test
  @Timeout(5)
  void aMillionDigitsAreReadInTime() {
    JsonNumber number = new JsonNumber("0.5" + "1".repeat(1_000_000));

    assertThat(number.toNanos()).isEqualTo(Duration.ofMillis(511).toNanos() + 111_111);
    assertThat(number.toLong()).isNull();
    assertThat(new JsonNumber("1" + "0".repeat(1_000_000) + "e-1000000").toLong()).isEqualTo(1);
    assertThat(new JsonNumber("9".repeat(1_000_000)).toObject()).isInstanceOf(String.class);
  }

  @Test
  void freeFieldsKeepWhatWasWritten() {
    assertThat(new JsonNumber("1234567890123456789").toObject()).isEqualTo(1234567890123456789L);
    assertThat(new JsonNumber("0.1").toObject()).isEqualTo(0.1);
    assertThat(new JsonNumber("0.30000000000000004").toObject()).isEqualTo(0.30000000000000004);
    assertThat(new JsonNumber("0.123456789012345678901").toObject())
        .isEqualTo(new BigDecimal("0.123456789012345678901"));
    assertThat(new JsonNumber("92233720368547758070001").toObject())
        .isEqualTo(new BigDecimal("92233720368547758070001"));
    assertThat(new JsonNumber("1e400").toObject()).isEqualTo(new BigDecimal("1e400"));
    assertThat(new JsonNumber("1e-400").toObject()).isEqualTo(new BigDecimal("1e-400"));
    assertThat(new JsonNumber("0e999999999999").toObject()).isEqualTo(0.0);
    assertThat(new JsonNumber("1e1001").toObject()).isEqualTo("1e1001");
    assertThat(new JsonNumber("1e999999999999").toObject()).isEqualTo("1e999999999999");
  }
}
