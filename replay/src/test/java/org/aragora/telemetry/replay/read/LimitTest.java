package org.aragora.telemetry.replay.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class LimitTest {

  @Test
  void nothingIsOpen() {
    assertThat(Limit.parse(null, "aragora.", "--from")).isEqualTo(new Limit.Open());
  }

  @Test
  void timeIsAnAppendTime() {
    assertThat(Limit.parse("1970-01-01T01:00:01+01:00", "aragora.", "--from"))
        .isEqualTo(new Limit.AppendTime(1000));
  }

  @Test
  void topicsMayBeNamedInFullOrWithoutPrefix() {
    assertThat(Limit.parse("agent-calls-0=12, aragora.requests-3=7", "aragora.", "--to"))
        .isEqualTo(
            new Limit.Offsets(
                Map.of(
                    new InputPartition(InputTopic.AGENT_CALLS, 0), 12L,
                    new InputPartition(InputTopic.REQUESTS, 3), 7L)));
  }

  @Test
  void whatIsNeitherIsRefusedByName() {
    assertThatThrownBy(() -> Limit.parse("requests=12", "aragora.", "--to"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("--to=requests=12");
    assertThatThrownBy(() -> Limit.parse("2026-11-24", "aragora.", "--from"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("--from=2026-11-24");
  }
}
