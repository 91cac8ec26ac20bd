package org.aragora.telemetry.exporter.process;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.aragora.telemetry.chassis.door.DoorSettings;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.CountingSettings;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.chassis.topics.TopicSettings;
import org.aragora.telemetry.exporter.backend.EventRules;
import org.aragora.telemetry.exporter.loop.LoopSettings;
import org.aragora.telemetry.schemas.topic.Topics;

/** Settings of every exporter, but for the port. */
public final class ExporterSettings {

  private static final String EXPORT = Settings.PREFIX + "EXPORT_";

  private static final Setting<Duration> DEBATE_LOOKBACK =
      Setting.seconds(Settings.PREFIX + "DEBATE_LOOKBACK_SECONDS")
          .about(Subject.EXPORT)
          .range(0, 604_800)
          .fallback(7200)
          .doc(
              "Longest time from a debate's start to its end, by append time, for the end's export"
                  + " to contain task and agents.");

  private static final Setting<Integer> BATCH_RECORDS =
      Setting.integer(EXPORT + "BATCH_RECORDS")
          .about(Subject.EXPORT)
          .range(1, 100_000)
          .fallback(1000)
          .doc("Records in a batch at most.");

  private static final Setting<Integer> BATCH_BYTES =
      Setting.integer(EXPORT + "BATCH_BYTES")
          .about(Subject.EXPORT)
          .range(1024, 64 << 20)
          .fallback(1 << 20)
          .doc("Bytes in a batch at most, before compression; a single record may be larger.");

  private static final Setting<Duration> BATCH_AGE =
      Setting.millis(EXPORT + "BATCH_AGE_MS")
          .about(Subject.EXPORT)
          .range(0, 60_000)
          .fallback(500)
          .doc("Longest time that a batch waits to fill.");

  private static final Setting<Integer> IN_FLIGHT =
      Setting.integer(EXPORT + "IN_FLIGHT")
          .about(Subject.EXPORT)
          .range(1, 64)
          .fallback(4)
          .doc("Batches that wait for an answer or for their next attempt at most.");

  private static final Setting<Long> BUFFER_BYTES =
      Setting.number(EXPORT + "BUFFER_BYTES")
          .about(Subject.EXPORT)
          .atLeast(1 << 20)
          .fallback(64 << 20)
          .doc("Bytes read and not yet acknowledged, beyond which reading pauses.");

  private static final Setting<Integer> UNACKNOWLEDGED_RECORDS =
      Setting.integer(EXPORT + "UNACKNOWLEDGED_RECORDS")
          .about(Subject.EXPORT)
          .atLeast(1)
          .fallback(20_000)
          .doc("Records of one partition read and not yet acknowledged, beyond which it pauses.");

  private static final Setting<Duration> RETRY_BASE =
      Setting.millis(EXPORT + "RETRY_BASE_MS")
          .about(Subject.EXPORT)
          .range(1, 60_000)
          .fallback(200)
          .doc("Pause after the first transient answer; doubled up to the longest, jittered.");

  private static final Setting<Duration> RETRY_MAX =
      Setting.millis(EXPORT + "RETRY_MAX_MS")
          .about(Subject.EXPORT)
          .range(1, 600_000)
          .fallback(30_000)
          .doc("Longest pause, unless the backend asks for a longer one by Retry-After.");

  private static final Setting<Duration> COMMIT_INTERVAL =
      Setting.millis(EXPORT + "COMMIT_MS")
          .about(Subject.EXPORT)
          .range(10, 60_000)
          .fallback(1000)
          .doc("Time between two commits of acknowledged offsets.");

  private static final Setting<Duration> REBALANCE_WAIT =
      Setting.millis(EXPORT + "REBALANCE_WAIT_MS")
          .about(Subject.EXPORT)
          .range(0, 60_000)
          .fallback(2000)
          .doc("Longest wait for the answers of a partition that another exporter takes over.");

  private static final Setting<Duration> DRAIN =
      Setting.seconds(EXPORT + "DRAIN_SECONDS")
          .about(Subject.EXPORT)
          .range(0, 600)
          .fallback(15)
          .doc(
              "Longest wait for answers when the exporter stops; keep it under the time until"
                  + " SIGKILL.");

  private static final Setting<Duration> PROGRESS_TIMEOUT =
      Setting.seconds(EXPORT + "PROGRESS_SECONDS")
          .about(Subject.EXPORT)
          .atLeast(1)
          .fallback(60)
          .doc("Time without an acknowledgement, while records wait, until it is not ready.");

  private static final List<Setting<?>> ALL =
      List.of(
          StatusServer.HOST,
          StatusPage.ENABLED,
          DoorSettings.FILE,
          DoorSettings.HEALTH_EXEMPT,
          TopicSettings.PREFIX,
          DEBATE_LOOKBACK,
          CountingSettings.MAX_CLOCK_SKEW,
          BATCH_RECORDS,
          BATCH_BYTES,
          BATCH_AGE,
          IN_FLIGHT,
          BUFFER_BYTES,
          UNACKNOWLEDGED_RECORDS,
          RETRY_BASE,
          RETRY_MAX,
          COMMIT_INTERVAL,
          REBALANCE_WAIT,
          DRAIN,
          PROGRESS_TIMEOUT);

  private ExporterSettings() {}

  /** All settings of an exporter: these and its own. */
  public static List<Setting<?>> and(List<Setting<?>> own) {
    return Stream.of(ALL, RedactionSettings.ALL, own).flatMap(List::stream).toList();
  }

  /** Reads the settings of the loop. */
  static LoopSettings loop(Settings settings, ExporterProcess.Definition<?> definition) {
    String prefix = settings.get(TopicSettings.PREFIX);
    String redriveTopic = Topics.EXPORT_REDRIVE.under(prefix);
    Stream<String> inputs = definition.topics().stream().map(topic -> topic.under(prefix));
    return new LoopSettings(
        definition.name(),
        Stream.concat(inputs, Stream.of(redriveTopic)).toList(),
        redriveTopic,
        settings.get(BATCH_RECORDS),
        settings.get(BATCH_BYTES),
        settings.get(BATCH_AGE),
        settings.get(IN_FLIGHT),
        settings.get(BUFFER_BYTES),
        settings.get(UNACKNOWLEDGED_RECORDS),
        settings.get(RETRY_BASE),
        settings.get(RETRY_MAX),
        settings.get(definition.timeout()).plusSeconds(5),
        settings.get(COMMIT_INTERVAL),
        settings.get(REBALANCE_WAIT),
        settings.get(DRAIN),
        settings.get(PROGRESS_TIMEOUT));
  }

  /** The rules by which events are read. */
  public static EventRules rules(Settings settings) {
    return new EventRules(
        settings.get(TopicSettings.PREFIX),
        settings.get(DEBATE_LOOKBACK),
        settings.get(CountingSettings.MAX_CLOCK_SKEW));
  }
}
