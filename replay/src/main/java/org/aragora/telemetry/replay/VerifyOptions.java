package org.aragora.telemetry.replay;

import java.time.Duration;
import org.aragora.telemetry.chassis.main.Seconds;
import org.aragora.telemetry.replay.verify.Verifier;
import picocli.CommandLine.Option;

/** The options of {@code --verify}. */
final class VerifyOptions {
  @Option(
      names = "--verify",
      description =
          "compare with the live service, series by series and window by window; exit code 0 only if nothing"
              + " differs")
  private boolean verify;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      converter = Seconds.AsLong.class,
      defaultValue = "86520",
      description =
          "verify, if a range does not begin at the first offset: append time after its beginning from which"
              + " windows are compared (default ${DEFAULT-VALUE}, a day and two minutes)")
  private long warmUpSeconds;

  @Option(
      names = "--settle",
      paramLabel = "SECONDS",
      converter = Seconds.AsLong.class,
      defaultValue = "30",
      description =
          "verify: how long the live service has to write what it has already accounted for (default"
              + " ${DEFAULT-VALUE})")
  private long settleSeconds;

  /** Returns true if {@code --verify} was given. */
  boolean isSet() {
    return verify;
  }

  /** {@code openEnd}: whether the range goes on as far as the live service has counted. */
  Verifier.Settings settings(boolean openEnd) {
    return new Verifier.Settings(
        Duration.ofSeconds(warmUpSeconds), Duration.ofSeconds(settleSeconds), openEnd);
  }
}
