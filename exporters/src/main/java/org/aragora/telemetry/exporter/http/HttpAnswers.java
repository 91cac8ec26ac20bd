package org.aragora.telemetry.exporter.http;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * Maps HTTP responses to answers: 2xx is acknowledged; 400, 413 and 422 are permanent, caused by
 * the records; everything else is transient. That includes 401 and 403, because wrong credentials
 * must not turn records into dead letters.
 */
public final class HttpAnswers {

  private static final int SHOWN_CHARS = 300;

  private HttpAnswers() {}

  /** Maps a response. */
  public static <P> Answer<P> of(URI uri, HttpPush.Response response) {
    int status = response.status();
    if (status >= 200 && status < 300) {
      return new Answer.Acknowledged<>();
    }
    String message =
        "%s%s answered %d: %s"
            .formatted(uri.getHost(), uri.getPath(), status, head(response.text()));
    return switch (status) {
      case 400, 422 -> new Answer.Permanent<>(Answer.Reason.REFUSED, message);
      case 413 -> new Answer.Permanent<>(Answer.Reason.TOO_LARGE, message);
      case 401, 403 ->
          new Answer.Transient<>("http_" + status, "%s (check the credentials)".formatted(message));
      default ->
          new Answer.Transient<>(
              "http_" + status, message, retryAfter(response.retryAfter(), Instant.now()));
    };
  }

  /** Maps a failed exchange. */
  public static <P> Answer<P> of(URI uri, Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String label = label(cause);
    String detail = cause.getMessage() == null ? cause.getClass().getSimpleName() : head(cause);
    return new Answer.Transient<>(
        label,
        "%s:%d gave no answer (%s): %s".formatted(uri.getHost(), uri.getPort(), label, detail));
  }

  private static String label(Throwable cause) {
    if (cause instanceof HttpConnectTimeoutException
        || cause instanceof ConnectException
        || cause instanceof UnresolvedAddressException) {
      return "connect";
    }
    if (cause instanceof HttpTimeoutException || cause instanceof TimeoutException) {
      return "timeout";
    }
    return cause instanceof SSLException ? "tls" : "io";
  }

  private static String head(Throwable cause) {
    return head(String.valueOf(cause.getMessage()));
  }

  /** Beginning of a text as one line, for a log line or a header. */
  public static String head(String text) {
    String line = text.strip().replace('\n', ' ').replace('\r', ' ');
    return Unicode.isLongerThan(line, SHOWN_CHARS) ? Unicode.cut(line, SHOWN_CHARS) + "…" : line;
  }

  /** Parses a Retry-After header: seconds or an HTTP date; zero for anything else. */
  static Duration retryAfter(@Nullable String value, Instant now) {
    if (value == null) {
      return Duration.ZERO;
    }
    try {
      return Duration.ofSeconds(Math.max(0, Long.parseLong(value.strip())));
    } catch (NumberFormatException e) {
      try {
        Instant date =
            ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        return date.isAfter(now) ? Duration.between(now, date) : Duration.ZERO;
      } catch (DateTimeParseException invalid) {
        return Duration.ZERO;
      }
    }
  }
}
