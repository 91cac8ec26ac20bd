package org.aragora.telemetry.chassis.page;

import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers what a source returns at once, as JSON. */
final class TextOfSource extends Handler.Abstract.NonBlocking {
  private final Supplier<String> source;

  TextOfSource(Supplier<String> source) {
    this.source = source;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    PageAnswer.send(response, 200, PageAnswer.JSON, source.get(), callback);
    return true;
  }
}
