package org.aragora.telemetry.exporter.spans.otlp;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/**
 * Sends spans through the OpenTelemetry SDK's exporters, without their retries and with their
 * answers. The spans of one record stay together.
 */
public final class OtlpBackend implements Backend<List<SpanData>> {

  /** Silenced, because the loop logs each failure. The reference keeps the level set. */
  private static final Logger SDK_LOG = Logger.getLogger("io.opentelemetry");

  private final SpanExporter exporter;

  private OtlpBackend(SpanExporter exporter) {
    this.exporter = exporter;
  }

  public static OtlpBackend create(OtlpSettings settings) {
    SDK_LOG.setLevel(Level.OFF);
    try {
      return new OtlpBackend(settings.grpc() ? grpc(settings) : http(settings));
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new InvalidSettingException(
          "The OTEL_EXPORTER_OTLP_ settings are refused: " + e.getMessage());
    }
  }

  private static SpanExporter http(OtlpSettings settings) {
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(settings.endpoint().toString())
            .setTimeout(settings.timeout())
            .setConnectTimeout(settings.timeout())
            .setCompression(settings.compression())
            .setRetryPolicy(null)
            .setComponentLoader(new Senders());
    settings.headers().forEach(builder::addHeader);
    if (settings.trusted() != null) {
      builder.setTrustedCertificates(settings.trusted().getBytes(UTF_8));
    }
    OtlpSettings.ClientTls client = settings.client();
    if (client != null) {
      builder.setClientTls(client.key().getBytes(UTF_8), client.certificate().getBytes(UTF_8));
    }
    return builder.build();
  }

  private static SpanExporter grpc(OtlpSettings settings) {
    OtlpGrpcSpanExporterBuilder builder =
        OtlpGrpcSpanExporter.builder()
            .setEndpoint(settings.endpoint().toString())
            .setTimeout(settings.timeout())
            .setConnectTimeout(settings.timeout())
            .setCompression(settings.compression())
            .setRetryPolicy(null)
            .setComponentLoader(new Senders());
    settings.headers().forEach(builder::addHeader);
    if (settings.trusted() != null) {
      builder.setTrustedCertificates(settings.trusted().getBytes(UTF_8));
    }
    OtlpSettings.ClientTls client = settings.client();
    if (client != null) {
      builder.setClientTls(client.key().getBytes(UTF_8), client.certificate().getBytes(UTF_8));
    }
    return builder.build();
  }

  @Override
  public CompletionStage<Answer<List<SpanData>>> send(List<List<SpanData>> payloads) {
    List<SpanData> spans = new ArrayList<>(payloads.size() * 2);
    payloads.forEach(spans::addAll);
    return Exchange.during(() -> export(spans));
  }

  @SuppressWarnings("CheckReturnValue") // reports less than the exchange
  private void export(List<SpanData> spans) {
    exporter.export(spans);
  }

  @Override
  public void close() {
    exporter.close();
  }

  /** Loads the answering senders, and everything else from the class path. */
  private static final class Senders implements ComponentLoader {

    private final ComponentLoader rest =
        ComponentLoader.forClassLoader(OtlpBackend.class.getClassLoader());

    @Override
    public <T> Iterable<T> load(Class<T> type) {
      if (type == HttpSenderProvider.class) {
        return List.of(type.cast(new HttpAnsweringSender.Provider()));
      }
      if (type == GrpcSenderProvider.class) {
        return List.of(type.cast(new GrpcAnsweringSender.Provider()));
      }
      return rest.load(type);
    }
  }
}
