package org.aragora.telemetry.testbed.service;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * A page in Prometheus' text format, or the pages of several processes as one: samples of equal
 * series are summed.
 */
public final class MetricsPage {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);
  private static final Pattern TYPE =
      Pattern.compile("# TYPE (\\S+) (counter|gauge|histogram|summary|untyped|info|unknown)");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{[^\"{}]*+(?:\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"[^\"{}]*+)*+\\})?)"
              + " (NaN|[+-]?Inf|[-+0-9.eE]+)(?: -?[0-9.]+)?(?: # .*)?");
  private static final String OURS = "aragora_";
  private static final String OF_ONE_PROCESS = "aragora_telemetry_process_";
  private static final String EVENTS = "aragora_telemetry_events_total";

  private final Map<String, Double> samples = new LinkedHashMap<>();
  private final Map<String, String> types = new HashMap<>();
  private final List<String> malformed = new ArrayList<>();

  private MetricsPage() {}

  /** Parses one page. */
  public static MetricsPage parse(String text) {
    MetricsPage page = new MetricsPage();
    page.readAll(text);
    return page;
  }

  /**
   * Reads {@code /metrics} of one or several processes on this machine.
   *
   * @throws IllegalStateException if one does not answer
   */
  public static MetricsPage of(int... ports) {
    MetricsPage page = new MetricsPage();
    for (int port : ports) {
      try {
        page.readAll(LocalHttp.get(port, "/metrics", ANSWERS_WITHIN).body());
      } catch (IOException e) {
        throw new IllegalStateException("no answer from port " + port, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    return page;
  }

  /** A carriage return may stand in a label. */
  private void readAll(String text) {
    for (String line : text.split("\n", 0)) {
      read(line);
    }
  }

  private void read(String line) {
    if (line.isBlank()) {
      return;
    }
    if (line.startsWith("#")) {
      Matcher type = TYPE.matcher(line);
      if (type.matches()) {
        types.put(type.group(1), type.group(2));
      }
      return;
    }
    Matcher sample = SAMPLE.matcher(line);
    if (sample.matches()) {
      samples.merge(sample.group(1), number(sample.group(2)), Double::sum);
    } else {
      malformed.add(line);
    }
  }

  private static double number(String text) {
    return Double.parseDouble(text.replace("Inf", "Infinity"));
  }

  /** Values by series, each as it is written on the page. */
  public Map<String, Double> samples() {
    return samples;
  }

  /**
   * Samples that are the same whichever process serves them. The JVM's, and those of one process,
   * are not among them.
   */
  public Map<String, Double> shared() {
    Map<String, Double> shared = new LinkedHashMap<>(samples);
    shared
        .keySet()
        .removeIf(series -> !series.startsWith(OURS) || series.startsWith(OF_ONE_PROCESS));
    return shared;
  }

  /** Lines that are neither comment nor sample. */
  public List<String> malformed() {
    return malformed;
  }

  /** The declared type of a metric, empty if there is none. */
  public String type(String metric) {
    return types.getOrDefault(metric, "");
  }

  /** Returns true if there is a sample of a metric, or of a histogram with this name. */
  public boolean hasMetric(String metric) {
    return samples.keySet().stream()
        .map(MetricsPage::name)
        .anyMatch(name -> name.equals(metric) || name.equals(metric + "_count"));
  }

  /** Returns true if a series, as it is written on the page, is there. */
  public boolean has(String series) {
    return samples.containsKey(series);
  }

  /** The value of a series as it is written on the page, 0 if it is absent. */
  public double value(String series) {
    return samples.getOrDefault(series, 0.0);
  }

  /** Sum of the series of a metric that have these labels among theirs, empty if there is none. */
  public OptionalDouble sum(String name, Map<String, String> labels) {
    List<Double> found = values(name, labels).boxed().toList();
    return found.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(found.stream().mapToDouble(Double::doubleValue).sum());
  }

  /** {@link #sum} as a whole number, 0 if there is no such series. */
  public long count(String name, Map<String, String> labels) {
    return Math.round(sum(name, labels).orElse(0));
  }

  /** The highest value of a metric's series. */
  public OptionalDouble highest(String name) {
    return values(name, Map.of()).max();
  }

  /**
   * Events of all topics with an outcome: {@code counted}, {@code duplicate}, {@code dead_letter}.
   */
  public long events(String outcome) {
    return count(EVENTS, Map.of("outcome", outcome));
  }

  /** Events of one topic with an outcome. */
  public long events(String topic, String outcome) {
    return count(EVENTS, Map.of("topic", topic, "outcome", outcome));
  }

  /** Dead letters of one topic with a reason. */
  public long deadLetters(String topic, String reason) {
    return count("aragora_telemetry_dead_letters_total", Map.of("topic", topic, "reason", reason));
  }

  private DoubleStream values(String name, Map<String, String> labels) {
    return samples.entrySet().stream()
        .filter(sample -> name(sample.getKey()).equals(name))
        .filter(
            sample ->
                labels.isEmpty()
                    || SeriesName.parse(sample.getKey())
                        .labels()
                        .entrySet()
                        .containsAll(SeriesName.of(name, labels).labels().entrySet()))
        .mapToDouble(Map.Entry::getValue);
  }

  private static String name(String series) {
    int brace = series.indexOf('{');
    return brace < 0 ? series : series.substring(0, brace);
  }

  @Override
  public String toString() {
    return samples.toString();
  }
}
