package org.aragora.telemetry.counting.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.aragora.telemetry.counting.generation.GenerationRecord.Current;
import org.aragora.telemetry.counting.generation.GenerationRecord.Made;
import org.aragora.telemetry.counting.generation.GenerationRecord.State;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.schemas.topic.Topics;
import org.junit.jupiter.api.Test;

class GenerationRecordTest {
  private static final long NOON_MS = 1_795_521_600_000L;

  @Test
  void recordsAreReadAsVersion1WroteThem() {
    assertThat(read("0101", "010380b4b5eba034")).isEqualTo(new Current(new Generation(3), NOON_MS));
    assertThat(read("010203", "010280b4b5eba0340161"))
        .isEqualTo(new Made(new Generation(3), State.COMPLETE, NOON_MS, "a"));
    assertThatThrownBy(() -> read("0109", "0103")).isInstanceOf(CorruptRecordException.class);
    assertThatThrownBy(() -> read("0201", "0103")).isInstanceOf(CorruptRecordException.class);
  }

  @Test
  void whatIsWrittenIsThatVersion() {
    Current current = new Current(new Generation(3), NOON_MS);
    assertThat(HexFormat.of().formatHex(current.key())).isEqualTo("0101");
    assertThat(HexFormat.of().formatHex(current.value())).isEqualTo("010380b4b5eba034");
    for (State state : State.values()) {
      Made made = new Made(new Generation(300), state, NOON_MS, "größe");
      assertThat(GenerationRecord.of(made.key(), made.value())).isEqualTo(made);
    }
  }

  @Test
  void theFirstGenerationHasThePlainNamesAndNumbersAreNotUsedAgain() {
    assertThat(Generation.FIRST.metrics()).isEqualTo(Topics.METRICS);
    assertThat(Generation.FIRST.metricsWindows()).isEqualTo(Topics.METRICS_WINDOWS);
    assertThat(Generation.FIRST.applicationId("app")).isEqualTo("app");
    Generation second = new Generation(1);
    assertThat(second.metrics().under("aragora.")).isEqualTo("aragora.metrics.g1");
    assertThat(second.metricsWindows().under("aragora.")).isEqualTo("aragora.metrics.windows.g1");
    assertThat(second.metricsWindows().settings()).isEqualTo(Topics.METRICS_WINDOWS.settings());
    assertThat(second.applicationId("app")).isEqualTo("app-g1");

    Generations all =
        Generations.NONE
            .with(new Made(second, State.COMPLETE, 0, ""))
            .with(new Made(new Generation(2), State.WRITING, 0, ""))
            .with(new Current(second, 0));
    assertThat(all.current()).isEqualTo(second);
    assertThat(all.others()).containsExactly(Generation.FIRST);
    assertThat(all.with(new Made(new Generation(2), State.DISCARDED, 0, "")).next())
        .isEqualTo(new Generation(3));
    assertThat(all.with(new Made(Generation.FIRST, State.DISCARDED, 0, "")).others()).isEmpty();
  }

  private static GenerationRecord read(String key, String value) {
    return GenerationRecord.of(HexFormat.of().parseHex(key), HexFormat.of().parseHex(value));
  }
}
