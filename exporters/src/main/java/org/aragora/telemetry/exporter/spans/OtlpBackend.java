package org.aragora.telemetry.exporter.spans;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporterBuilder;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.aragora.telemetry.exporter.core.Answer;
import org.aragora.telemetry.exporter.core.Backend;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/**
 * OTLP by the OpenTelemetry SDK's exporters, with their retry off and their answers seen. One
 * record's spans stay together.
 */
final class OtlpBackend implements Backend<List<SpanData>> {

  /** Held, or the setting would be collected. The loop says what the SDK would say, with more. */
  private static final Logger SDK_LOG = Logger.getLogger("io.opentelemetry");

  private final SpanExporter exporter;

  private OtlpBackend(SpanExporter exporter) {
    this.exporter = exporter;
  }

  static OtlpBackend create(OtlpSettings settings, Clock clock) {
    SDK_LOG.setLevel(Level.OFF);
    try {
      return new OtlpBackend(settings.grpc() ? grpc(settings, clock) : http(settings, clock));
    } catch (IllegalArgumentException | IllegalStateException unusable) {
      throw new InvalidSettingException(
          "The OTEL_EXPORTER_OTLP_ settings cannot be used: " + unusable.getMessage());
    }
  }

  private static SpanExporter http(OtlpSettings settings, Clock clock) {
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(settings.endpoint().toString())
            .setTimeout(settings.timeout())
            .setConnectTimeout(settings.timeout())
            .setCompression(settings.compression())
            .setRetryPolicy(null)
            .setComponentLoader(new Senders(clock));
    settings.headers().forEach(builder::addHeader);
    if (settings.trusted() != null) {
      builder.setTrustedCertificates(settings.trusted().getBytes(UTF_8));
    }
    if (settings.clientKey() != null && settings.clientCertificate() != null) {
      builder.setClientTls(
          settings.clientKey().getBytes(UTF_8), settings.clientCertificate().getBytes(UTF_8));
    }
    return builder.build();
  }

  private static SpanExporter grpc(OtlpSettings settings, Clock clock) {
    OtlpGrpcSpanExporterBuilder builder =
        OtlpGrpcSpanExporter.builder()
            .setEndpoint(settings.endpoint().toString())
            .setTimeout(settings.timeout())
            .setConnectTimeout(settings.timeout())
            .setCompression(settings.compression())
            .setRetryPolicy(null)
            .setComponentLoader(new Senders(clock));
    settings.headers().forEach(builder::addHeader);
    if (settings.trusted() != null) {
      builder.setTrustedCertificates(settings.trusted().getBytes(UTF_8));
    }
    if (settings.clientKey() != null && settings.clientCertificate() != null) {
      builder.setClientTls(
          settings.clientKey().getBytes(UTF_8), settings.clientCertificate().getBytes(UTF_8));
    }
    return builder.build();
  }

  @Override
  public CompletionStage<Answer<List<SpanData>>> send(List<List<SpanData>> payloads) {
    List<SpanData> spans = new ArrayList<>(payloads.size() * 2);
    payloads.forEach(spans::addAll);
    return Exchange.during(() -> export(spans));
  }

  @SuppressWarnings("CheckReturnValue") // tells less than the exchange
  private void export(List<SpanData> spans) {
    exporter.export(spans);
  }

  @Override
  public void close() {
    exporter.close();
  }

  /** Our senders first, the class path for everything else. */
  private static final class Senders implements ComponentLoader {

    private final Clock clock;
    private final ComponentLoader rest =
        ComponentLoader.forClassLoader(OtlpBackend.class.getClassLoader());

    Senders(Clock clock) {
      this.clock = clock;
    }

    @Override
    public <T> Iterable<T> load(Class<T> type) {
      if (type == HttpSenderProvider.class) {
        return List.of(type.cast(new HttpAnsweringSender.Provider(clock)));
      }
      if (type == GrpcSenderProvider.class) {
        return List.of(type.cast(new GrpcAnsweringSender.Provider()));
      }
      return rest.load(type);
    }
  }
}
