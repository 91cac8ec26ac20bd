package org.aragora.telemetry.testbed.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Spans and lines that the exporters make of the events, by the documented rules. One thread
 * writes, others may read.
 */
public final class ExpectedExports {
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int ENDED_REMEMBERED = 100_000;
  private static final Exports NOTHING = new Exports(0, 0);

  /**
   * Of one event, or of all.
   *
   * @param spans with the derived ones of the agents' own services
   * @param lines of every level
   */
  public record Exports(long spans, long lines) {
    Exports plus(Exports more) {
      return new Exports(spans + more.spans, lines + more.lines);
    }
  }

  private final Set<String> ended =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > ENDED_REMEMBERED;
            }
          });

  private volatile Exports sum = NOTHING;

  /** The sum over all events. */
  public Exports sum() {
    return sum;
  }

  /** Adds an event that {@link OracleEvent#tree} parsed. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  public void add(JsonNode event) {
    sum = sum.plus(of(event));
  }

  private Exports of(JsonNode event) {
    JsonNode data = event.path("data");
    return switch (OracleEvent.type(event)) {
      case "request.completed" ->
          new Exports(1, data.path("status").asInt() >= FIRST_SERVER_ERROR ? 1 : 0);
      case "agent.call_completed" ->
          new Exports(2, data.path("status").asText().equals("success") ? 0 : 1);
      case "debate.round_completed" -> new Exports(1, 0);
      case "debate.completed" ->
          ended.add(data.path("debate_id").asText()) ? new Exports(1, 1) : NOTHING;
      case "elo.updated" -> new Exports(1, 1);
      case "log.emitted" -> new Exports(0, 1);
      default -> NOTHING;
    };
  }
}
