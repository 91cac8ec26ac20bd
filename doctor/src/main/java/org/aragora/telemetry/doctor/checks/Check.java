package org.aragora.telemetry.doctor.checks;

import java.time.Duration;
import org.aragora.telemetry.doctor.stack.NoAnswerException;

/**
 * One line of the checklist.
 *
 * @param section heading that it stands under
 * @param line its text in the guide
 * @param whenAway the verdict if a program that it asks does not answer: {@link Verdict#FAIL} if
 *     the line is about that program, else {@link Verdict#CANNOT_TELL}
 * @param bound time limit
 * @param probe produces its finding
 */
public record Check(String section, String line, Verdict whenAway, Duration bound, Probe probe) {

  /** Reads from the stack; may block. */
  public interface Probe {

    /**
     * The finding.
     *
     * @throws NoAnswerException if a program that it needs does not answer as it should
     */
    Finding find() throws NoAnswerException, InterruptedException;
  }
}
