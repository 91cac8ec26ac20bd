package org.aragora.telemetry.chassis.page;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Sends the figures to every open stream once a second. Writes are asynchronous; a reader that is
 * five seconds behind loses its connection. All of it runs in the thread of the feed.
 */
final class StreamHandler extends Handler.Abstract.NonBlocking {
  static final int MAX_STREAMS = 16;

  private static final String RETRY = "retry: 2000\n";

  private final PageFeed feed;
  private final Semaphore places = new Semaphore(MAX_STREAMS);
  private final List<EventStream> open = new ArrayList<>();

  StreamHandler(PageFeed feed) {
    this.feed = feed;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    if (!places.tryAcquire()) {
      PageAnswer.send(
          response,
          503,
          PageAnswer.TEXT,
          "%d pages are open; close one, or read /api/v1/snapshot%n".formatted(MAX_STREAMS),
          callback);
      return true;
    }
    Callback released = Callback.from(callback, (Runnable) places::release);
    PageAnswer.start(response, 200, "text/event-stream").put("X-Accel-Buffering", "no");
    if (HttpMethod.HEAD.is(request.getMethod())) {
      response.write(true, null, released);
      return true;
    }
    EventStream stream = new EventStream(request, response, released);
    feed.execute(() -> start(stream));
    return true;
  }

  private void start(EventStream stream) {
    stream.send((RETRY + event(feed.current())).getBytes(StandardCharsets.UTF_8));
    open.add(stream);
    if (open.size() == 1) {
      feed.executeInASecond(this::tick);
    }
  }

  private void tick() {
    open.removeIf(EventStream::isOver);
    if (!open.isEmpty()) {
      feed.executeInASecond(this::tick);
      byte[] event = event(feed.current()).getBytes(StandardCharsets.UTF_8);
      open.forEach(stream -> stream.send(event));
    }
  }

  private static String event(PageFeed.Answer answer) {
    PageContent content = answer.content();
    return content == null
        ? "event: failure\ndata: " + answer.failure().replaceAll("\\R", " ") + "\n\n"
        : "data: " + content.json() + "\n\n";
  }

  @Override
  protected void doStop() throws Exception {
    feed.close();
    super.doStop();
  }
}
