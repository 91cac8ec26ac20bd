package org.aragora.telemetry.schemas.topic;

/**
 * Headers of dead letters, and of what is sent back. All values are text in UTF-8. Key, value and
 * every other header of the record are as they were.
 */
public final class DeadLetterHeaders {

  /** Prefix of their names. */
  public static final String PREFIX = "aragora-dlq-";

  /** Full name of the topic that the record was read from first. */
  public static final String TOPIC = PREFIX + "topic";

  /** Its partition of that topic. */
  public static final String PARTITION = PREFIX + "partition";

  /** Its offset. */
  public static final String OFFSET = PREFIX + "offset";

  /** Its append time, milliseconds since 1970; exporters only. */
  public static final String TIMESTAMP = PREFIX + "timestamp";

  /** Why it was refused, a word of a fixed list. */
  public static final String REASON = PREFIX + "reason";

  /** Why it was refused, in a sentence. */
  public static final String MESSAGE = PREFIX + "message";

  /** Present if redaction has changed a part of the record, which cannot be sent back. */
  public static final String REDACTED = PREFIX + "redacted";

  /** Which exporter could not send it, {@code spans} or {@code logs}; exporters only. */
  public static final String EXPORTER = PREFIX + "exporter";

  /**
   * Fields of the start of a debate that ended, as a JSON object; exporters only, absent if the
   * start was not read.
   */
  public static final String DEBATE = PREFIX + "debate";

  private DeadLetterHeaders() {}
}
