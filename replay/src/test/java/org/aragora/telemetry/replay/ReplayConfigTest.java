package org.aragora.telemetry.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.junit.jupiter.api.Test;

class ReplayConfigTest {

  /** A replay under other settings of redaction has to give the same series. */
  @Test
  void labelsOfAReplayAreThoseOfTheService() {
    Map<String, String> environment =
        Map.of(
            "ARAGORA_TELEMETRY_REDACTION", "none",
            "ARAGORA_TELEMETRY_REDACTION_PATTERNS", "claude");
    var service = ProcessorConfig.read(environment).rules().labelText();
    var replay = ReplayConfig.read(Map.of()).rules().labelText();
    for (String text : List.of("claude", "x token=s3cret-s3cret", "bob@example.org", "größe")) {
      assertThat(replay.apply(text)).isEqualTo(service.apply(text));
    }
    assertThat(replay.apply("x token=s3cret-s3cret")).isEqualTo("x token=[REDACTED]");
    assertThat(replay.apply("claude")).isEqualTo("claude");
  }
}
