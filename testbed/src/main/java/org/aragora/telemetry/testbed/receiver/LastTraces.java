package org.aragora.telemetry.testbed.receiver;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The traces whose spans came last: at most 200, at most 20,000 spans of 16 MB in all. A span that
 * comes again replaces itself. Not thread-safe.
 */
final class LastTraces {
  static final int MAX_TRACES = 200;
  static final int MAX_SPANS_OF_ONE = 1000;
  private static final int MAX_SPANS = 20_000;
  private static final long MAX_BYTES = 16 << 20;

  private final Map<String, Trace> traces = new LinkedHashMap<>(16, 0.75f, true);
  private int spans;
  private long bytes;

  /** Spans of one trace by their ids. */
  static final class Trace {
    private final Map<String, KeptSpan> byId = new LinkedHashMap<>();
    private long leftOut;

    Collection<KeptSpan> spans() {
      return byId.values();
    }

    /** Spans that came when the trace was full, repeated ones each time. */
    long leftOut() {
      return leftOut;
    }
  }

  void add(KeptSpan span) {
    Trace trace = traces.computeIfAbsent(span.traceId(), id -> new Trace());
    if (trace.byId.size() >= MAX_SPANS_OF_ONE && !trace.byId.containsKey(span.id())) {
      trace.leftOut++;
      return;
    }
    KeptSpan before = trace.byId.put(span.id(), span);
    spans += before == null ? 1 : 0;
    bytes += span.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Trace> oldest = traces.values().iterator();
    while (traces.size() > MAX_TRACES
        || ((spans > MAX_SPANS || bytes > MAX_BYTES) && traces.size() > 1)) {
      Trace dropped = oldest.next();
      oldest.remove();
      spans -= dropped.byId.size();
      bytes -= dropped.spans().stream().mapToLong(KeptSpan::bytes).sum();
    }
  }

  /** Ids and traces, the one whose span came last first. */
  List<Map.Entry<String, Trace>> newestFirst() {
    List<Map.Entry<String, Trace>> list = new ArrayList<>(traces.entrySet());
    Collections.reverse(list);
    return list;
  }

  /** Returns one trace, an empty one if it is not kept. */
  Trace find(String id) {
    // A question must not make it newer, as get would.
    return newestFirst().stream()
        .filter(each -> each.getKey().equals(id))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(Trace::new);
  }

  int spans() {
    return spans;
  }

  long bytes() {
    return bytes;
  }
}
