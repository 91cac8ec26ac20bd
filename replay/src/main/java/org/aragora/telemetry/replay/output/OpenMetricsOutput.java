package org.aragora.telemetry.replay.output;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.RatioAggregate;

/**
 * History for {@code promtool tsdb create-blocks-from openmetrics}: for every series one sample a
 * minute, at the full minute: the sum of all events before that minute, by their event times. A
 * series begins with a 0 at the minute of its first event, so that {@code increase} counts it.
 * Samples of a series are in the order of time, as Prometheus requires.
 *
 * <p>Metrics that are not a function of event time are left out: the pipeline's own, and the
 * liveness of instances.
 */
public final class OpenMetricsOutput {
  private static final long SECONDS = 60;
  private static final int SHORT_WINDOW = 5;
  private static final long DAY_MINUTES = 24 * 60;
  private static final String TOTAL = "_total";

  /**
   * Labels and end of the samples.
   *
   * @param job the live scrape's job
   * @param instance the live scrape's instance
   * @param endMinute minute since 1970 after which there is no sample; {@link Long#MAX_VALUE}: the
   *     minute after the last event
   */
  public record Settings(String job, String instance, long endMinute) {}

  private final Appendable out;
  private final Settings settings;

  public OpenMetricsOutput(Appendable out, Settings settings) {
    this.out = out;
    this.settings = settings;
  }

  /** Writes all of it. */
  public void write(Result result) throws IOException {
    TreeMap<SeriesKey, NavigableMap<Long, Aggregate>> bySeries = new TreeMap<>(WindowId.BY_SERIES);
    bySeries.putAll(result.minutes().series());
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (NavigableMap<Long, Aggregate> minutes : bySeries.values()) {
      first = Math.min(first, minutes.firstKey());
      last = Math.max(last, minutes.lastKey());
    }
    if (!bySeries.isEmpty()) {
      // One event with a time of years ago must not make years of samples.
      first = Math.max(first, Math.floorDiv(result.firstAppendMs(), SECONDS * 1000) - DAY_MINUTES);
      // Up to the first live sample, so that there is no hole before it.
      long end = settings.endMinute() == Long.MAX_VALUE ? last + 1 : settings.endMinute();
      for (MetricDescriptor metric : result.metrics()) {
        family(metric, bySeries, first, end);
      }
    }
    out.append("# EOF\n");
  }

  private void family(
      MetricDescriptor metric,
      Map<SeriesKey, NavigableMap<Long, Aggregate>> bySeries,
      long first,
      long end)
      throws IOException {
    String type =
        switch (metric.type()) {
          case COUNTER -> "counter";
          case HISTOGRAM -> "histogram";
          case ADDITIVE_GAUGE, LATEST_GAUGE, RATIO -> "gauge";
          case INSTANCE, RUN_MAXIMUM -> "";
        };
    if (type.isEmpty() || metric.name().startsWith("aragora_telemetry_")) {
      return;
    }
    String family =
        metric.type() == MetricType.COUNTER
            ? metric.name().substring(0, metric.name().length() - TOTAL.length())
            : metric.name();
    out.append("# TYPE ").append(family).append(' ').append(type).append('\n');
    out.append("# HELP ")
        .append(family)
        .append(' ')
        .append(Numbers.escaped(metric.help()))
        .append('\n');
    boolean any = false;
    for (Map.Entry<SeriesKey, NavigableMap<Long, Aggregate>> entry : bySeries.entrySet()) {
      if (entry.getKey().metric().equals(metric.name())) {
        any = true;
        series(metric, entry.getKey(), entry.getValue(), first, end);
      }
    }
    if (!any
        && metric.labels().isEmpty()
        && (metric.type() == MetricType.COUNTER || metric.type() == MetricType.ADDITIVE_GAUGE)) {
      series(metric, new SeriesKey(metric.name(), List.of()), new TreeMap<>(), first, end);
    }
  }

  private void series(
      MetricDescriptor metric,
      SeriesKey key,
      NavigableMap<Long, Aggregate> minutes,
      long first,
      long end)
      throws IOException {
    Sampler sampler = sampler(metric, labels(metric, key));
    Aggregate sum = Aggregate.zero(metric);
    boolean fromStart = metric.labels().isEmpty() && metric.type() != MetricType.LATEST_GAUGE;
    long begin = fromStart ? first : Math.max(first, minutes.firstKey());
    minutes.headMap(begin).values().forEach(sum::merge);
    if (metric.type() != MetricType.LATEST_GAUGE && begin <= end) {
      sampler.sample(begin, sum);
    }
    for (long minute = begin; minute < end; minute++) {
      Aggregate change = minutes.get(minute);
      if (change != null) {
        sum.merge(change);
      }
      sampler.sample(minute + 1, sum);
    }
  }

  /** Writes the value of a series at the beginning of a minute. */
  private interface Sampler {
    void sample(long minute, Aggregate value) throws IOException;
  }

  private Sampler sampler(MetricDescriptor metric, String labels) {
    String plain = metric.name() + "{" + labels + "} ";
    return switch (metric.type()) {
      case COUNTER, ADDITIVE_GAUGE, LATEST_GAUGE ->
          (minute, value) -> line(plain, Objects.requireNonNull(Numbers.single(value)), minute);
      case HISTOGRAM -> histogram(metric, labels);
      case RATIO -> ratio(metric, labels);
      case INSTANCE, RUN_MAXIMUM ->
          throw new IllegalStateException(metric.name() + " is not a function of event time");
    };
  }

  private Sampler histogram(MetricDescriptor metric, String labels) {
    String[] buckets = new String[metric.boundUnits().size() + 1];
    for (int i = 0; i < buckets.length; i++) {
      String bound = i < buckets.length - 1 ? String.valueOf(metric.bound(i)) : "+Inf";
      buckets[i] = "%s_bucket{%s,le=\"%s\"} ".formatted(metric.name(), labels, bound);
    }
    String count = "%s_count{%s} ".formatted(metric.name(), labels);
    String sum = "%s_sum{%s} ".formatted(metric.name(), labels);
    return (minute, value) -> {
      HistogramAggregate histogram = (HistogramAggregate) value;
      long below = 0;
      for (int i = 0; i < buckets.length; i++) {
        below += histogram.count(i);
        line(buckets[i], String.valueOf(below), minute);
      }
      line(count, String.valueOf(below), minute);
      line(sum, Numbers.text(histogram.sum(), metric.unitsPerOne()), minute);
    };
  }

  private Sampler ratio(MetricDescriptor metric, String labels) {
    String five = "%s{%s,window=\"5m\"} ".formatted(metric.name(), labels);
    String hour = "%s{%s,window=\"1h\"} ".formatted(metric.name(), labels);
    return (minute, value) -> {
      RatioAggregate ratio = (RatioAggregate) value;
      ratio.forgetBefore(minute);
      share(five, ratio.ratio(minute - 1, SHORT_WINDOW), minute);
      share(hour, ratio.ratio(minute - 1, RatioAggregate.MINUTES), minute);
    };
  }

  private void share(String series, OptionalDouble share, long minute) throws IOException {
    if (share.isPresent()) {
      line(series, String.valueOf(share.getAsDouble()), minute);
    }
  }

  private void line(String series, String value, long minute) throws IOException {
    out.append(series)
        .append(value)
        .append(' ')
        .append(String.valueOf(minute * SECONDS))
        .append('\n');
  }

  private String labels(MetricDescriptor metric, SeriesKey key) {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < metric.labels().size(); i++) {
      labels
          .append(metric.labels().get(i))
          .append("=\"")
          .append(Numbers.escaped(key.labelValues().get(i)))
          .append("\",");
    }
    return labels
        .append("instance=\"")
        .append(Numbers.escaped(settings.instance()))
        .append("\",job=\"")
        .append(Numbers.escaped(settings.job()))
        .append('"')
        .toString();
  }
}
