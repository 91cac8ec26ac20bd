package org.aragora.telemetry.benchmarks.page;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Asks for all that an open page asks for: the stream, and the last events every 1.5 s. */
final class PageReader implements AutoCloseable {
  private static final int RECENT_MS = 1500;

  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "page-reader");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpClient client = HttpClient.newHttpClient();
  private final InputStream stream;
  private final AtomicLong bytes = new AtomicLong();

  PageReader(int port) throws IOException, InterruptedException {
    String page = "http://127.0.0.1:" + port + "/api/v1/";
    stream =
        client
            .send(
                HttpRequest.newBuilder(URI.create(page + "stream")).build(),
                HttpResponse.BodyHandlers.ofInputStream())
            .body();
    threads.execute(this::read);
    HttpRequest recent =
        HttpRequest.newBuilder(URI.create(page + "recent")).timeout(Duration.ofSeconds(5)).build();
    var unused =
        threads.scheduleAtFixedRate(() -> ask(recent), 0, RECENT_MS, TimeUnit.MILLISECONDS);
  }

  private void read() {
    byte[] buffer = new byte[65_536];
    try {
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        bytes.addAndGet(read);
      }
    } catch (IOException e) {
      // the end of this reader closes the stream
    }
  }

  private void ask(HttpRequest recent) {
    var unused = client.sendAsync(recent, HttpResponse.BodyHandlers.discarding());
  }

  /** Bytes of the stream so far. */
  long bytes() {
    return bytes.get();
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    stream.close();
  }
}
