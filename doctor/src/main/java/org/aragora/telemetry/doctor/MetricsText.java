package org.aragora.telemetry.doctor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page in Prometheus' text format, as far as the checks need it. */
final class MetricsText {
  private static final Pattern TYPE =
      Pattern.compile("# TYPE (\\S+) (counter|gauge|histogram|summary|untyped|info|unknown)");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*\\})? (NaN|[+-]?Inf|[-+0-9.eE]+)( -?[0-9.]+)?( # .*)?");

  private record Sample(String name, String labels, double value) {}

  private final Map<String, String> types = new HashMap<>();
  private final List<Sample> samples;
  private final List<String> strange;

  private MetricsText(List<String> lines) {
    this.samples =
        lines.stream().map(SAMPLE::matcher).filter(Matcher::matches).map(this::sample).toList();
    this.strange =
        lines.stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .filter(line -> !SAMPLE.matcher(line).matches())
            .toList();
    lines.stream()
        .map(TYPE::matcher)
        .filter(Matcher::matches)
        .forEach(type -> types.put(type.group(1), type.group(2)));
  }

  static MetricsText parse(String text) {
    return new MetricsText(text.lines().toList());
  }

  private Sample sample(Matcher match) {
    String labels = match.group(2);
    String value = match.group(3).replace("Inf", "Infinity");
    return new Sample(match.group(1), labels == null ? "" : labels, Double.parseDouble(value));
  }

  /** How many samples it has. */
  int size() {
    return samples.size();
  }

  /** Lines that are neither comment nor sample. */
  List<String> strange() {
    return strange;
  }

  /** The declared type of a metric, empty if it is not declared. */
  String type(String metric) {
    return types.getOrDefault(metric, "");
  }

  /** Whether it has a sample of a metric, or of its histogram. */
  boolean has(String metric) {
    return samples.stream()
        .anyMatch(s -> s.name().equals(metric) || s.name().equals(metric + "_count"));
  }

  /** The sum over the series of a metric that carry {@code label="value"}. */
  double sum(String metric, String label, String value) {
    String pair = label + "=\"" + value + "\"";
    return samples.stream()
        .filter(s -> s.name().equals(metric) && s.labels().contains(pair))
        .mapToDouble(Sample::value)
        .sum();
  }
}
