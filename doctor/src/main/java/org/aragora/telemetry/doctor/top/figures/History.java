package org.aragora.telemetry.doctor.top.figures;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.aragora.telemetry.chassis.quantile.Quantile;

/** The snapshots of the last minute, and the figures that come from their differences. */
public final class History {
  private static final long WINDOW_MS = 60_000;

  private final Deque<Snapshot> samples = new ArrayDeque<>();
  private final ExporterRates exporterRates = new ExporterRates();

  /**
   * Figures of the last minute, each empty if it is unknown.
   *
   * @param requests per second
   * @param errors share of 5xx
   * @param p99 latency in seconds
   * @param agentCalls per second
   * @param appended records per second, to all input topics
   * @param read records per second, of all input topics
   * @param exporters items per second by address, without those that are unknown
   */
  public record Rates(
      OptionalDouble requests,
      OptionalDouble errors,
      OptionalDouble p99,
      OptionalDouble agentCalls,
      OptionalDouble appended,
      OptionalDouble read,
      Map<String, Double> exporters) {
    public static final Rates UNKNOWN = unknown(Map.of());

    private static Rates unknown(Map<String, Double> exporters) {
      OptionalDouble none = OptionalDouble.empty();
      return new Rates(none, none, none, none, none, none, exporters);
    }
  }

  /** Adds a snapshot and returns its rates. */
  public Rates add(Snapshot now) {
    samples.removeIf(
        sample ->
            sample.timeMs() < now.timeMs() - WINDOW_MS
                || sample.timeMs() >= now.timeMs() // the clock of the service was set back
                || sample.service().generation() != now.service().generation()
                || !sample.serving().partitions().equals(now.serving().partitions()));
    Snapshot base = samples.peekFirst();
    samples.addLast(now);
    Map<String, Double> exporters = exporterRates.add(now.exporters());
    return base == null ? Rates.unknown(exporters) : rates(base, now, exporters);
  }

  private static Rates rates(Snapshot from, Snapshot to, Map<String, Double> exporters) {
    double seconds = (to.timeMs() - from.timeMs()) / 1000.0;
    OptionalDouble requests = increase(from, to, "requests");
    OptionalDouble errors = increase(from, to, "serverErrors");
    return new Rates(
        per(requests, seconds),
        requests.isEmpty() || errors.isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(
                requests.getAsDouble() == 0 ? 0 : errors.getAsDouble() / requests.getAsDouble()),
        Quantile.of(0.99, increase(from.buckets(), to.buckets())),
        per(increase(from, to, "agentCalls"), seconds),
        per(increase(from.appendedRecords(), to.appendedRecords()), seconds),
        per(increase(from.total("read"), to.total("read")), seconds),
        exporters);
  }

  private static OptionalDouble per(OptionalDouble grown, double seconds) {
    return grown.isEmpty() ? grown : OptionalDouble.of(grown.getAsDouble() / seconds);
  }

  private static OptionalDouble increase(Snapshot from, Snapshot to, String figure) {
    OptionalDouble before = from.figure(figure);
    return increase(before.isPresent() ? before : OptionalDouble.of(0), to.figure(figure));
  }

  /** Empty if one end is unknown or the counter has stepped back. */
  private static OptionalDouble increase(OptionalDouble from, OptionalDouble to) {
    return from.isEmpty() || to.isEmpty() || to.getAsDouble() < from.getAsDouble()
        ? OptionalDouble.empty()
        : OptionalDouble.of(to.getAsDouble() - from.getAsDouble());
  }

  private static NavigableMap<Double, Double> increase(
      NavigableMap<Double, Double> from, NavigableMap<Double, Double> to) {
    NavigableMap<Double, Double> grown = new TreeMap<>();
    if (from.isEmpty() || from.keySet().equals(to.keySet())) {
      to.forEach((bound, count) -> grown.put(bound, count - from.getOrDefault(bound, 0.0)));
    }
    boolean steppedBack = grown.values().stream().anyMatch(count -> count < 0);
    return steppedBack ? new TreeMap<>() : grown;
  }
}
