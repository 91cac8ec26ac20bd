package org.aragora.telemetry.quickstart.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.exporter.spans.HeadSampling;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.event.WebsocketClosed;
import org.aragora.telemetry.schemas.event.WebsocketOpened;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.junit.jupiter.api.Test;

class SampleTest {

  private static final int EVENTS = 20_000;

  private static final HeadSampling SAMPLING =
      HeadSampling.read(
          Map.of(
              "OTEL_TRACES_SAMPLER", "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG", "0.1"));

  private final Recording recording = new Recording();

  @Test
  void everyEventIsOneAndValid() {
    run();

    EventCodec codec = JsonEventCodec.create();
    Instant now = Instant.parse("2026-11-24T12:00:00Z");
    assertThat(recording.events).hasSize(EVENTS);
    for (int i = 0; i < EVENTS; i++) {
      EventContext context = recording.contexts.get(i);
      Event event =
          new Event(
              "e" + i,
              "/aragora/instances/api-1",
              now,
              context.traceparent(),
              context.parentSpanId(),
              null,
              recording.events.get(i));
      assertThat(codec.decode(event.type().topic(), codec.encode(event), now.toEpochMilli()))
          .isInstanceOf(Decoded.Valid.class);
    }
  }

  @Test
  void everyKindOfEventOccurs() {
    run();

    Set<EventType> types = EnumSet.noneOf(EventType.class);
    recording.events.forEach(event -> types.add(EventType.of(event)));
    assertThat(types)
        .containsExactlyInAnyOrderElementsOf(
            EnumSet.complementOf(
                EnumSet.of(EventType.INSTANCE_HEARTBEAT, EventType.INSTANCE_STOPPED)));
    assertThat(all(AgentCallCompleted.class))
        .extracting(AgentCallCompleted::status)
        .contains(CallStatus.values());
    assertThat(all(RequestCompleted.class))
        .extracting(RequestCompleted::status)
        .contains(200, 404, 401, 500, 503);
  }

  @Test
  void debateEndsOnceAfterItsStartAndAFewNeverDo() {
    run();

    List<String> started = all(DebateStarted.class).stream().map(DebateStarted::debateId).toList();
    List<String> ended =
        all(DebateCompleted.class).stream().map(DebateCompleted::debateId).toList();
    assertThat(started).doesNotHaveDuplicates();
    assertThat(ended).doesNotHaveDuplicates().isSubsetOf(started);
    assertThat(new HashSet<>(started).size()).isGreaterThan(ended.size());
  }

  @Test
  void everyOperationTakesTimeAndLiesWithinTheOneAboveIt() {
    run();

    Map<String, long[]> spans = new HashMap<>();
    for (int i = 0; i < EVENTS; i++) {
      EventData event = recording.events.get(i);
      long nanos =
          event instanceof RoundCompleted round
              ? round.durationNanos()
              : event instanceof DebateCompleted debate ? debate.durationNanos() : -1;
      if (nanos >= 0) {
        long end = recording.nanos.get(i);
        assertThat(spans.put(spanId(i), new long[] {end - nanos, end})).isNull();
      }
    }
    Map<Class<?>, Integer> inside = new HashMap<>();
    for (int i = 0; i < EVENTS; i++) {
      EventData event = recording.events.get(i);
      long nanos =
          event instanceof AgentCallCompleted call
              ? call.durationNanos()
              : event instanceof RoundCompleted round ? round.durationNanos() : 1;
      assertThat(nanos).as(event.toString()).isPositive();
      // A rating carries the context of its debate, and its span is made below that.
      String above =
          event instanceof EloUpdated ? spanId(i) : recording.contexts.get(i).parentSpanId();
      if (spans.containsKey(above)) {
        inside.merge(event.getClass(), 1, Integer::sum);
        long end = recording.nanos.get(i);
        assertThat(end - nanos).as(event.toString()).isGreaterThanOrEqualTo(spans.get(above)[0]);
        assertThat(end).as(event.toString()).isLessThanOrEqualTo(spans.get(above)[1]);
      }
    }
    List<AgentCallCompleted> ofDebates =
        all(AgentCallCompleted.class).stream().filter(call -> call.debateId() != null).toList();
    assertThat(ofDebates).filteredOn(call -> call.round() != null).hasSizeGreaterThan(2000);
    assertThat((double) inside.get(AgentCallCompleted.class) / ofDebates.size())
        .as("the rest is of the few without an end")
        .isGreaterThan(0.8);
    assertThat(inside).containsKeys(RoundCompleted.class, EloUpdated.class);
  }

  @Test
  void traceIsSampledAsAWholeAndSoManyAsTheSamplerSays() {
    run();

    Map<String, Set<String>> flags = new HashMap<>();
    for (EventContext context : recording.contexts) {
      if (context.traceparent() != null) {
        String[] parts = context.traceparent().split("-");
        flags.computeIfAbsent(parts[1], id -> new HashSet<>()).add(parts[3]);
      }
    }
    assertThat(flags.values()).allSatisfy(of -> assertThat(of).hasSize(1));
    long sampled = flags.values().stream().filter(of -> of.contains("01")).count();
    assertThat((double) sampled / flags.size()).isBetween(0.08, 0.12);
  }

  private String spanId(int i) {
    return Objects.requireNonNull(recording.contexts.get(i).traceparent()).substring(36, 52);
  }

  private void run() {
    Sample sample = new Sample(42, List.of(recording), SAMPLING::isSampled);
    for (int i = 0; i < EVENTS; i++) {
      recording.now = TimeUnit.MILLISECONDS.toNanos(i);
      sample.next(recording.now);
    }
  }

  private <T> List<T> all(Class<T> type) {
    return recording.events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static final class Recording implements Instance {

    private final List<EventData> events = new ArrayList<>();
    private final List<EventContext> contexts = new ArrayList<>();
    private final List<Long> nanos = new ArrayList<>();
    private long now;

    @Override
    public void emit(EventData data, EventContext context) {
      events.add(Objects.requireNonNull(data));
      nanos.add(now);
      contexts.add(context);
    }

    @Override
    public void websocket(String connectionId, boolean opened, long connections) {
      emit(
          opened
              ? new WebsocketOpened(connectionId, connections)
              : new WebsocketClosed(connectionId, connections),
          EventContext.none());
    }
  }
}
