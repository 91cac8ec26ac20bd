package org.aragora.telemetry.exporter.logs;

import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.Predicate;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.http.HttpAnswers;
import org.aragora.telemetry.exporter.http.HttpPush;

/**
 * Maps Loki's responses to answers by their text. A 400 for entries that are too old does not
 * affect the other entries. If the text contains the oldest acceptable time, all older entries are
 * known to be causes.
 */
final class LokiAnswers {

  private static final String TOO_OLD = "timestamp too old";
  private static final String TOO_FAR_BEHIND = "too far behind";
  private static final String FOR_STREAM = "for stream: ";
  private static final String OLDEST = "oldest acceptable timestamp is: ";

  private LokiAnswers() {}

  static Answer<LogEntry> of(URI uri, HttpPush.Response response) {
    Answer<LogEntry> answer = HttpAnswers.of(uri, response);
    if (!(answer instanceof Answer.Permanent<LogEntry> failure)) {
      return answer;
    }
    String body = response.text();
    if (body.contains("structured metadata") && body.contains("disallowed")) {
      return new Answer.Transient<>(
          "configuration",
          failure.message()
              + " (set ARAGORA_TELEMETRY_LOKI_STRUCTURED_METADATA=false, or allow it in Loki)");
    }
    int tooOld = body.indexOf(TOO_OLD);
    if (tooOld >= 0) {
      long oldest = oldestNanos(body, tooOld);
      return new Answer.Permanent<>(
          Answer.Reason.TOO_OLD, failure.message(), entry -> entry.nanos() < oldest);
    }
    int tooFarBehind = body.indexOf(TOO_FAR_BEHIND);
    return tooFarBehind < 0
        ? failure
        : new Answer.Permanent<>(
            Answer.Reason.TOO_OLD, failure.message(), causes(body, tooFarBehind));
  }

  /** The entries of the named stream that lie before its oldest acceptable time. */
  private static Predicate<LogEntry> causes(String body, int from) {
    int stream = body.indexOf(FOR_STREAM, from);
    long oldest = oldestNanos(body, from);
    if (stream < 0 || oldest == Long.MIN_VALUE) {
      return entry -> false;
    }
    String labels = body.substring(stream);
    return entry -> entry.nanos() < oldest && isNamed(labels, entry.stream());
  }

  private static boolean isNamed(String labels, LogEntry.Stream stream) {
    return labels.contains(label("level", stream.level()))
        && labels.contains(label("instance", stream.instance()))
        && labels.contains(label("topic", stream.topic()))
        && labels.contains(label("partition", Integer.toString(stream.partition())));
  }

  private static String label(String name, String value) {
    return name + "=\"" + value + "\"";
  }

  private static long oldestNanos(String body, int from) {
    int at = body.indexOf(OLDEST, from);
    if (at < 0) {
      return Long.MIN_VALUE;
    }
    int start = at + OLDEST.length();
    int end = start;
    while (end < body.length() && "0123456789-:.TZ+".indexOf(body.charAt(end)) >= 0) {
      end++;
    }
    while (end > start && ".:".indexOf(body.charAt(end - 1)) >= 0) {
      end--;
    }
    try {
      Instant oldest = Instant.parse(body.substring(start, end));
      return oldest.getEpochSecond() * 1_000_000_000L + oldest.getNano();
    } catch (DateTimeParseException e) {
      return Long.MIN_VALUE;
    }
  }
}
