package org.aragora.telemetry.chassis.http;

import io.prometheus.metrics.exporter.common.PrometheusScrapeHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests for metrics. Pages are collected by threads of their own and written
 * asynchronously, so neither a slow collector nor a slow client takes a thread of the server.
 */
final class MetricsHandler extends Handler.Abstract.NonBlocking {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsHandler.class);
  private static final int COLLECTORS = 2;
  private static final int MAX_SCRAPES = 8;
  private static final long SEND_SECONDS = 30;

  private final PrometheusScrapeHandler scrapes;
  private final Semaphore places = new Semaphore(MAX_SCRAPES);
  private final ThreadPoolExecutor collectors =
      new ThreadPoolExecutor(
          COLLECTORS,
          COLLECTORS,
          1,
          TimeUnit.MINUTES,
          new LinkedBlockingQueue<>(),
          task -> {
            Thread thread = new Thread(task, "aragora-scrape");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Health health = Health.good("no scrape has failed");

  MetricsHandler(PrometheusRegistry registry) {
    scrapes = new PrometheusScrapeHandler(registry);
    collectors.allowCoreThreadTimeOut(true);
  }

  /** Returns the outcome of the last scrape: bad if a collector threw. */
  Health health() {
    return health;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    if (places.tryAcquire()) {
      Callback released = Callback.from(callback, (Runnable) places::release);
      collectors.execute(() -> answer(request, response, released));
    } else {
      TextHandler.write(
          new TextHandler.Answer(503, MAX_SCRAPES + " scrapes are in progress"),
          response,
          callback);
    }
    return true;
  }

  private void answer(Request request, Response response, Callback callback) {
    Scrape scrape = new Scrape(request, response);
    try {
      scrapes.handleRequest(scrape);
      Exception failure = scrape.failure();
      if (failure == null) {
        health = Health.good("the last scrape has succeeded");
        scrape.send(watched(request, callback));
      } else {
        fail(failure, response, callback);
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e, response, callback);
    }
  }

  /** Logs a failure once, until a scrape succeeds. */
  private void fail(Throwable failure, Response response, Callback callback) {
    if (health.ok()) {
      LOG.error("/metrics cannot be collected", failure);
    }
    health = Health.bad("/metrics cannot be collected: " + failure);
    response.getHeaders().clear();
    TextHandler.write(new TextHandler.Answer(500, health.cause()), response, callback);
  }

  /** Closes the connection of a client that does not read its page in time. */
  private static Callback watched(Request request, Callback callback) {
    EndPoint client = request.getConnectionMetaData().getConnection().getEndPoint();
    Scheduler.Task deadline =
        request
            .getComponents()
            .getScheduler()
            .schedule(
                () -> client.close(new TimeoutException("not read in " + SEND_SECONDS + " s")),
                SEND_SECONDS,
                TimeUnit.SECONDS);
    return new Callback.Nested(callback) {
      @Override
      public void succeeded() {
        deadline.cancel();
        super.succeeded();
      }

      @Override
      public void failed(Throwable cause) {
        deadline.cancel();
        LOG.info(
            "A client of /metrics at {} has broken off: {}",
            client.getRemoteSocketAddress(),
            String.valueOf(cause.getMessage()));
        super.failed(cause);
      }
    };
  }

  @Override
  protected void doStop() throws Exception {
    collectors.shutdownNow();
    super.doStop();
  }
}
