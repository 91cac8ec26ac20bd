package org.aragora.telemetry.doctor.top.figures;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Items a second of each exporter over the last minute, or since its start. */
final class ExporterRates {
  private static final long WINDOW_MS = 60_000;

  private final Map<String, Deque<Exporter>> samples = new HashMap<>();

  /** Adds the reports of one answer; returns the rates by address, without those unknown yet. */
  Map<String, Double> add(List<Exporter> reports) {
    Map<String, Double> rates = new HashMap<>();
    samples.keySet().retainAll(addresses(reports));
    for (Exporter report : reports) {
      if (report.hasFigures() && report.items().isPresent()) {
        OptionalDouble rate =
            add(samples.computeIfAbsent(report.address(), of -> new ArrayDeque<>()), report);
        rate.ifPresent(value -> rates.put(report.address(), value));
      }
    }
    return rates;
  }

  private static Collection<String> addresses(List<Exporter> reports) {
    return reports.stream().map(Exporter::address).collect(Collectors.toSet());
  }

  private static OptionalDouble add(Deque<Exporter> run, Exporter now) {
    Exporter last = run.peekLast();
    if (last != null && !isSameRun(last, now)) {
      run.clear();
    }
    run.removeIf(then -> then.timeMs() < now.timeMs() - WINDOW_MS);
    if (run.isEmpty() || run.getLast().timeMs() < now.timeMs()) {
      run.addLast(now);
    }
    Exporter base = run.getFirst();
    return base.timeMs() == now.timeMs()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            (items(now) - items(base)) * 1000 / (double) (now.timeMs() - base.timeMs()));
  }

  /** Returns false if it has started again, its clock was set back, or another one answers. */
  private static boolean isSameRun(Exporter then, Exporter now) {
    return then.kind().equals(now.kind())
        && then.timeMs() <= now.timeMs()
        && items(then) <= items(now);
  }

  private static double items(Exporter exporter) {
    return exporter.items().orElse(0);
  }
}
