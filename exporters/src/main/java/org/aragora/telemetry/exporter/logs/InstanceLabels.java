package org.aragora.telemetry.exporter.logs;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.aragora.telemetry.schemas.text.Unicode;

/**
 * Values of the label {@code instance}: at most a limit at a time, because each makes streams in
 * Loki. Further instances share {@code other}; an instance without a line for an hour of append
 * time makes room. Called by one thread.
 */
final class InstanceLabels {

  static final String OTHER = "other";
  private static final long IDLE_MS = Duration.ofHours(1).toMillis();
  private static final int MAX_CHARS = 128;

  private final int limit;
  private final LinkedHashMap<String, Long> lastSeen = new LinkedHashMap<>(16, 0.75f, true);

  InstanceLabels(int limit) {
    this.limit = limit;
  }

  /** The label's value for a line of the given append time. */
  String of(String instance, long appendMs) {
    String label = Unicode.cut(instance, MAX_CHARS);
    if (lastSeen.containsKey(label)) {
      lastSeen.merge(label, appendMs, Math::max);
      return label;
    }
    if (lastSeen.size() >= limit && !removeIdle(appendMs)) {
      return OTHER;
    }
    lastSeen.put(label, appendMs);
    return label;
  }

  private boolean removeIdle(long appendMs) {
    Iterator<Map.Entry<String, Long>> oldest = lastSeen.entrySet().iterator();
    if (!oldest.hasNext() || oldest.next().getValue() >= appendMs - IDLE_MS) {
      return false;
    }
    oldest.remove();
    return true;
  }
}
