package org.aragora.telemetry.counting.metric;

import java.math.BigDecimal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * Description of a metric, without its values. Immutable.
 *
 * @param name name on {@code /metrics}
 * @param type how its partial values merge
 * @param help HELP text
 * @param labels label names, in the order of a series' label values
 * @param boundUnits upper bounds of a histogram's buckets in units, ascending, without +Inf
 * @param unitsPerOne units in one of what is served: 1,000,000,000 where values are nanoseconds and
 *     seconds are served, else 1
 * @param fingerprint hash of name, type, labels, bounds and unit: two values with different
 *     fingerprints must not be merged
 */
public record MetricDescriptor(
    String name,
    MetricType type,
    String help,
    List<String> labels,
    List<Long> boundUnits,
    long unitsPerOne,
    long fingerprint) {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final String INSTANCE_ID = "instance_id";
  private static final String OWN_PREFIX = "aragora_telemetry_";
  private static final Set<String> FOLDABLE =
      Set.of("endpoint", "agent", "domain", "method", INSTANCE_ID);

  /** A metric without buckets. */
  public static MetricDescriptor of(MetricType type, String name, String help, String... labels) {
    return create(name, type, help, List.of(labels), List.of(), 1);
  }

  /** A histogram of seconds, observed in nanoseconds. {@code bounds}: in seconds, ascending. */
  public static MetricDescriptor secondsHistogram(
      String name, String help, List<String> bounds, String... labels) {
    return histogram(name, help, bounds, NANOS_PER_SECOND, labels);
  }

  /** A histogram of whole numbers. */
  public static MetricDescriptor countHistogram(
      String name, String help, List<String> bounds, String... labels) {
    return histogram(name, help, bounds, 1, labels);
  }

  private static MetricDescriptor histogram(
      String name, String help, List<String> bounds, long unitsPerOne, String... labels) {
    List<Long> units =
        bounds.stream()
            .map(b -> new BigDecimal(b).multiply(BigDecimal.valueOf(unitsPerOne)).longValueExact())
            .toList();
    return create(name, MetricType.HISTOGRAM, help, List.of(labels), units, unitsPerOne);
  }

  private static MetricDescriptor create(
      String name,
      MetricType type,
      String help,
      List<String> labels,
      List<Long> bounds,
      long unitsPerOne) {
    BinaryWriter shape =
        new BinaryWriter().writeString(name).writeByte(type.code()).writeUnsigned(labels.size());
    labels.forEach(shape::writeString);
    shape.writeUnsigned(bounds.size());
    bounds.forEach(shape::writeSigned);
    shape.writeUnsigned(unitsPerOne);
    return new MetricDescriptor(
        name, type, help, labels, bounds, unitsPerOne, hash(shape.toBytes()));
  }

  private static long hash(byte[] shape) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(shape);
      long first = 0;
      for (int i = 0; i < 8; i++) {
        first = first << 8 | (digest[i] & 0xFF);
      }
      return first;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A bucket's upper bound as it is served. */
  public double bound(int index) {
    return BigDecimal.valueOf(boundUnits.get(index))
        .divide(BigDecimal.valueOf(unitsPerOne))
        .doubleValue();
  }

  /** Returns true if a label becomes {@code other} over the series limit. */
  public static boolean isFoldable(String label) {
    return FOLDABLE.contains(label);
  }

  /**
   * Returns true if series of this metric end: those with labels that events have given. The
   * pipeline's own accounts last, and so does a gauge that is a sum of rises and falls.
   */
  public boolean seriesEnd() {
    return !labels.isEmpty() && type.seriesEnd() && !name.startsWith(OWN_PREFIX);
  }

  /** Returns true if each series is of one instance. */
  public boolean isOfInstances() {
    return labels.contains(INSTANCE_ID);
  }

  /** Type, labels and bounds in words, for messages. */
  public String shape() {
    return "%s with labels %s%s"
        .formatted(
            type.name().toLowerCase(java.util.Locale.ROOT),
            labels,
            boundUnits.isEmpty() ? "" : " and bounds " + boundUnits);
  }
}
