package org.aragora.telemetry.chaos.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TrueLagTest {
  private static final TopicPartition A = new TopicPartition("a", 0);
  private static final TopicPartition B = new TopicPartition("b", 0);

  @Test
  void theOldestRecordThatIsNotCommittedInTheWorstPartitionCounts() {
    NavigableMap<Long, Long> a = new TreeMap<>(Map.of(0L, 1_000L, 1L, 2_000L, 2L, 9_000L));
    NavigableMap<Long, Long> b = new TreeMap<>(Map.of(0L, 4_000L));
    TrueLag lag =
        new TrueLag(
            Map.of(A, a, B, b),
            new TreeMap<>(
                Map.of(
                    3_000L, Map.of(A, 1L, B, 0L),
                    6_000L, Map.of(A, 2L, B, 0L),
                    8_000L, Map.of(A, 2L, B, 1L),
                    12_000L, Map.of(A, 2L, B, 1L))));
    assertThat(lag.greatest(3, 3)).isEqualTo(1);
    assertThat(lag.greatest(3, 6)).isEqualTo(3.5);
    assertThat(lag.smallest(4, 6)).isEqualTo(2);
    assertThat(lag.greatest(6, 7)).isEqualTo(3);
    assertThat(lag.greatest(8, 9)).as("the third record was not there").isZero();
    assertThat(lag.greatest(8, 12)).isEqualTo(3);
    assertThat(lag.greatest(20, 30)).as("not known").isZero();
  }
}
