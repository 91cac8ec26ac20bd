package org.aragora.telemetry.doctor.checks;

/**
 * What was found for one line.
 *
 * @param seen a sentence that names what answered, and with what
 * @param remedy what to do; empty where nothing is to be done
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
