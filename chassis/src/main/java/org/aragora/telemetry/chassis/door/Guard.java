package org.aragora.telemetry.chassis.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.concurrent.RejectedExecutionException;
import org.aragora.telemetry.chassis.door.Passwords.Answer;
import org.aragora.telemetry.chassis.door.WebConfig.ClientAuth;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Lets requests pass that have what the file asks for. */
final class Guard extends Handler.Wrapper {
  private static final String BASIC = "basic ";

  private final Door door;
  private final Passwords passwords = new Passwords();

  Guard(Door door, Handler handler) {
    super(handler);
    this.door = door;
  }

  /** Name and password of a request. */
  private record Login(String user, String password) {}

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    WebConfig config = door.config();
    if (door.isHealthExempt() && isHealth(Request.getPathInContext(request))) {
      return super.handle(request, response, callback);
    }
    WebConfig.Tls tls = config.tls();
    if (tls != null && tls.clientAuth() == ClientAuth.REQUIRED && !hasCertificate(request)) {
      refuse(response, callback, 403, "a client certificate is required");
      return true;
    }
    if (config.users().isEmpty()) {
      return super.handle(request, response, callback);
    }
    Login login = login(request.getHeaders().get(HttpHeader.AUTHORIZATION));
    if (login == null) {
      refuse(response, callback, 401, "a user and a password are required");
      return true;
    }
    Answer answer =
        passwords.check(
            login.user(),
            login.password(),
            config.users().get(login.user()),
            late -> later(late, request, response, callback));
    return answer == null || answer(answer, request, response, callback);
  }

  private void later(Answer answer, Request request, Response response, Callback callback) {
    Runnable task =
        () -> {
          try {
            if (!answer(answer, request, response, callback)) {
              callback.failed(new IllegalStateException("no handler has answered"));
            }
          } catch (Exception e) {
            Response.writeError(request, response, callback, e);
          }
        };
    try {
      // Not on the thread of the passwords, which rests.
      request.getComponents().getExecutor().execute(task);
    } catch (RejectedExecutionException e) {
      callback.failed(e); // the server stops
    }
  }

  private boolean answer(Answer answer, Request request, Response response, Callback callback)
      throws Exception {
    switch (answer) {
      case RIGHT -> {
        return super.handle(request, response, callback);
      }
      case WRONG -> refuse(response, callback, 401, "the user or the password is wrong");
      case BUSY -> refuse(response, callback, 429, "too many passwords are being checked");
    }
    return true;
  }

  private static boolean isHealth(String path) {
    return path.equals("/health/live") || path.equals("/health/ready");
  }

  private static boolean hasCertificate(Request request) {
    EndPoint client = request.getConnectionMetaData().getConnection().getEndPoint();
    EndPoint.SslSessionData session = client.getSslSessionData();
    X509Certificate[] chain = session == null ? null : session.peerCertificates();
    return chain != null && chain.length > 0;
  }

  private static @Nullable Login login(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return null;
    }
    try {
      String text =
          new String(Base64.getDecoder().decode(header.substring(BASIC.length()).strip()), UTF_8);
      int colon = text.indexOf(':');
      return colon < 0 ? null : new Login(text.substring(0, colon), text.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static void refuse(Response response, Callback callback, int status, String line) {
    response.setStatus(status);
    if (status == 401) {
      response
          .getHeaders()
          .put(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"Aragora telemetry\", charset=\"UTF-8\"");
    }
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
    Content.Sink.write(response, true, line + "\n", callback);
  }

  @Override
  protected void doStop() throws Exception {
    passwords.close();
    super.doStop();
  }
}
