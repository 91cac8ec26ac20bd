package org.aragora.telemetry.chassis.page;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers the traces that a receiver keeps: its list, or one trace with its lines. */
final class ReceiverRelay extends Handler.Abstract.NonBlocking {
  static final String PATH = "/api/v1/traces";

  private static final Pattern PATHS = Pattern.compile(PATH + "(/[0-9a-f]{32})?");
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int MAX_QUESTIONS = 8;

  private final URI receiver;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final Semaphore places = new Semaphore(MAX_QUESTIONS);

  ReceiverRelay(URI receiver) {
    this.receiver = receiver;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String path = String.valueOf(request.getHttpURI().getCanonicalPath());
    if (!PATHS.matcher(path).matches()) {
      PageAnswer.send(response, 404, PageAnswer.TEXT, "not found\n", callback);
    } else if (!places.tryAcquire()) {
      PageAnswer.send(
          response,
          503,
          PageAnswer.TEXT,
          MAX_QUESTIONS + " questions to the receiver are open\n",
          callback);
    } else {
      relay(path, response, Callback.from(callback, (Runnable) places::release));
    }
    return true;
  }

  private void relay(String path, Response response, Callback callback) {
    var unused =
        client
            .sendAsync(
                HttpRequest.newBuilder(receiver.resolve(path)).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString())
            .whenComplete((answer, failure) -> answer(answer, response, callback));
  }

  private static void answer(
      @Nullable HttpResponse<String> answer, Response response, Callback callback) {
    if (answer != null && answer.statusCode() == 200) {
      PageAnswer.send(response, 200, PageAnswer.JSON, answer.body(), callback);
    } else {
      PageAnswer.send(
          response, 502, PageAnswer.TEXT, "the receiver of traces does not answer\n", callback);
    }
  }
}
