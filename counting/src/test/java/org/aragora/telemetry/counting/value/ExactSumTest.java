package org.aragora.telemetry.counting.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Random;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ExactSumTest {
  private static final long[] CORNERS = {
    0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1, 1L << 32, -(1L << 32)
  };

  @Test
  void everySequenceOfAdditionsAndSubtractionsEqualsBigInteger() {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      ExactSum sum = new ExactSum();
      BigInteger expected = BigInteger.ZERO;
      for (int i = 0; i < 40; i++) {
        long value = any(random);
        switch (random.nextInt(3)) {
          case 0 -> {
            sum.add(value);
            expected = expected.add(BigInteger.valueOf(value));
          }
          case 1 -> {
            sum.subtract(value);
            expected = expected.subtract(BigInteger.valueOf(value));
          }
          default -> {
            ExactSum other = new ExactSum().add(value).add(any(random));
            sum.add(other);
            expected = expected.add(other.toBigInteger());
          }
        }
        assertThat(sum.toBigInteger()).as("seed %d, step %d", seed, i).isEqualTo(expected);
        assertThat(sum.isZero()).isEqualTo(expected.signum() == 0);
      }
      assertThat(roundTrip(sum)).as("seed %d", seed).isEqualTo(sum).hasSameHashCodeAs(sum);
    }
  }

  @Test
  void subtractingTheLeastLongAddsItsMagnitude() {
    assertThat(new ExactSum().subtract(Long.MIN_VALUE).toBigInteger())
        .isEqualTo(BigInteger.ONE.shiftLeft(63));
  }

  @Test
  void doublesAreTheNearestOnes() {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      ExactSum sum = new ExactSum();
      for (int i = random.nextInt(4); i >= 0; i--) {
        sum.add(any(random));
      }
      BigInteger exact = sum.toBigInteger();
      assertThat(sum.toDouble(1))
          .as("seed %d", seed)
          .isEqualTo(new BigDecimal(exact).doubleValue());
      assertThat(sum.toDouble(1_000_000_000))
          .as("seed %d", seed)
          .isEqualTo(Double.parseDouble(new BigDecimal(exact, 9).toString()));
    }
  }

  @Tag("long")
  @Test
  void aMillionTinyAndHugeValuesLoseNothing() {
    ExactSum sum = new ExactSum();
    for (int i = 0; i < 1_000_000; i++) {
      sum.add(1_000_000_000_000_000_000L).add(1);
    }
    assertThat(sum).hasToString("1000000000000000001000000");
  }

  private static long any(Random random) {
    return random.nextBoolean()
        ? CORNERS[random.nextInt(CORNERS.length)]
        : random.nextLong() >> random.nextInt(64);
  }

  private static ExactSum roundTrip(ExactSum sum) {
    BinaryWriter out = new BinaryWriter();
    sum.write(out);
    return ExactSum.read(new BinaryReader(out.toBytes()));
  }
}
