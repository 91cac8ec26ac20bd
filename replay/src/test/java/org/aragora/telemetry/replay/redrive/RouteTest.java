package org.aragora.telemetry.replay.redrive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
  private final Route route = Route.toInputs("a.b.");

  private static Parked from(String topic, int partition) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("a.b.dead-letters", 0, 0, null, new byte[1]);
    record.headers().add(DeadLetterHeaders.TOPIC, topic.getBytes(UTF_8));
    record.headers().add(DeadLetterHeaders.PARTITION, String.valueOf(partition).getBytes(UTF_8));
    record.headers().add(DeadLetterHeaders.REASON, "undecodable".getBytes(UTF_8));
    return Objects.requireNonNull(Parked.of(record));
  }

  @ParameterizedTest
  @EnumSource
  void aDeadLetterGoesBackToThePartitionOfTheInputThatItCameFrom(InputTopic input) {
    assertThat(route.hasHome(from(input.under("a.b."), 3), topic -> 4)).isTrue();
    assertThat(route.hasHome(from(input.under("a.b."), 4), topic -> 4)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.b.metrics",
        "a.b.metrics.windows",
        "a.b.generations",
        "a.b.dead-letters",
        "a.requests",
        "requests",
        "other.requests",
        "a.b.c.requests",
        ""
      })
  void aForgedOriginThatIsNotAnInputIsNotWrittenTo(String topic) {
    assertThat(route.hasHome(from(topic, 0), any -> 4)).isFalse();
  }

  @Test
  void withoutAPrefixTheNamesAreBare() {
    assertThat(Route.toInputs("").hasHome(from("logs", 0), topic -> 1)).isTrue();
  }
}
