package org.aragora.telemetry.chassis.http;

import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers every request with a short plain text. */
final class TextHandler extends Handler.Abstract {
  private final Supplier<Answer> answer;

  /** A status and one line of text. */
  record Answer(int status, String line) {}

  TextHandler(Supplier<Answer> answer) {
    this.answer = answer;
  }

  static TextHandler of(int status, String line) {
    Answer constant = new Answer(status, line);
    return new TextHandler(() -> constant);
  }

  static TextHandler ofHealth(Supplier<Health> check) {
    return new TextHandler(
        () -> {
          Health health = Health.of(check);
          return new Answer(health.ok() ? 200 : 503, health.cause());
        });
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    write(answer.get(), response, callback);
    return true;
  }

  static void write(Answer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
    Content.Sink.write(response, true, answer.line() + "\n", callback);
  }
}
