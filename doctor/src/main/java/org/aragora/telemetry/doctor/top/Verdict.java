package org.aragora.telemetry.doctor.top;

import java.util.Optional;
import java.util.OptionalDouble;
import org.aragora.telemetry.doctor.top.figures.Snapshot;
import org.aragora.telemetry.doctor.top.screen.Tone;

/** The verdict of the page. */
record Verdict(Tone tone, String words) {
  static final double BEHIND_SECONDS = 30;

  /** {@code wasReady}: if the process was ready before. */
  static Verdict of(Snapshot now, boolean wasReady) {
    Snapshot.Service service = now.service();
    Snapshot.Serving serving = now.serving();
    if (!service.live().ok()) {
      return new Verdict(Tone.BAD, "Stopped");
    }
    if (!service.ready().ok()) {
      return wasReady ? new Verdict(Tone.BAD, "Not ready") : new Verdict(Tone.WARN, "Starting");
    }
    if (serving.ledgersBalance().equals(Optional.of(false))) {
      return new Verdict(Tone.BAD, "The ledger does not balance");
    }
    if (serving.isPart()) {
      return new Verdict(
          Tone.WARN,
          "A part: %d of %d partitions".formatted(serving.partitions().size(), serving.all()));
    }
    OptionalDouble lag = now.highest("lagSeconds");
    if (lag.orElse(0) > BEHIND_SECONDS) {
      return new Verdict(Tone.WARN, "Behind by " + Figure.duration(lag));
    }
    OptionalDouble missing = now.total("missing");
    if (missing.orElse(0) > 0) {
      return new Verdict(Tone.WARN, Figure.whole(missing) + " events missing");
    }
    OptionalDouble until = now.lowest("completeUntilSeconds");
    if (now.topics().stream().anyMatch(Verdict::isJustTakenOver)) {
      return new Verdict(Tone.QUIET, "Just taken over");
    }
    return until.isEmpty()
        ? new Verdict(Tone.QUIET, "Nothing counted yet")
        : new Verdict(
            Tone.GOOD, "Complete until " + Figure.moment(until) + ", but for late events");
  }

  private static boolean isJustTakenOver(Snapshot.Topic topic) {
    return topic.figure("counted").orElse(0) > 0 && topic.figure("completeUntilSeconds").isEmpty();
  }
}
