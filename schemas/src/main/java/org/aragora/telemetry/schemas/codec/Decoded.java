package org.aragora.telemetry.schemas.codec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;

/** Result of decoding a record's value: an event, or the reason for a dead letter. */
public sealed interface Decoded {

  /** A valid event. */
  record Valid(Event event) implements Decoded {}

  /**
   * A value that is not a valid event.
   *
   * @param reason the first rule that it breaks
   * @param message a sentence that names the field and the value at fault
   */
  record Invalid(DeadLetterReason reason, String message) implements Decoded {
    private static final Pattern RULE =
        Pattern.compile(
            "^(Field [a-z_.]{1,60} must [^\"':]{1,150}?|[A-Z][A-Za-z0-9 -]{1,150}?)( but |:).*$",
            Pattern.DOTALL);

    /**
     * Returns the rule in a message, without what follows: that may quote the value at fault, which
     * may be a secret.
     *
     * @return empty if the message has another form
     */
    public static String ruleOf(String message) {
      Matcher rule = RULE.matcher(message);
      return rule.matches() ? rule.group(1) : "";
    }
  }
}
