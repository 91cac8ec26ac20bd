package org.aragora.telemetry.counting.ingest;

import java.util.HashMap;
import java.util.Map;
import org.aragora.telemetry.counting.store.Hash128;

/** The hashes of producer runs, of which the latest are remembered. Not thread-safe. */
final class RunNames {
  private static final int MAX_NAMES = 1000;
  private static final int MAX_CHARS = 256;

  /** By source, then by epoch. */
  private final Map<String, Map<String, Hash128>> known = new HashMap<>();

  private int size;

  Hash128 hash(String source, String epoch) {
    Map<String, Hash128> epochs = known.get(source);
    Hash128 hash = epochs == null ? null : epochs.get(epoch);
    if (hash == null) {
      hash = Hash128.of(source, epoch);
      remember(source, epoch, hash);
    }
    return hash;
  }

  private void remember(String source, String epoch, Hash128 hash) {
    if (source.length() + epoch.length() > MAX_CHARS) {
      return;
    }
    if (size == MAX_NAMES) {
      known.clear();
      size = 0;
    }
    known.computeIfAbsent(source, s -> new HashMap<>()).put(epoch, hash);
    size++;
  }
}
