package org.aragora.telemetry.counting.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class OwnerValueTest {
  private static final OwnerValue VALUE =
      new OwnerValue(
          "o",
          12,
          Optional.of(
              new OwnerValue.Service(
                  "app-g1", 1, 4, Map.of(InputTopic.LOGS, 200, InputTopic.DEBATES, 3))));

  @Test
  void versionTwoHasTheServiceAndTheCountsItCountsWith() {
    assertThat(HexFormat.of().formatHex(VALUE.toBytes()))
        .isEqualTo(
            "02"
                + "016f"
                + "0c"
                + "066170702d6731"
                + "01"
                + "04"
                + "02"
                + "0764656261746573"
                + "03"
                + "046c6f6773"
                + "c801");
    assertThat(OwnerValue.fromBytes(VALUE.toBytes())).isEqualTo(VALUE);
  }

  @Test
  void versionOneIsReadAndHasNoService() {
    byte[] old = HexFormat.of().parseHex("01" + "016f" + "0c");
    assertThat(OwnerValue.fromBytes(old)).isEqualTo(new OwnerValue("o", 12, Optional.empty()));
  }
}
