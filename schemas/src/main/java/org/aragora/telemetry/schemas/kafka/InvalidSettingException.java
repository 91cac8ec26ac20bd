package org.aragora.telemetry.schemas.kafka;

/**
 * A setting that a process refuses to start with. The message is one sentence that names the key
 * and can be shown as it is.
 */
public final class InvalidSettingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InvalidSettingException(String sentence) {
    super(sentence);
  }
}
