package org.aragora.telemetry.doctor.checks;

/**
 * Finding of one line.
 *
 * @param seen a sentence that names what answered, and with what
 * @param remedy instruction for the user; empty if there is nothing to do
 */
public record Finding(Verdict verdict, String seen, String remedy) {

  static Finding pass(String seen) {
    return new Finding(Verdict.PASS, seen, "");
  }

  static Finding fail(String seen, String remedy) {
    return new Finding(Verdict.FAIL, seen, remedy);
  }

  static Finding cannotTell(String seen, String remedy) {
    return new Finding(Verdict.CANNOT_TELL, seen, remedy);
  }
}
