package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.envelope.ProposedEnd;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds beside those of single fields, the reserved source, and inputs that are mutated. */
class CodecBoundsTest {
  private static final EventType END = EventType.DEBATE_COMPLETED;
  private final EventCodec codec = JsonEventCodec.create();

  private Decoded decode(EventType type, byte[] key, String value) {
    return codec.decode(
        type.topic(), key, List.of(), value.getBytes(StandardCharsets.UTF_8), Samples.APPENDED_MS);
  }

  private static void assertInvalidField(Decoded decoded, String words) {
    assertThat(Samples.verdict(decoded)).isEqualTo("invalid_field");
    assertThat(((Decoded.Invalid) decoded).message()).contains(words).endsWith(".");
  }

  @ParameterizedTest
  @EnumSource
  void aKeyHasABoundInBytesAndMayBeAnyBytes(EventType type) {
    byte[] key = new byte[65_536];
    Arrays.fill(key, (byte) 0xED); // not UTF-8

    assertThat(decode(type, key, Samples.text(type))).isInstanceOf(Decoded.Valid.class);
    assertInvalidField(
        decode(type, new byte[65_537], Samples.text(type)),
        "Field key must be at most 65536 bytes");
    assertThat(Samples.verdict(decode(type, new byte[65_537], "{}"))).isEqualTo("unknown_type");
  }

  @Test
  void anObjectThatIsTooWideComesAfterTypeAndTopic() {
    String wide = "{\"type\":\"%s\",\"x\":[" + "0,".repeat(10_000) + "0]}";

    assertThat(Samples.verdict(decode(END, null, wide.formatted("no")))).isEqualTo("unknown_type");
    assertThat(Samples.verdict(decode(END, null, wide.formatted(EventType.LOG_EMITTED.typeName()))))
        .isEqualTo("wrong_topic");
    assertInvalidField(
        decode(END, null, wide.formatted(END.typeName())),
        "Field x must have at most 10000 elements but has more.");
  }

  @ParameterizedTest
  @EnumSource
  void theEventAndItsDataHaveAtMost1000Members(EventType type) {
    for (String parent : new String[] {"", "/data"}) {
      ObjectNode event = Samples.tree(type);
      ObjectNode object = (ObjectNode) event.at(parent);
      for (int i = object.size(); i < 1_000; i++) {
        object.put("n" + i, i);
      }
      assertThat(decode(type, null, event.toString())).isInstanceOf(Decoded.Valid.class);
      object.put("one", 1);
      assertInvalidField(
          decode(type, null, event.toString()), "must have at most 1000 members but has more");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1_024, 1_025})
  void aLongTraceContextIsIgnoredNotRefused(int length) {
    String traceparent =
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-" + "x".repeat(length - 56);
    Decoded decoded =
        Samples.decode(END, Samples.withAttribute(END, "traceparent", '"' + traceparent + '"'));

    Event event = ((Decoded.Valid) decoded).event();
    assertThat(event.traceparent()).isEqualTo(length > 1_024 ? null : traceparent);
  }

  @Test
  void noStringOfAnEventHasALoneSurrogate() {
    for (EventType type : EventType.values()) {
      String value =
          Samples.text(type)
              .replaceAll(
                  "(\"(?:id|source|epoch|agent|debate_id|request_id|message|logger|instance_id|connection_id|call_id)\":\")",
                  "$1\\\\ud800");
      Decoded decoded = Samples.decode(type, value);

      assertThat(decoded).as(value).isInstanceOf(Decoded.Valid.class);
      Event event = ((Decoded.Valid) decoded).event();
      assertThat(event.id()).startsWith("\uFFFD");
      assertThat(event.toString().codePoints()).noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    }
  }

  @Test
  void aByteOrderMarkBeforeAnEventIsSkipped() {
    assertThat(Samples.decode(END, "\uFEFF" + Samples.text(END)))
        .isEqualTo(Samples.decode(END, Samples.text(END)));
  }

  @Test
  void dataInAnotherFormNamesWhatToSend() {
    assertInvalidField(
        Samples.decode(END, Samples.withAttribute(END, "data", "\"{}\"")),
        "Field data must be an object (send the JSON object, not text that contains it)");
    ObjectNode base64 = Samples.tree(END);
    base64.remove("data");
    base64.put("data_base64", "e30=");
    assertInvalidField(
        Samples.decode(END, base64.toString()), "(send JSON in data instead of data_base64)");
  }

  private static String proposed(Consumer<ObjectNode> change) {
    ObjectNode end = Samples.tree(END);
    end.remove(List.of("epoch", "seq"));
    ObjectNode data = (ObjectNode) end.get("data");
    data.remove(List.of("rounds", "confidence", "error"));
    data.put("debate_id", "d").put("outcome", "timeout");
    end.put("source", "/aragora/telemetry").put("id", "timeout:d:s");
    change.accept(end);
    return end.toString();
  }

  @Test
  void theEndThatTheProcessorProposesIsValidAtItsLongest() {
    String id = "😀".repeat(1_024);

    assertThat(Samples.decode(END, proposed(end -> {}))).isInstanceOf(Decoded.Valid.class);
    assertThat(
            Samples.decode(
                END,
                proposed(
                    end -> {
                      end.put("id", ProposedEnd.id(id, id));
                      ((ObjectNode) end.get("data")).put("debate_id", id);
                    })))
        .isInstanceOf(Decoded.Valid.class);
    assertInvalidField(
        Samples.decode(END, proposed(end -> end.put("id", "timeout:d:" + id + "x"))), "Field ");
  }

  @Test
  void nothingElseHasTheSourceOfTheProcessor() {
    List<Consumer<ObjectNode>> forgeries =
        List.of(
            end -> end.put("id", "1"),
            end -> end.put("id", "timeout:d:"),
            end -> end.put("id", "timeout:other:s"),
            end -> end.put("epoch", "e").put("seq", 1),
            end -> end.remove("time"),
            end -> ((ObjectNode) end.get("data")).put("outcome", "consensus"),
            end -> ((ObjectNode) end.get("data")).put("debate_id", "e"),
            end -> ((ObjectNode) end.get("data")).put("rounds", 1),
            end -> ((ObjectNode) end.get("data")).put("confidence", 1),
            end -> ((ObjectNode) end.get("data")).put("error", ""));
    assertThat(forgeries)
        .allSatisfy(
            forgery ->
                assertInvalidField(Samples.decode(END, proposed(forgery)), "Field source must be"));
    for (EventType type : EventType.values()) {
      assertInvalidField(
          Samples.decode(
              type, Samples.withAttribute(type, "source", "\"/aragora\\u002ftelemetry\"")),
          "Field source must be");
    }
  }

  /** Whatever a record holds, the codec answers, and what it calls valid is within the bounds. */
  @Test
  @Timeout(120)
  void twoHundredThousandMutatedRecordsAreJudgedWithoutAnException() {
    Random random = new Random(200_000);
    int[] verdicts = new int[DeadLetterReason.values().length + 1];
    for (int i = 0; i < 200_000; i++) {
      EventType type = EventType.values()[i % EventType.values().length];
      byte[] value = Mutations.of(Samples.text(type), random);
      InputTopic topic = random.nextInt(50) == 0 ? InputTopic.LOGS : type.topic();
      byte[] key = random.nextInt(50) == 0 ? new byte[random.nextInt(70_000)] : null;
      Decoded decoded =
          codec.decode(topic, key, Mutations.headers(random), value, Samples.APPENDED_MS);
      if (decoded instanceof Decoded.Valid valid) {
        verdicts[verdicts.length - 1]++;
        assertThat(valid.event().id().codePoints().count()).isLessThanOrEqualTo(1_024);
        byte[] again = codec.encode(valid.event());
        assertThat(codec.decode(topic, again, Samples.APPENDED_MS)).isEqualTo(decoded);
      } else {
        verdicts[((Decoded.Invalid) decoded).reason().ordinal()]++;
      }
    }
    // Each reason but the two that no mutation makes, null_value and too_large.
    assertThat(verdicts[DeadLetterReason.UNDECODABLE.ordinal()]).isBetween(10_000, 150_000);
    assertThat(verdicts[DeadLetterReason.UNKNOWN_TYPE.ordinal()]).isGreaterThan(500);
    assertThat(verdicts[DeadLetterReason.WRONG_TOPIC.ordinal()]).isGreaterThan(500);
    assertThat(verdicts[DeadLetterReason.INVALID_FIELD.ordinal()]).isGreaterThan(5_000);
    assertThat(verdicts[DeadLetterReason.TIMESTAMP_OUT_OF_RANGE.ordinal()]).isGreaterThan(9);
    assertThat(verdicts[verdicts.length - 1]).isGreaterThan(5_000);
  }
}
