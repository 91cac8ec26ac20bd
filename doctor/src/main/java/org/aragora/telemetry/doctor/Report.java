package org.aragora.telemetry.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.aragora.telemetry.chassis.main.ExitCodes;
import org.aragora.telemetry.doctor.checks.Finding;
import org.aragora.telemetry.doctor.checks.Verdict;

/**
 * Report of all findings.
 *
 * @param results in the order of the checklist
 */
record Report(List<Doctor.Result> results) {
  Report {
    results = List.copyOf(results);
  }

  /** A failure outweighs "cannot tell", and that outweighs a pass. */
  int exitCode() {
    if (count(Verdict.FAIL) > 0) {
      return ExitCodes.FAILED;
    }
    return count(Verdict.CANNOT_TELL) > 0 ? ExitCodes.DIFFERS : ExitCodes.DONE;
  }

  /** For a person. */
  String text() {
    StringBuilder text = new StringBuilder();
    String section = "";
    for (Doctor.Result result : results) {
      if (!section.equals(result.check().section())) {
        section = result.check().section();
        text.append(section).append('\n');
      }
      Finding finding = result.finding();
      text.append("  %-12s %s%n".formatted(shown(finding.verdict()), result.check().line()));
      text.append("               ").append(finding.seen()).append('\n');
      if (!finding.remedy().isEmpty()) {
        text.append("               → ").append(finding.remedy()).append('\n');
      }
    }
    return text.append(
            "%d pass, %d fail, %d cannot tell%n"
                .formatted(count(Verdict.PASS), count(Verdict.FAIL), count(Verdict.CANNOT_TELL)))
        .toString();
  }

  /** For a program: {@code checks} and the three counts. */
  String json() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ArrayNode checks = root.putArray("checks");
    for (Doctor.Result result : results) {
      checks
          .addObject()
          .put("section", result.check().section())
          .put("line", result.check().line())
          .put("verdict", name(result.finding().verdict()))
          .put("seen", result.finding().seen())
          .put("remedy", result.finding().remedy());
    }
    for (Verdict verdict : Verdict.values()) {
      root.put(name(verdict), count(verdict));
    }
    return root.toPrettyString();
  }

  private static String shown(Verdict verdict) {
    return verdict == Verdict.FAIL ? "FAIL" : name(verdict).replace('_', ' ');
  }

  private static String name(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }

  private long count(Verdict verdict) {
    return results.stream().filter(result -> result.finding().verdict() == verdict).count();
  }
}
