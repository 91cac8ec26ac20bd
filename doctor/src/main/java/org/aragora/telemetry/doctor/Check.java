package org.aragora.telemetry.doctor;

import java.time.Duration;

/**
 * One line of the checklist.
 *
 * @param section heading that it stands under
 * @param line its words in the guide
 * @param whenAway the verdict where a program that it asks does not answer: {@link Verdict#FAIL} if
 *     the line is about that program, else {@link Verdict#CANNOT_TELL}
 * @param bound how long it may take
 * @param look looks
 */
record Check(String section, String line, Verdict whenAway, Duration bound, Look look) {

  /** Looks at the stack; may block. */
  interface Look {

    /**
     * The finding.
     *
     * @throws NoAnswerException where a program that it needs does not answer as it should
     */
    Finding look() throws NoAnswerException, InterruptedException;
  }
}
