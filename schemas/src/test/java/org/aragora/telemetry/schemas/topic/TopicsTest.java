package org.aragora.telemetry.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

  @Test
  void everyTopicIsListedOnceInTheOrderOfTheData() {
    assertThat(Topics.all())
        .extracting(spec -> spec.under(Topics.DEFAULT_PREFIX))
        .containsExactly(
            "aragora.debates",
            "aragora.requests",
            "aragora.agent-calls",
            "aragora.instances",
            "aragora.logs",
            "aragora.metrics",
            "aragora.metrics.windows",
            "aragora.generations",
            "aragora.dead-letters",
            "aragora.export-dead-letters",
            "aragora.export-redrive");
  }

  @Test
  void inputsTakeTheBrokersClockAndKeepAWeek() {
    NewTopic topic = Topics.input(InputTopic.AGENT_CALLS).create("x.", 12, (short) 1);

    assertThat(topic.name()).isEqualTo("x.agent-calls");
    assertThat(topic.numPartitions()).isEqualTo(12);
    assertThat(topic.configs())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "message.timestamp.type", "LogAppendTime",
                "retention.ms", "604800000",
                "max.message.bytes", "8388608"));
  }

  @Test
  void totalsAreCompactedAndCleanedOften() {
    assertThat(Topics.METRICS.settings())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "message.timestamp.type", "LogAppendTime",
                "cleanup.policy", "compact",
                "segment.ms", "600000",
                "segment.bytes", "67108864",
                "min.cleanable.dirty.ratio", "0.1",
                "delete.retention.ms", "86400000",
                "max.message.bytes", "9437184"));
    assertThat(Topics.METRICS_WINDOWS.settings())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "message.timestamp.type", "LogAppendTime",
                "cleanup.policy", "compact,delete",
                "retention.ms", "2592000000",
                "max.message.bytes", "9437184"));
  }

  @Test
  void deadLettersHaveFourPartitionsWhateverIsAsked() {
    NewTopic topic = Topics.DEAD_LETTERS.create("aragora.", 12, (short) 1);

    assertThat(topic.numPartitions()).isEqualTo(4);
    assertThat(topic.configs())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "message.timestamp.type", "LogAppendTime",
                "retention.ms", "2592000000",
                "max.message.bytes", "9437184"));
    assertThat(Topics.EXPORT_DEAD_LETTERS.settings()).isEqualTo(Topics.DEAD_LETTERS.settings());
  }

  @Test
  void everyTopicTakesTheLargestRecordWhateverTheBrokersDefault() {
    assertThat(Topics.all())
        .allSatisfy(
            spec ->
                assertThat(Integer.parseInt(spec.settings().get("max.message.bytes")))
                    .isGreaterThan(Topics.LARGEST_RECORD_BYTES));
  }

  @Test
  void threeCopiesNeedTwoForAWrite() {
    assertThat(Topics.all())
        .allSatisfy(
            spec -> {
              assertThat(spec.create("x.", 4, (short) 3).configs())
                  .containsEntry("min.insync.replicas", "2");
              assertThat(spec.create("x.", 4, (short) 1).configs())
                  .doesNotContainKey("min.insync.replicas");
            });
  }

  @Test
  void prefixComesFromTheEnvironment() {
    assertThat(Topics.prefix(Map.of())).isEqualTo("aragora.");
    assertThat(Topics.prefix(Map.of("ARAGORA_TELEMETRY_TOPIC_PREFIX", "t1."))).isEqualTo("t1.");
    assertThat(Topics.prefix(Map.of("ARAGORA_TELEMETRY_TOPIC_PREFIX", "\uFEFFt1.")))
        .isEqualTo("t1.");
    assertThat(Topics.prefix(Map.of("ARAGORA_TELEMETRY_TOPIC_PREFIX", ""))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a/b", "ä."})
  void prefixThatNoTopicMayHaveIsRefusedByName(String prefix) {
    assertThatThrownBy(() -> Topics.prefix(Map.of("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("ARAGORA_TELEMETRY_TOPIC_PREFIX")
        .hasMessageContaining(prefix);
  }
}
