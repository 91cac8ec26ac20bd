package org.aragora.telemetry.replay;

import java.time.Duration;
import java.time.Instant;
import org.aragora.telemetry.replay.output.OpenMetricsOutput;
import org.aragora.telemetry.replay.read.Limit;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code --output openmetrics}: history that ends where the live samples begin. */
final class HistoryOptions {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Time for events to arrive before the first live sample: docs/how-to/replay.md. */
  private static final Duration ARRIVAL = Duration.ofSeconds(30);

  @Option(
      names = "--before",
      paramLabel = "TIME",
      description =
          "openmetrics: time of the first sample that the live service has in Prometheus; the history ends"
              + " a minute before it")
  private @Nullable String before;

  @Option(
      names = "--job",
      defaultValue = "aragora-telemetry",
      description = "openmetrics: job label of the live scrape (default ${DEFAULT-VALUE})")
  private String job = "";

  @Option(
      names = "--instance",
      defaultValue = "aragora-telemetry",
      description = "openmetrics: instance label of the live scrape (default ${DEFAULT-VALUE})")
  private String instance = "";

  /** The text of the option; null if it was not given. */
  @Nullable String before() {
    return before;
  }

  /** The end of the range, earlier if events may not be in the first live sample yet. */
  Limit end(Limit end) {
    if (before == null) {
      return end;
    }
    long lastMs = Limit.time(before, "--before").minus(ARRIVAL).toEpochMilli();
    if (end instanceof Limit.Offsets) {
      throw new InvalidSettingException("--before goes with a time in --to, not with offsets.");
    }
    return end instanceof Limit.AppendTime time && time.ms() < lastMs
        ? time
        : new Limit.AppendTime(lastMs);
  }

  OpenMetricsOutput.Settings settings() {
    return new OpenMetricsOutput.Settings(job, instance, endMinute());
  }

  private long endMinute() {
    if (before == null) {
      return Long.MAX_VALUE;
    }
    Instant last = Limit.time(before, "--before").minus(MINUTE);
    return Math.floorDiv(last.getEpochSecond(), MINUTE.toSeconds());
  }
}
