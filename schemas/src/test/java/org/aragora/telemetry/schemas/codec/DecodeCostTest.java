package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntFunction;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

/** Guards the cost of reading an event, in figures that a busy machine hardly moves. */
class DecodeCostTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int EVENTS = 500;

  private final EventCodec codec = JsonEventCodec.create();
  private final JsonFactory factory = new JsonFactory();

  private static EventData request(int i) {
    return RequestCompleted.of(
        "req-%012x".formatted(i), "GET", "/api/debates/{id}", 200, Duration.ofNanos(i * 1_000L));
  }

  private static EventData call(int i) {
    return AgentCallCompleted.of("call-" + i, "claude", CallStatus.SUCCESS, Duration.ofMillis(i))
        .withOperation("generate")
        .withTokens(3_362, 105);
  }

  private static EventData round(int i) {
    return RoundCompleted.of("adhoc_%08x".formatted(i), 1, Duration.ofMillis(i));
  }

  private byte[][] values(IntFunction<EventData> data) {
    byte[][] values = new byte[EVENTS][];
    for (int i = 0; i < EVENTS; i++) {
      values[i] =
          codec.encode(
              new Event(
                  "01JDEXAMPLE%015d".formatted(i),
                  "/aragora/instances/api-" + i % 10,
                  Instant.parse("2026-11-24T12:00:00.123456Z").plusMillis(i),
                  "00-4bf92f3577b34da6a3ce929d%08x-00f067aa%08x-01".formatted(i, i + 1),
                  "53995c3f42cd8ad8",
                  new Event.Sequence("k3v9q2m7x0c4b8n1", i + 1),
                  data.apply(i)));
    }
    return values;
  }

  private void decode(InputTopic topic, byte[][] values) {
    for (byte[] value : values) {
      if (!(codec.decode(topic, value, Samples.APPENDED_MS) instanceof Decoded.Valid)) {
        throw new AssertionError();
      }
    }
  }

  /** The same bytes through Jackson's parser, of whose tokens nothing is made. */
  private void parse(byte[][] values) {
    try {
      for (byte[] value : values) {
        try (JsonParser parser = factory.createParser(value)) {
          while (parser.nextToken() != null) {
            parser.getTextLength();
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void assertAllocatesAtMost(long bytes, InputTopic topic, IntFunction<EventData> data) {
    byte[][] values = values(data);
    decode(topic, values);
    decode(topic, values);
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      decode(topic, values);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    System.out.printf("%s: %d bytes%n", data.apply(0).getClass().getSimpleName(), least / EVENTS);
    assertThat(least / EVENTS).isLessThanOrEqualTo(bytes);
  }

  /** The event, its strings that are not known, and 16 bytes of the result. */
  @Test
  void readingAllocatesTheEventAndHardlyMore() {
    assertAllocatesAtMost(300, InputTopic.REQUESTS, DecodeCostTest::request);
    assertAllocatesAtMost(370, InputTopic.AGENT_CALLS, DecodeCostTest::call);
    assertAllocatesAtMost(300, InputTopic.DEBATES, DecodeCostTest::round);
  }

  /** CPU time of the thread, the least of many rounds in turns. */
  @Test
  void readingARequestTakesNoLongerThanItsTokens() {
    byte[][] values = values(DecodeCostTest::request);
    long decoding = Long.MAX_VALUE;
    long parsing = Long.MAX_VALUE;
    for (int round = 0; round < 200; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      decode(InputTopic.REQUESTS, values);
      long between = THREADS.getCurrentThreadCpuTime();
      parse(values);
      decoding = Math.min(decoding, between - start);
      parsing = Math.min(parsing, THREADS.getCurrentThreadCpuTime() - between);
    }
    System.out.printf("decode %d ns, tokens %d ns%n", decoding / EVENTS, parsing / EVENTS);
    assertThat((double) decoding / parsing).isLessThan(1.2);
  }
}
