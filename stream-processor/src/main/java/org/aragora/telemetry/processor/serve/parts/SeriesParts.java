package org.aragora.telemetry.processor.serve.parts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;

/**
 * The parts of one series. A series whose parts are all retired is closed: it keeps its value until
 * a mark in the partition ends it. A part that begins meanwhile is held back, because it belongs to
 * the next life of the series, which begins at 0. Written by one thread, read by others: each
 * {@link #parts} is a list that never changes.
 */
public final class SeriesParts {
  private static final int CROWD = 4;

  private volatile List<Part> parts = List.of();
  private List<Part> held = List.of();
  private boolean closed;
  private boolean crowded;
  private boolean ripe;

  /** The parts whose values make that of the series. */
  public List<Part> parts() {
    return parts;
  }

  /** Returns true if its value is served; for the thread that writes. */
  public boolean isRipe() {
    return ripe;
  }

  /** Marks it as served with its value. */
  public void ripen() {
    ripe = true;
  }

  /** Returns true if no task counts into it any more. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Adds a part or replaces it.
   *
   * @param mayHold if a part that begins while the series is closed waits
   * @return false if it waits
   */
  public boolean put(MetricsKey.Partial key, Part part, boolean mayHold) {
    if (has(held, key) || (mayHold && closed && !has(parts, key))) {
      held = with(held, key, part);
      return false;
    }
    if (!part.isRetired()) {
      set(with(parts, key, part)); // a living part contains none and is in none
    } else if (parts.stream().noneMatch(other -> other.contains(part))) {
      set(with(parts, key, part).stream().filter(other -> !part.contains(other)).toList());
    }
    return true;
  }

  /** Returns true if it has so many retired parts that merging those of each task is due. */
  public boolean isCrowded() {
    return crowded;
  }

  /** The retired parts of each task, in the order in which they began. */
  public Map<InputPartition, List<Part>> retired() {
    Map<InputPartition, List<Part>> retired = new HashMap<>();
    for (Part part : parts) {
      if (part.isRetired()) {
        retired.computeIfAbsent(part.task(), task -> new ArrayList<>()).add(part);
      }
    }
    retired.values().forEach(list -> list.sort(Comparator.comparingLong(Part::incarnation)));
    return retired;
  }

  /** A part's record was deleted. {@code mayEnd}: if its value stays until {@link #next}. */
  public void delete(MetricsKey.Partial key, boolean mayEnd) {
    held = without(held, key);
    if (!(mayEnd && closed)) {
      set(without(parts, key));
      return;
    }
    List<Part> marked = new ArrayList<>(parts);
    marked.replaceAll(part -> part.has(key) ? part.deleted() : part);
    set(List.copyOf(marked));
  }

  /** The next life of the series, after its end: without the parts that were deleted. */
  public SeriesParts next() {
    List<Part> rest = new ArrayList<>(parts);
    rest.removeIf(Part::isDeleted);
    rest.addAll(held);
    SeriesParts next = new SeriesParts();
    next.set(List.copyOf(rest));
    return next;
  }

  private void set(List<Part> changed) {
    int retired = 0;
    for (Part part : changed) {
      retired += part.isRetired() ? 1 : 0;
    }
    closed = retired > 0 && retired == changed.size();
    crowded =
        !closed
            && retired >= CROWD
            && retired >= 2 * changed.stream().map(Part::task).distinct().count();
    parts = changed;
  }

  private static boolean has(List<Part> list, MetricsKey.Partial key) {
    return place(list, key) >= 0;
  }

  /** Index of the part of a key, negative if there is none. */
  private static int place(List<Part> list, MetricsKey.Partial key) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).has(key)) {
        return i;
      }
    }
    return -1;
  }

  private static List<Part> with(List<Part> list, MetricsKey.Partial key, Part part) {
    int place = place(list, key);
    Part[] changed = list.toArray(new Part[place < 0 ? list.size() + 1 : list.size()]);
    changed[place < 0 ? list.size() : place] = part;
    return List.of(changed);
  }

  private static List<Part> without(List<Part> list, MetricsKey.Partial key) {
    return list.stream().filter(part -> !part.has(key)).toList();
  }
}
