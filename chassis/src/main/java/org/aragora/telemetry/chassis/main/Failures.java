package org.aragora.telemetry.chassis.main;

import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/** Failures of a program, as a sentence and as an exit code. */
final class Failures {
  private Failures() {}

  static int exitCode(Throwable failure) {
    return cause(failure) instanceof InvalidSettingException ? ExitCodes.USAGE : ExitCodes.FAILED;
  }

  static String sentence(Throwable failure) {
    Throwable cause = cause(failure);
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return cause instanceof KafkaException && cause.getCause() != null
        ? message + ": " + cause.getCause().getMessage()
        : message;
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean wrapper =
        failure instanceof ExecutionException
            || failure instanceof CompletionException
            || failure instanceof UncheckedIOException;
    return wrapper && cause != null ? cause(cause) : failure;
  }
}
