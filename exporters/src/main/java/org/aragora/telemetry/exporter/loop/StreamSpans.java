package org.aragora.telemetry.exporter.loop;

import java.util.HashMap;
import java.util.Map;
import org.aragora.telemetry.exporter.backend.StreamTime;
import org.jspecify.annotations.Nullable;

/** Oldest and newest time of each stream in a batch. */
final class StreamSpans {

  private static final long LONGEST = StreamTime.LONGEST_SPAN.toNanos();

  private final Map<Object, Span> spans = new HashMap<>();

  private record Span(long oldest, long newest) {

    Span with(long nanos) {
      return new Span(Math.min(oldest, nanos), Math.max(newest, nanos));
    }
  }

  void add(@Nullable StreamTime time) {
    if (time != null) {
      Span known = spans.get(time.stream());
      if (known == null) {
        spans.put(time.stream(), new Span(time.nanos(), time.nanos()));
      } else if (time.nanos() < known.oldest() || time.nanos() > known.newest()) {
        spans.put(time.stream(), known.with(time.nanos()));
      }
    }
  }

  /** True if no stream becomes longer than allowed. */
  boolean fits(@Nullable StreamTime time) {
    Span known = time == null ? null : spans.get(time.stream());
    if (time == null || known == null) {
      return true;
    }
    Span wider = known.with(time.nanos());
    return wider.newest() - wider.oldest() <= LONGEST;
  }

  /** True if no stream runs too far ahead of a batch that is not settled. */
  boolean mayPass(StreamSpans unsettled) {
    for (Map.Entry<Object, Span> entry : spans.entrySet()) {
      Span other = unsettled.spans.get(entry.getKey());
      if (other != null && entry.getValue().newest() - other.oldest() > LONGEST) {
        return false;
      }
    }
    return true;
  }
}
