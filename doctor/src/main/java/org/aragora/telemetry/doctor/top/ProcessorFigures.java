package org.aragora.telemetry.doctor.top;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.stack.NoAnswerException;
import org.aragora.telemetry.doctor.top.figures.DeadLetters;
import org.aragora.telemetry.doctor.top.figures.Snapshot;
import org.aragora.telemetry.doctor.top.screen.Line;
import org.aragora.telemetry.doctor.top.screen.Tone;

/** The addresses of the page that answer JSON. */
final class ProcessorFigures {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String SNAPSHOT = "/api/v1/snapshot";
  private static final String RECENT = "/api/v1/recent";

  private final HttpTarget processor;

  ProcessorFigures(HttpTarget.Address address, HttpClient http) {
    this.processor = new HttpTarget(address, http, TIMEOUT);
  }

  /** Returns the builder of a client with the timeout of this class. */
  static HttpClient.Builder client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
  }

  String where() {
    return processor.where();
  }

  /**
   * Asks for the figures of all processors.
   *
   * @throws NoSnapshotException in a sentence if there are none
   */
  Snapshot snapshot() throws NoSnapshotException, InterruptedException {
    try {
      HttpTarget.Reply reply = processor.get(SNAPSHOT);
      if (reply.status() != 200) {
        throw new NoSnapshotException(refusal(reply));
      }
      return Snapshot.of(processor.parse(SNAPSHOT, reply));
    } catch (IllegalArgumentException e) {
      throw new NoSnapshotException("%s %s.".formatted(where(), e.getMessage()));
    } catch (NoAnswerException e) {
      throw new NoSnapshotException(String.valueOf(e.getMessage()));
    }
  }

  private String refusal(HttpTarget.Reply reply) {
    return switch (reply.status()) {
      case 401 -> where() + " asks for a user and a password; set --user and --password-file.";
      case 404 ->
          where() + " has no page: it is not a processor, or ARAGORA_TELEMETRY_PAGE is off.";
      default ->
          "%s answers with status %d: %s".formatted(where(), reply.status(), reply.body().strip());
    };
  }

  /** Asks for the last dead letters; without an answer they are empty, with the reason. */
  DeadLetters deadLetters() throws InterruptedException {
    try {
      JsonNode answer = processor.json(RECENT);
      return DeadLetters.of(answer);
    } catch (NoAnswerException e) {
      return new DeadLetters(String.valueOf(e.getMessage()), List.of());
    }
  }

  /** Reports that there are no figures, in a sentence. */
  static final class NoSnapshotException extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int MAX_CELLS = 400;

    /** {@code sentence}: may contain what a server answered. */
    NoSnapshotException(String sentence) {
      super(Line.of(sentence, Tone.PLAIN).render(MAX_CELLS, false));
    }
  }
}
