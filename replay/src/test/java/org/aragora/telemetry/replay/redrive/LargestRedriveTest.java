package org.aragora.telemetry.replay.redrive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.chassis.topics.RecordSize;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.testbed.events.LargestEvents;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LargestRedriveTest {
  private static final int INPUT_LIMIT = 8 << 20;

  @ParameterizedTest
  @EnumSource
  void theLargestDeadLetterOfATypeFitsTheTopicThatItGoesBackTo(EventType type) {
    LargestEvents largest = new LargestEvents(5);
    byte[] value = largest.value(type);
    RecordHeaders headers = new RecordHeaders();
    headers.add("x", new byte[1 << 20]); // the processor keeps no more
    String[] origin = {
      "topic=aragora.logs",
      "partition=999999999",
      "reason=invalid_field",
      "offset=1",
      "message=" + "m".repeat(4_096),
      "exporter=spans"
    };
    for (String header : origin) {
      String[] nameAndValue = header.split("=", 2);
      headers.add("aragora-dlq-" + nameAndValue[0], nameAndValue[1].getBytes(UTF_8));
    }
    ConsumerRecord<byte[], byte[]> letter =
        new ConsumerRecord<>(
            "aragora.dead-letters",
            0,
            Long.MAX_VALUE,
            0,
            TimestampType.CREATE_TIME,
            0,
            0,
            largest.key(),
            value,
            headers,
            Optional.empty());
    Parked parked = Parked.of(letter);
    for (Route route :
        new Route[] {Route.toInputs("aragora."), Route.toExporters("aragora.", Set.of("spans"))}) {
      ProducerRecord<byte[], byte[]> sent = route.sentBack(parked);
      assertThat(sent.value()).isEqualTo(value);
      assertThat(RecordSize.of(sent.key(), sent.value(), sent.headers()))
          .isLessThan(RecordSize.room(INPUT_LIMIT));
    }
  }
}
