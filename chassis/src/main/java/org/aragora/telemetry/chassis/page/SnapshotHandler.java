package org.aragora.telemetry.chassis.page;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers the figures as JSON. */
final class SnapshotHandler extends Handler.Abstract.NonBlocking {
  private final PageFeed feed;

  SnapshotHandler(PageFeed feed) {
    this.feed = feed;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    feed.ask(
        answer -> {
          PageContent content = answer.content();
          if (content == null) {
            PageAnswer.send(response, 500, PageAnswer.TEXT, answer.failure() + "\n", callback);
          } else {
            PageAnswer.send(response, 200, PageAnswer.JSON, content.json(), callback);
          }
        });
    return true;
  }

  @Override
  protected void doStop() throws Exception {
    feed.close();
    super.doStop();
  }
}
