package org.aragora.telemetry.processor;

/**
 * How a service is, with its cause.
 *
 * @param ok whether it is well
 * @param cause a sentence for a person on call
 */
record Health(boolean ok, String cause) {

  static Health good(String cause) {
    return new Health(true, cause);
  }

  static Health bad(String cause) {
    return new Health(false, cause);
  }
}
