package org.aragora.telemetry.processor.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.PartialValue;

/** The metrics topic as compaction leaves it; keys and values are in hex. */
final class CommittedMetrics {
  private final Map<String, String> values = new TreeMap<>();
  private final Set<String> deleted = new HashSet<>();
  private final Map<String, Set<String>> merged = new HashMap<>();

  void append(MetricsKey key, byte[] value) {
    if (key instanceof MetricsKey.LedgerOf && !Ledger.read(new BinaryReader(value)).balances()) {
      throw new AssertionError("a ledger record does not balance: " + key);
    }
    if (value == null) {
      delete(key);
    } else if (!(key instanceof MetricsKey.Owner)) {
      values.put(
          hex(key.toBytes()), hex(key instanceof MetricsKey.LedgerOf ? account(value) : value));
    }
  }

  /** Last value of each key. */
  Map<String, String> values() {
    return values;
  }

  /** Keys that were deleted and not merged into another one. */
  Set<String> deleted() {
    return deleted;
  }

  /** Keys that were merged, by the one that they were merged into. */
  Map<String, Set<String>> merged() {
    return merged;
  }

  /** Parts whose series have ended, by {@code task metric|label value#incarnation}. */
  Set<String> deletedParts() {
    Set<String> parts = new HashSet<>();
    for (String key : deleted) {
      if (MetricsKey.fromBytes(bytes(key)) instanceof MetricsKey.Partial part) {
        parts.add(name(part));
      }
    }
    return parts;
  }

  static String name(MetricsKey.Partial part) {
    return "%s %s|%s#%d"
        .formatted(
            part.task(),
            part.series().metric(),
            String.join("|", part.series().labelValues()),
            part.incarnation());
  }

  /** A ledger without the time that its partition had reached, which depends on the clock. */
  private static byte[] account(byte[] ledger) {
    BinaryWriter out = new BinaryWriter();
    Ledger.read(new BinaryReader(ledger)).write(out);
    return out.toBytes();
  }

  /** A part that was merged into another one goes with it. */
  private void delete(MetricsKey key) {
    String hex = hex(key.toBytes());
    values.remove(hex);
    if (key instanceof MetricsKey.Partial part) {
      for (Map.Entry<String, String> other : values.entrySet()) {
        if (MetricsKey.fromBytes(bytes(other.getKey())) instanceof MetricsKey.Partial into
            && into.series().equals(part.series())
            && into.task().equals(part.task())
            && into.incarnation() < part.incarnation()
            && part.incarnation() < value(other.getValue()).nextOffset()
            && value(other.getValue()).isRetired()) {
          merged.computeIfAbsent(other.getKey(), none -> new HashSet<>()).add(hex);
          return;
        }
      }
    }
    deleted.add(hex);
    deleted.addAll(merged.getOrDefault(hex, Set.of()));
  }

  private static PartialValue value(String hex) {
    return PartialValue.fromBytes(bytes(hex));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
