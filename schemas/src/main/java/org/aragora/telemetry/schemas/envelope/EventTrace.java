package org.aragora.telemetry.schemas.envelope;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Trace context as an event carries it. Most readers never ask for it, so it may still lie in the
 * bytes of the record, which it keeps and which must not change.
 */
public abstract sealed class EventTrace {
  /** Bytes of a traceparent of version 00. */
  public static final int TRACEPARENT_BYTES = 55;

  /** Bytes of the id of a span. */
  public static final int SPAN_ID_BYTES = 16;

  /** Neither a traceparent nor a span above. */
  public static final EventTrace NONE = new Texts(null, null);

  private EventTrace() {}

  /** The context that two texts are, each null if absent. */
  public static EventTrace of(@Nullable String traceparent, @Nullable String parentSpanId) {
    return traceparent == null && parentSpanId == null
        ? NONE
        : new Texts(traceparent, parentSpanId);
  }

  /**
   * The context at two places of a value, read and judged when asked for.
   *
   * @param traceparent index of the 55 bytes of a traceparent, -1 if absent
   * @param parentSpanId index of the 16 bytes of a span id, -1 if absent
   */
  public static EventTrace in(byte[] value, int traceparent, int parentSpanId) {
    return traceparent < 0 && parentSpanId < 0 ? NONE : new Bytes(value, traceparent, parentSpanId);
  }

  /** The traceparent, null if there is none or none that is valid. */
  public abstract @Nullable String traceparent();

  /**
   * The traceparent of a sampled trace, null if there is none, or none that is valid. Reading the
   * flag of one that is not sampled makes no object.
   */
  public abstract @Nullable String sampledTraceparent();

  /** The id of the span above, null if there is none or none that is valid. */
  public abstract @Nullable String parentSpanId();

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof EventTrace trace
        && Objects.equals(traceparent(), trace.traceparent())
        && Objects.equals(parentSpanId(), trace.parentSpanId());
  }

  @Override
  public final int hashCode() {
    return Objects.hash(traceparent(), parentSpanId());
  }

  @Override
  public final String toString() {
    return traceparent() + " under " + parentSpanId();
  }

  private static final class Texts extends EventTrace {
    private final @Nullable String traceparent;
    private final @Nullable String parentSpanId;

    Texts(@Nullable String traceparent, @Nullable String parentSpanId) {
      this.traceparent = traceparent;
      this.parentSpanId = parentSpanId;
    }

    @Override
    public @Nullable String traceparent() {
      return traceparent;
    }

    @Override
    public @Nullable String sampledTraceparent() {
      return traceparent != null
              && TraceparentFormat.isTraceparent(traceparent)
              && TraceparentFormat.isSampled(traceparent)
          ? traceparent
          : null;
    }

    @Override
    public @Nullable String parentSpanId() {
      return parentSpanId;
    }
  }

  private static final class Bytes extends EventTrace {
    private final byte[] value;
    private final int traceparent;
    private final int parentSpanId;

    Bytes(byte[] value, int traceparent, int parentSpanId) {
      this.value = value;
      this.traceparent = traceparent;
      this.parentSpanId = parentSpanId;
    }

    @Override
    public @Nullable String traceparent() {
      String text = text(traceparent, TRACEPARENT_BYTES);
      return text != null && TraceparentFormat.isTraceparent(text) ? text : null;
    }

    @Override
    public @Nullable String sampledTraceparent() {
      return traceparent >= 0 && TraceparentFormat.isSampled(value, traceparent)
          ? traceparent()
          : null;
    }

    @Override
    public @Nullable String parentSpanId() {
      String text = text(parentSpanId, SPAN_ID_BYTES);
      return text != null && TraceparentFormat.isSpanId(text) ? text : null;
    }

    private @Nullable String text(int from, int bytes) {
      return from < 0 ? null : new String(value, from, bytes, StandardCharsets.ISO_8859_1);
    }
  }
}
