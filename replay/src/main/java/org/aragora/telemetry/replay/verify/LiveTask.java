package org.aragora.telemetry.replay.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/** The values that the live service has written of one input partition. */
final class LiveTask {
  final Map<ValueKey, PartialValue> values = new HashMap<>();

  /** Retired parts whose series have ended since the values were read. */
  final Set<ValueKey> ended = new HashSet<>();

  @Nullable Ledger ledger;

  /** First offset that none of them contains. */
  long nextOffset() {
    long next = ledger == null ? 0 : ledger.nextOffset();
    for (PartialValue value : values.values()) {
      next = Math.max(next, value.nextOffset());
    }
    return next;
  }
}
