package org.aragora.telemetry.processor.recent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.field.EndpointTemplate;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.WireNames;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an event that may be shown: numbers, words of a fixed list, and those names that
 * are labels of metrics, redacted as those, and the ids of debates. What people, models and clients
 * write is left out.
 */
final class SafeFields implements FieldWriter {
  private static final Set<String> NAMES = Set.of("method", "agent", "instance_id", "debate_id");
  private static final int MAX_CHARS = 120;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final EndpointTemplate ENDPOINTS = new EndpointTemplate();
  private static final Redactor LABELS = Redactor.ofLabels();

  private final List<String> fields = new ArrayList<>();

  private SafeFields() {}

  static String of(EventData data) {
    SafeFields safe = new SafeFields();
    data.write(safe);
    return String.join("  ", safe.fields);
  }

  private SafeFields add(String field, String value) {
    String cut =
        value.length() <= MAX_CHARS
            ? value
            : value.substring(0, value.offsetByCodePoints(0, MAX_CHARS / 2)) + "…";
    fields.add(field + "=" + cut);
    return this;
  }

  @Override
  public FieldWriter name(String field, @Nullable String value) {
    if (value == null) {
      return this;
    }
    if (field.equals("endpoint")) {
      return add(field, LABELS.text(ENDPOINTS.of(value)));
    }
    return NAMES.contains(field) ? add(field, LABELS.text(value)) : this;
  }

  @Override
  public FieldWriter integer(String field, long value, long min, long max) {
    return add(field, Long.toString(value));
  }

  @Override
  public FieldWriter seconds(String field, long nanos) {
    return add(field, String.valueOf(nanos / NANOS_PER_SECOND));
  }

  @Override
  public FieldWriter number(String field, double value) {
    return add(field, Double.toString(value));
  }

  @Override
  public <E extends Enum<E>> FieldWriter oneOf(String field, WireNames<E> names, E value) {
    return add(field, names.of(value));
  }

  @Override
  public FieldWriter text(String field, @Nullable String value) {
    return this;
  }

  @Override
  public FieldWriter labels(String field, List<String> values) {
    return this;
  }

  @Override
  public FieldWriter counts(String field, Map<String, Long> values) {
    return this;
  }

  @Override
  public FieldWriter optionalObject(String field, @Nullable Map<String, @Nullable Object> value) {
    return this;
  }
}
