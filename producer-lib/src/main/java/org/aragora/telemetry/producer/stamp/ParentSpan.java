package org.aragora.telemetry.producer.stamp;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The span above a span. Only the OpenTelemetry SDK shows it, and a host need not have the SDK, so
 * it is looked up once by name.
 */
final class ParentSpan {
  private static final @Nullable Class<?> READABLE = readableSpan();
  private static final @Nullable MethodHandle PARENT = parentOf(READABLE);

  private ParentSpan() {}

  /** Id of the span above; null if there is none or the SDK does not show it. */
  static @Nullable String idOf(Span span) {
    MethodHandle parent = PARENT;
    if (parent == null || READABLE == null || !READABLE.isInstance(span)) {
      return null;
    }
    try {
      SpanContext context = (SpanContext) parent.invoke(span);
      return context.isValid() ? context.getSpanId() : null;
    } catch (Throwable e) {
      return null; // the event matters more than its parent
    }
  }

  private static @Nullable Class<?> readableSpan() {
    try {
      return Class.forName(
          "io.opentelemetry.sdk.trace.ReadableSpan", false, Span.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  private static @Nullable MethodHandle parentOf(@Nullable Class<?> readable) {
    if (readable == null) {
      return null;
    }
    try {
      return MethodHandles.publicLookup()
          .findVirtual(readable, "getParentSpanContext", MethodType.methodType(SpanContext.class));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }
}
