package org.aragora.telemetry.exporter.spans;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.exporter.contract.Delivery;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Reply;

/** OTLP/gRPC by grpc-java and OpenTelemetry's published service; HTTP statuses as their equals. */
final class GrpcSpanReceiver extends Receiver {

  private final Server grpc;

  GrpcSpanReceiver() {
    super(0);
    try {
      grpc =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(new Service())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Service extends TraceServiceGrpc.TraceServiceImplBase {
    @Override
    public void export(
        ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> observer) {
      Delivery delivery =
          new Delivery(
              SpanReceiver.items(SpanReceiver.single(request)), System.nanoTime(), Map.of());
      Reply reply = decide(delivery);
      try {
        answer(delivery, reply, observer);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void answer(
      Delivery delivery, Reply reply, StreamObserver<ExportTraceServiceResponse> observer)
      throws InterruptedException {
    if (reply.kind() == Reply.Kind.CUT) {
      observer.onError(Status.CANCELLED.asRuntimeException());
      return;
    }
    if (reply.kind() == Reply.Kind.HANG && !awaitRelease()) {
      return;
    }
    if (reply.kind() == Reply.Kind.STATUS && reply.status() != 200) {
      observer.onError(
          status(reply.status()).withDescription(description(reply)).asRuntimeException());
      return;
    }
    if (reply.kind() != Reply.Kind.PARTIAL) {
      accept(delivery);
    }
    observer.onNext(SpanReceiver.response(reply));
    observer.onCompleted();
  }

  private static String description(Reply reply) {
    return reply.status() == 413
        ? reply.message() + ": received message larger than max (5 vs. 4)"
        : reply.message();
  }

  private static Status status(int http) {
    return switch (http) {
      case 400, 422 -> Status.INVALID_ARGUMENT;
      case 401 -> Status.UNAUTHENTICATED;
      case 403 -> Status.PERMISSION_DENIED;
      case 404 -> Status.UNIMPLEMENTED;
      case 408 -> Status.DEADLINE_EXCEEDED;
      case 413, 429 -> Status.RESOURCE_EXHAUSTED;
      case 500 -> Status.INTERNAL;
      case 502 -> Status.UNKNOWN;
      case 504 -> Status.ABORTED;
      default -> Status.UNAVAILABLE;
    };
  }

  @Override
  protected List<Delivery.Item> decode(byte[] body) {
    throw new AssertionError("Nothing comes by HTTP.");
  }

  @Override
  protected byte[] success(Reply reply) {
    return new byte[0];
  }

  @Override
  protected int successStatus() {
    return 200;
  }

  @Override
  public Map<String, String> environment() {
    return Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + grpc.getPort(),
        "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc",
        "OTEL_TRACES_SAMPLER", "always_on");
  }

  @Override
  public void close() {
    grpc.shutdownNow();
    super.close();
  }
}
