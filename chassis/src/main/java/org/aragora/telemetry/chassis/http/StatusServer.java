package org.aragora.telemetry.chassis.http;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.aragora.telemetry.chassis.door.Door;
import org.aragora.telemetry.chassis.door.DoorSettings;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.PathMappingsHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves {@code /metrics}, {@code /health/live}, {@code /health/ready} and an index at {@code /}.
 *
 * <p>Health is answered within a second whatever clients do: reading headers and writing pages
 * takes no thread, collecting has threads of its own, connections are limited, and idle ones are
 * closed. The checks of health must not block.
 */
public final class StatusServer implements AutoCloseable {
  /** Address to listen on. */
  public static final Setting<String> HOST =
      Setting.text("ARAGORA_TELEMETRY_METRICS_HOST")
          .about(Subject.SERVER)
          .fallback("0.0.0.0")
          .doc("Address that `METRICS_PORT` listens on.");

  private static final int MAX_THREADS = 8;
  private static final int MAX_CONNECTIONS = 256;
  private static final int MAX_HEADER_BYTES = 8192;
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final Duration IDLE_AT_THE_LIMIT = Duration.ofMillis(250);

  private final Server server;
  private final ServerConnector connector;
  private final Door door;

  /**
   * The place to listen at.
   *
   * @param port 0 for any free one
   * @param door TLS and passwords
   */
  public record Address(String host, int port, DoorSettings door) {

    /** Makes an address that anybody may ask. */
    public Address(String host, int port) {
      this(host, port, DoorSettings.OPEN);
    }

    /** Reads the settings, which the program has declared. */
    public static Address of(Settings settings, Setting<Integer> port) {
      return new Address(settings.get(HOST), settings.get(port), DoorSettings.of(settings));
    }
  }

  /** Declares the port, whose default differs between services. */
  public static Setting<Integer> port(int fallback) {
    return Setting.integer("METRICS_PORT")
        .about(Subject.SERVER)
        .range(0, 65_535)
        .fallback(fallback)
        .doc("Port of /metrics, /health/live and /health/ready; 0 takes any free one.");
  }

  private StatusServer(Address address, Handler handler) {
    door = Door.open(address.door());
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 2);
    threads.setName("aragora-http");
    threads.setDaemon(true);
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    connector =
        new ServerConnector(server, 1, 1, door.connections(new HttpConnectionFactory(http)));
    connector.setHost(address.host());
    connector.setPort(address.port());
    connector.setIdleTimeout(IDLE.toMillis());
    server.addConnector(connector);
    NetworkConnectionLimit limit = new NetworkConnectionLimit(MAX_CONNECTIONS, server);
    limit.setEndPointIdleTimeout(IDLE_AT_THE_LIMIT.toMillis());
    server.addBean(limit);
    ErrorHandler errors = new ErrorHandler();
    errors.setShowStacks(false);
    errors.setShowCauses(false);
    server.setErrorHandler(errors);
    server.setHandler(door.guard(new ReadOnly(handler)));
  }

  /**
   * Starts to listen. {@code /health/ready} also fails while {@code /metrics} cannot be collected.
   *
   * @throws InvalidSettingException if the port cannot be had or the door's file is refused
   */
  public static StatusServer start(
      Address address, PrometheusRegistry registry, Supplier<Health> live, Supplier<Health> ready) {
    return start(address, registry, live, ready, Map.of());
  }

  /**
   * Starts to listen, with more to serve.
   *
   * @param more handlers by their path, a {@link ServletPathSpec}; that of {@code ""} replaces the
   *     index. They must not block.
   * @throws InvalidSettingException if the port cannot be had
   */
  public static StatusServer start(
      Address address,
      PrometheusRegistry registry,
      Supplier<Health> live,
      Supplier<Health> ready,
      Map<String, Handler> more) {
    MetricsHandler metrics = new MetricsHandler(registry);
    PathMappingsHandler paths = new PathMappingsHandler();
    paths.addMapping(new ServletPathSpec("/metrics"), metrics);
    paths.addMapping(new ServletPathSpec("/health/live"), TextHandler.ofHealth(live));
    paths.addMapping(
        new ServletPathSpec("/health/ready"),
        TextHandler.ofHealth(() -> ready.get().and(metrics.health())));
    if (!more.containsKey("")) {
      paths.addMapping(
          new ServletPathSpec(""),
          TextHandler.of(200, "Aragora telemetry: /metrics /health/live /health/ready"));
    }
    more.forEach((path, handler) -> paths.addMapping(new ServletPathSpec(path), handler));
    paths.addMapping(new ServletPathSpec("/"), TextHandler.of(404, "not found"));
    StatusServer started = new StatusServer(address, paths);
    try {
      started.server.start();
    } catch (Exception e) {
      started.close();
      throw new InvalidSettingException(
          "METRICS_PORT=%d is refused: %s cannot listen there (%s)."
              .formatted(address.port(), address.host(), root(e).getMessage()));
    }
    return started;
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : root(cause);
  }

  /** Refuses every method but those that read. */
  private static final class ReadOnly extends Handler.Wrapper {
    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    ReadOnly(Handler handler) {
      super(handler);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (METHODS.contains(request.getMethod())) {
        return super.handle(request, response, callback);
      }
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      TextHandler.write(
          new TextHandler.Answer(405, "only GET and HEAD are answered"), response, callback);
      return true;
    }
  }

  /** Port that it listens on, also if the system chose it. */
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    door.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the status server cannot be stopped", e);
    }
  }
}
