package org.aragora.telemetry.benchmarks.overload;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;

/** What the counters of a page must say of events that came once each. Thread-safe. */
final class Counts {
  private static final String COUNTED = "aragora_telemetry_events_total{outcome=\"counted\"";

  private final Map<String, Long> series = new TreeMap<>();
  private long events;

  synchronized void add(EventData data) {
    events++;
    if (data instanceof RequestCompleted request) {
      count(
          "aragora_requests_total{endpoint=\"%s\",method=\"%s\",status=\"%d\"}"
              .formatted(request.endpoint(), request.method(), request.status()));
    } else if (data instanceof AgentCallCompleted call) {
      count(
          "aragora_agent_calls_total{agent=\"%s\",status=\"%s\"}"
              .formatted(call.agent(), call.status().name().toLowerCase(Locale.ROOT)));
    } else if (data instanceof LogEmitted line) {
      count("aragora_log_events_total{level=\"%s\"}".formatted(line.level().name()));
    }
  }

  private void count(String of) {
    series.merge(of, 1L, Long::sum);
  }

  synchronized long events() {
    return events;
  }

  /** Every series that a page has otherwise, or not at all. */
  synchronized Map<String, String> differences(Map<String, Double> page) {
    Map<String, String> differences = new TreeMap<>();
    series.forEach(
        (name, count) -> {
          Double served = page.get(name);
          if (served == null || served.longValue() != count) {
            differences.put(name, "%d written, %s served".formatted(count, served));
          }
        });
    if (counted(page) != events) {
      differences.put(COUNTED, "%d written, %d counted".formatted(events, counted(page)));
    }
    return differences;
  }

  /** How many events a page says were counted. */
  static long counted(Map<String, Double> page) {
    return (long) Page.sum(page, COUNTED);
  }
}
