package org.aragora.telemetry.doctor.checks;

import java.util.Set;

/**
 * Intended sampling of traces, by OpenTelemetry's variables.
 *
 * @param name {@code OTEL_TRACES_SAMPLER}
 * @param argument {@code OTEL_TRACES_SAMPLER_ARG}
 */
public record Sampler(String name, String argument) {
  private static final String PARENT = "parentbased_";
  private static final Set<String> NAMES = Set.of("always_on", "always_off", "traceidratio");

  /** The share of traces that it keeps, 0 to 1; NaN if it has no meaning. */
  public double ratio() {
    String own = name.startsWith(PARENT) ? name.substring(PARENT.length()) : name;
    if (!NAMES.contains(own)) {
      return Double.NaN;
    }
    return switch (own) {
      case "always_on" -> 1;
      case "always_off" -> 0;
      default -> number();
    };
  }

  private double number() {
    try {
      double ratio = Double.parseDouble(argument);
      return ratio >= 0 && ratio <= 1 ? ratio : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  @Override
  public String toString() {
    return name.endsWith("traceidratio") ? name + " " + argument : name;
  }
}
