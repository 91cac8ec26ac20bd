package org.aragora.telemetry.quickstart;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many spans and lines the events give by the documented rules, counted without the exporters'
 * code: what they say is held against this. Written by one thread, read by others.
 */
final class ExpectedExports {

  private static final int FIRST_SERVER_ERROR = 500;
  private static final int ENDED_REMEMBERED = 100_000;

  private final Set<String> ended =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > ENDED_REMEMBERED;
            }
          });

  private volatile Exports sum = new Exports(0, 0);

  /**
   * Of one event, or of all.
   *
   * @param spans with the derived ones of the agents' own services
   * @param lines of every level
   */
  record Exports(long spans, long lines) {
    Exports plus(Exports more) {
      return new Exports(spans + more.spans, lines + more.lines);
    }
  }

  Exports sum() {
    return sum;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void note(EventFacts event) {
    sum = sum.plus(of(event));
  }

  private Exports of(EventFacts event) {
    String type = event.type();
    if (type == null) {
      return new Exports(0, 0);
    }
    return switch (type) {
      case "request.completed" -> new Exports(1, isServerError(event.status()) ? 1 : 0);
      case "agent.call_completed" -> new Exports(2, "success".equals(event.status()) ? 0 : 1);
      case "debate.round_completed" -> new Exports(1, 0);
      case "debate.completed" ->
          ended.add(String.valueOf(event.debateId())) ? new Exports(1, 1) : new Exports(0, 0);
      case "elo.updated" -> new Exports(1, 1);
      case "log.emitted" -> new Exports(0, 1);
      default -> new Exports(0, 0);
    };
  }

  private static boolean isServerError(@Nullable String status) {
    return status != null && Integer.parseInt(status) >= FIRST_SERVER_ERROR;
  }
}
