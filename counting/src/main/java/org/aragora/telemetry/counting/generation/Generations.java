package org.aragora.telemetry.counting.generation;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.aragora.telemetry.counting.generation.GenerationRecord.Made;
import org.aragora.telemetry.counting.generation.GenerationRecord.State;

/**
 * Which generations there are, and which one is served.
 *
 * @param current what the processors count into and serve
 * @param made every one that a replay has begun, by its number
 */
public record Generations(Generation current, SortedMap<Generation, Made> made) {
  /** Before anything was replayed. */
  public static final Generations NONE = new Generations(Generation.FIRST, new TreeMap<>());

  public Generations {
    made = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(made));
  }

  /** With one record more. */
  public Generations with(GenerationRecord record) {
    if (record instanceof Made one) {
      SortedMap<Generation, Made> more = new TreeMap<>(made);
      more.put(one.generation(), one);
      return new Generations(current, more);
    }
    return new Generations(record.generation(), made);
  }

  /** Every generation but the current one that may still be counted into somewhere. */
  public List<Generation> others() {
    TreeMap<Generation, Boolean> all = new TreeMap<>();
    all.put(Generation.FIRST, true);
    made.forEach((generation, one) -> all.put(generation, one.state() == State.COMPLETE));
    all.remove(current);
    return all.entrySet().stream().filter(e -> e.getValue()).map(e -> e.getKey()).toList();
  }

  /** The first number that nobody has used. */
  public Generation next() {
    return new Generation(made.isEmpty() ? 1 : made.lastKey().number() + 1);
  }
}
