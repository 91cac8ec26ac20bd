package org.aragora.telemetry.rivals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Samples of the compared metrics, from a rival's totals or from the processor's page. */
final class Page {
  private static final double SAME = 1e-9;
  private static final Pattern MINUTES =
      Pattern.compile("minute:(\\w+)\\{minute=\"(\\d+)\",part=\"(all|hit)\"}");
  private static final Pattern BOUND = Pattern.compile("le=\"([^\"]*)\"");

  private final Map<String, Double> samples = new TreeMap<>();

  private Page() {}

  /** Returns the samples that the processor's page has of the compared metrics. */
  static Page of(Map<String, Double> served) {
    Page page = new Page();
    served.forEach(
        (series, value) -> {
          boolean other =
              series.startsWith("aragora_telemetry_")
                  || series.startsWith("aragora_instance_up")
                  || series.startsWith("aragora_websocket_connections");
          if (series.startsWith("aragora_") && !other) {
            page.samples.put(withBound(series), value);
          }
        });
    return page;
  }

  /** Returns the samples that follow from totals. */
  static Page ofTotals(Map<String, Total> totals) {
    Page page = new Page();
    Map<String, NavigableMap<Long, double[]>> ratios = new HashMap<>();
    totals.forEach(
        (series, total) -> {
          Matcher minutes = MINUTES.matcher(series);
          double[] bounds = Total.bounds(series);
          if (minutes.matches()) {
            ratios.computeIfAbsent(minutes.group(1), name -> new TreeMap<>())
                    .computeIfAbsent(Long.parseLong(minutes.group(2)), minute -> new double[2])[
                    "all".equals(minutes.group(3)) ? 0 : 1] =
                total.sum;
          } else if (bounds.length == 0) {
            page.samples.put(series, total.sum);
          } else {
            page.histogram(series, total, bounds);
          }
        });
    ratios.forEach(page::ratios);
    return page;
  }

  private void histogram(String series, Total total, double[] bounds) {
    int labels = series.indexOf('{');
    String name = series.substring(0, labels);
    String inner = series.substring(labels + 1, series.length() - 1);
    long cumulative = 0;
    for (int i = 0; i <= bounds.length; i++) {
      cumulative += total.buckets[i];
      double bound = i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY;
      samples.put(
          withBound(name + "_bucket{" + inner + ",le=\"" + bound + "\"}"), (double) cumulative);
    }
    samples.put(name + "_count{" + inner + "}", (double) total.count);
    samples.put(name + "_sum{" + inner + "}", total.sum);
  }

  private void ratios(String name, NavigableMap<Long, double[]> minutes) {
    long last = minutes.lastKey();
    Map.of("5m", 5, "1h", 60)
        .forEach(
            (window, length) -> {
              double all = 0;
              double hit = 0;
              for (double[] counts : minutes.tailMap(last - length + 1).values()) {
                all += counts[0];
                hit += counts[1];
              }
              samples.put(name + "{window=\"" + window + "\"}", hit / all);
            });
  }

  /** The bound is taken out of its place among the labels, and written in one way. */
  private static String withBound(String series) {
    Matcher bound = BOUND.matcher(series);
    if (!bound.find()) {
      return series;
    }
    String text = bound.group(1);
    double value = text.contains("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    String without =
        (series.substring(0, bound.start()) + series.substring(bound.end()))
            .replace(",}", "}")
            .replace("{,", "{")
            .replace(",,", ",");
    return without + String.format(Locale.ROOT, " le %s", value);
  }

  int size() {
    return samples.size();
  }

  /** Returns a sentence for each sample that differs; a sample that is absent is 0. */
  List<String> differences(Page other) {
    List<String> found = new ArrayList<>();
    TreeSet<String> all = new TreeSet<>(samples.keySet());
    all.addAll(other.samples.keySet());
    for (String series : all) {
      double mine = samples.getOrDefault(series, 0.0);
      double its = other.samples.getOrDefault(series, 0.0);
      if (Math.abs(mine - its) > SAME * Math.max(Math.abs(mine), Math.abs(its))) {
        found.add("%s is %s here and %s there".formatted(series, mine, its));
      }
    }
    return found;
  }
}
