package org.aragora.telemetry.exporter.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * Debates with their rounds, calls, requests and lines, and what must become of each, worked out
 * without the code under test. The backend never accepts about one event in a thousand, marked in
 * its ids.
 */
public final class Workload {

  record Entry(InputTopic topic, String key, byte[] value) {}

  private static final String[] AGENTS = {"claude", "gpt", "gemini"};

  final List<Entry> entries = new ArrayList<>();
  final Set<String> spanIds = new HashSet<>();
  final Set<String> lines = new HashSet<>();
  final Set<String> poisonSpans = new HashSet<>();
  final Set<String> poisonLines = new HashSet<>();
  private final Random random;
  private final Instant begin = Instant.now().minus(Duration.ofMinutes(5));
  private int events;

  Workload(int events, long seed) {
    random = new Random(seed);
    for (int debate = 0; this.events < events; debate++) {
      debate("debate-" + seed + "-" + debate);
    }
  }

  /** Ids of the spans that must arrive. */
  public Set<String> spanIds() {
    return spanIds;
  }

  /** Lines that must arrive: message, request, debate, call. */
  public Set<String> lines() {
    return lines;
  }

  private void debate(String debateId) {
    String source = "/aragora/instances/api-" + random.nextInt(3);
    add(
        InputTopic.DEBATES,
        source,
        new DebateStarted(
            debateId, List.of(AGENTS), "law", "Task of " + debateId, 2L, 3_600_000_000_000L));
    for (long round = 1; round <= 2; round++) {
      for (String agent : AGENTS) {
        call(source, debateId, round, agent);
      }
      add(InputTopic.DEBATES, source, new RoundCompleted(debateId, round, 1_500_000_000L));
      spanIds.add(spanId("round\n" + debateId + "\n" + round));
    }
    String endSource = source;
    add(
        InputTopic.DEBATES,
        endSource,
        new DebateCompleted(
            debateId, DebateOutcome.CONSENSUS, 12_500_000_000L, 2L, 0.9, null, null));
    spanIds.add(spanId("debate\n" + debateId));
    lines.add("Debate " + debateId + " ended: consensus after 12.5 s||" + debateId + "|");
    if (random.nextInt(4) == 0) { // a debate ends once, whatever is written
      add(
          InputTopic.DEBATES,
          endSource,
          new DebateCompleted(debateId, DebateOutcome.TIMEOUT, 1L, null, null, null, null));
    }
    Event elo =
        add(InputTopic.DEBATES, source, new EloUpdated("gpt", 1500.5, 1490.0, debateId, "law"));
    spanIds.add(spanId("event\n" + source + "\n" + elo.id()));
    lines.add("Rating of gpt is now 1500.5||" + debateId + "|");
    request(source);
    request(source);
    for (int i = 0; i < 4; i++) {
      line(source, debateId);
    }
    if (random.nextInt(5) == 0) {
      entries.add(new Entry(InputTopic.REQUESTS, "x", "no event".getBytes(UTF_8)));
    }
  }

  private boolean poison() {
    return random.nextInt(1000) == 0;
  }

  private void call(String source, String debateId, long round, String agent) {
    boolean poison = poison();
    String callId = (poison ? "poison-" : "call-") + events;
    CallStatus status = CallStatus.values()[random.nextInt(3)];
    Event event =
        add(
            InputTopic.AGENT_CALLS,
            source,
            new AgentCallCompleted(
                callId,
                agent,
                status,
                700_000_000L,
                "generate",
                "m-1",
                "p",
                100L,
                20L,
                null,
                debateId,
                round));
    String traceId = hex("debate\n" + debateId, 0, 16);
    String spanId = spanId("event\n" + source + "\n" + event.id());
    Set<String> spans = poison ? poisonSpans : spanIds;
    spans.add(spanId);
    spans.add(spanId("callee\n" + traceId + "\n" + spanId));
    if (status != CallStatus.SUCCESS) {
      String failed = status == CallStatus.ERROR ? "error" : "timeout";
      (poison ? poisonLines : lines)
          .add("Call of agent " + agent + " failed: " + failed + "||" + debateId + "|" + callId);
    }
  }

  private void request(String source) {
    boolean poison = poison();
    String requestId = (poison ? "poison-" : "req-") + events;
    int status = random.nextInt(3) == 0 ? 503 : 200;
    Event event =
        add(
            InputTopic.REQUESTS,
            source,
            new RequestCompleted(requestId, "GET", "/api/debates", status, 40_000_000L, null));
    (poison ? poisonSpans : spanIds).add(spanId("event\n" + source + "\n" + event.id()));
    if (status == 503) {
      (poison ? poisonLines : lines).add("GET /api/debates was answered 503|" + requestId + "||");
    }
  }

  private void line(String source, String debateId) {
    boolean poison = poison();
    String message = (poison ? "poison" : "line") + " number " + events;
    add(
        InputTopic.LOGS,
        source,
        new LogEmitted(
            LogLevel.values()[random.nextInt(5)],
            "aragora.server",
            message,
            "unified_server",
            "handle",
            42L,
            null,
            null,
            debateId,
            null));
    (poison ? poisonLines : lines).add(message + "||" + debateId + "|");
  }

  private Event add(InputTopic topic, String source, EventData data) {
    events++;
    Event event =
        new Event(
            "event-" + events, source, begin.plusNanos(events * 1_000L), null, null, null, data);
    entries.add(new Entry(topic, event.key(), TestEvents.CODEC.encode(event)));
    return event;
  }

  private static String spanId(String what) {
    return hex(what, 16, 24);
  }

  private static String hex(String what, int from, int to) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(what.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, from, to);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
