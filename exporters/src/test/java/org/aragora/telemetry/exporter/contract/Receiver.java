package org.aragora.telemetry.exporter.contract;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/** Backend over HTTP that keeps its deliveries and answers by a script. */
public abstract class Receiver implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
  private final List<Delivery> accepted = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean forgetful;
  private volatile Consumer<Delivery> onAccepted = delivery -> {};
  private volatile Function<Delivery, Reply> script = delivery -> Reply.ok();

  protected Receiver(int port) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  /** Items of a request's body, decoded by the backend's own definition. */
  protected abstract List<Delivery.Item> decode(byte[] body) throws IOException;

  /** The body of a success, or of a partial one. */
  protected abstract byte[] success(Reply reply);

  /** Status of a success. */
  protected abstract int successStatus();

  /** The environment that makes an exporter send here. */
  public abstract Map<String, String> environment();

  public void answer(Function<Delivery, Reply> script) {
    this.script = script;
  }

  /** Passes accepted items to a listener and keeps none. */
  public void tell(Consumer<Delivery> onAccepted) {
    this.forgetful = true;
    this.onAccepted = onAccepted;
  }

  /** Answers what hangs. */
  public void release() {
    released.countDown();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** All that came in, whatever was answered. */
  public List<Delivery> deliveries() {
    return List.copyOf(deliveries);
  }

  /** All items of requests that were answered with success. */
  public List<Delivery.Item> accepted() {
    List<Delivery.Item> items = new ArrayList<>();
    accepted.forEach(delivery -> items.addAll(delivery.items()));
    return items;
  }

  public List<String> acceptedRequests() {
    return accepted().stream().map(Delivery.Item::requestId).distinct().toList();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new HashMap<>();
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) ->
                  headers.put(name.toLowerCase(java.util.Locale.ROOT), values.get(0)));
      byte[] body;
      try (InputStream in = exchange.getRequestBody()) {
        body =
            "gzip".equals(headers.get("content-encoding"))
                ? new GZIPInputStream(in).readAllBytes()
                : in.readAllBytes();
      }
      Delivery delivery = new Delivery(decode(body), System.nanoTime(), headers);
      Reply reply = decide(delivery);
      reply(exchange, delivery, reply);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reply(HttpExchange exchange, Delivery delivery, Reply reply)
      throws IOException, InterruptedException {
    switch (reply.kind()) {
      case CUT -> {
        return;
      }
      case KEEP_AND_CUT -> accept(delivery);
      case HANG -> {
        if (awaitRelease()) {
          accept(delivery);
          send(exchange, successStatus(), success(reply));
        }
      }
      case PARTIAL -> send(exchange, successStatus(), success(reply));
      case STATUS -> {
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        if (reply.status() == 200) {
          accept(delivery);
          send(exchange, successStatus(), success(reply));
        } else {
          send(
              exchange,
              reply.status(),
              reply.message().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
      }
    }
  }

  /** Keeps the delivery and returns the script's answer. */
  protected final Reply decide(Delivery delivery) {
    Reply reply = script.apply(delivery);
    if (!forgetful) {
      deliveries.add(delivery);
    }
    return reply;
  }

  protected final boolean awaitRelease() throws InterruptedException {
    return released.await(10, TimeUnit.SECONDS);
  }

  protected final void accept(Delivery delivery) {
    if (!forgetful) {
      accepted.add(delivery);
    }
    onAccepted.accept(delivery);
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
