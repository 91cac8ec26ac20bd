package org.aragora.telemetry.testbed.receiver;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Counts the ids that are among the last 100,000 seen. Thread-safe. */
final class RepetitionCounter {

  private static final int REMEMBERED = 100_000;

  private final Set<Long> recent =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
              return size() > REMEMBERED;
            }
          });

  private long count;

  synchronized void add(long id) {
    if (!recent.add(id)) {
      count++;
    }
  }

  synchronized long count() {
    return count;
  }
}
