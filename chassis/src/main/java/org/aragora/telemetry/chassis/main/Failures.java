package org.aragora.telemetry.chassis.main;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/** Failures of a program, as a sentence without passwords of URLs and as an exit code. */
public final class Failures {
  /** Kafka's message if no bootstrap name resolves, in a ConfigException like any other. */
  private static final String UNRESOLVED = "No resolvable bootstrap urls";

  /** Kafka's messages if a client cannot be made. */
  private static final List<String> CLIENT_FAILED =
      List.of("Failed to create new KafkaAdminClient", "Failed to construct kafka ");

  private static final String CHECK_ADDRESS =
      "; if no broker answers, check KAFKA_BOOTSTRAP_SERVERS and the security settings";

  private static final int MOST_CAUSES = 10;

  private Failures() {}

  static int exitCode(Throwable failure) {
    if (cause(failure) instanceof InvalidSettingException || isRefusedByClient(failure)) {
      return ExitCodes.USAGE;
    }
    return failure instanceof CannotCompareException ? ExitCodes.DIFFERS : ExitCodes.FAILED;
  }

  static String sentence(Throwable failure) {
    Throwable cause = cause(failure);
    if (isRefusedByClient(failure)) {
      return refusal(cause);
    }
    return cause instanceof KafkaException ? withCauses(cause) : message(cause);
  }

  /** Returns the sentence about settings from which no Kafka client could be made. */
  public static String refusal(Throwable failure) {
    String causes = withCauses(failure);
    return "The KAFKA_ settings are refused: " + causes + (causes.endsWith(".") ? "" : ".");
  }

  /** Returns true if no Kafka client could be made from the settings. */
  static boolean isRefusedByClient(Throwable failure) {
    Throwable cause = cause(failure);
    String message = String.valueOf(cause.getMessage());
    return cause instanceof KafkaException
        && CLIENT_FAILED.stream().anyMatch(message::startsWith)
        && !isUnresolved(cause);
  }

  /** Messages of a failure and of its causes, the outermost first; what repeats is left out. */
  public static String withCauses(Throwable failure) {
    StringBuilder all = new StringBuilder(message(failure));
    int depth = 0;
    for (Throwable next = failure.getCause();
        next != null && depth++ < MOST_CAUSES;
        next = next.getCause()) {
      String message = message(next);
      if (all.indexOf(message) < 0) {
        all.append(": ").append(message);
      }
    }
    return all.toString();
  }

  /** Returns true if the failure or one of its causes is that no broker's host name resolves. */
  public static boolean isUnresolved(Throwable failure) {
    int depth = 0;
    for (Throwable next = failure; next != null && depth++ <= MOST_CAUSES; next = next.getCause()) {
      if (isUnresolvedHost(next)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isUnresolvedHost(Throwable failure) {
    return failure instanceof ConfigException
        && String.valueOf(failure.getMessage()).startsWith(UNRESOLVED);
  }

  private static String message(Throwable failure) {
    if (failure instanceof TransactionalIdAuthorizationException) {
      return "Not authorized: this user lacks Write on the transactional ids of this program";
    }
    if (isUnresolvedHost(failure)) {
      return "KAFKA_BOOTSTRAP_SERVERS has no address whose host name resolves";
    }
    String message =
        Redactor.addresses(
            failure.getMessage() == null ? failure.toString() : failure.getMessage());
    return failure instanceof TimeoutException ? message + CHECK_ADDRESS : message;
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean wrapper =
        failure instanceof ExecutionException
            || failure instanceof CompletionException
            || failure instanceof CannotCompareException
            || failure instanceof UncheckedIOException;
    return wrapper && cause != null ? cause(cause) : failure;
  }
}
