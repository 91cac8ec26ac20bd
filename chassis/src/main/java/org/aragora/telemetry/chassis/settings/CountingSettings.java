package org.aragora.telemetry.chassis.settings;

import java.time.Duration;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Settings on which counted values depend: the live service and a replay read the same ones. */
public final class CountingSettings {
  /** Consumer group of the live service, and the prefix of its transactional ids. */
  public static final Setting<String> APPLICATION_ID =
      Setting.text("ARAGORA_TELEMETRY_APPLICATION_ID")
          .about(Subject.TOPICS)
          .fallback("aragora-telemetry")
          .doc("Consumer group, prefix of transactional ids and of changelog topics.");

  /** Time by which an event may be ahead of its append time. */
  public static final Setting<Duration> MAX_CLOCK_SKEW =
      Setting.seconds("ARAGORA_TELEMETRY_MAX_CLOCK_SKEW_SECONDS")
          .about(Subject.COUNTING)
          .range(0, 3600)
          .fallback(60)
          .doc("Events further ahead of their append time count at append time.");

  /** Time by which an event may trail the newest one. */
  public static final Setting<Duration> LATE_GRACE =
      Setting.seconds("ARAGORA_TELEMETRY_LATE_GRACE_SECONDS")
          .about(Subject.COUNTING)
          .range(0, 86_400)
          .fallback(300)
          .doc(
              "Time by which an event may trail the newest one of its partition and still count in"
                  + " its window.");

  /** Timeout of a debate that gives none. */
  public static final Setting<Duration> DEBATE_DEADLINE =
      Setting.seconds("ARAGORA_TELEMETRY_DEBATE_DEADLINE_SECONDS")
          .about(Subject.COUNTING)
          .range(1, 86_400)
          .fallback(3600)
          .doc("Timeout of a debate that gives none.");

  /** Time for which a new labelled series is served as 0. */
  public static final Setting<Duration> BIRTH =
      Setting.seconds("ARAGORA_TELEMETRY_BIRTH_SECONDS")
          .about(Subject.COUNTING)
          .range(0, 600)
          .fallback(20)
          .doc("Time for which a new labelled series is served as 0; more than a scrape interval.");

  /** Series of one metric per input partition. */
  public static final Setting<Integer> SERIES_LIMIT =
      Setting.integer("ARAGORA_TELEMETRY_SERIES_LIMIT")
          .about(Subject.COUNTING)
          .range(1, 1_000_000)
          .fallback(2000)
          .doc("Series of one metric per input partition; the rest goes to `other`.");

  /** Producer runs that one input partition remembers. */
  public static final Setting<Integer> RUN_LIMIT =
      Setting.integer("ARAGORA_TELEMETRY_RUN_LIMIT")
          .about(Subject.COUNTING)
          .range(1, 1_000_000)
          .fallback(10_000)
          .doc(
              "Producer runs that an input partition remembers; the one idle longest is forgotten"
                  + " first.");

  /** Append time without a change after which a part of a series is retired. */
  public static final Setting<Duration> SERIES_RETENTION =
      Setting.real("ARAGORA_TELEMETRY_SERIES_RETENTION_DAYS")
          .about(Subject.COUNTING)
          .range(0, 3650)
          .map(CountingSettings::days)
          .fallback(7)
          .doc(
              "Days without a change after which a labelled series ends; fractions are allowed."
                  + " Series of one instance end an hour after it is gone.");

  private static final double MS_PER_DAY = 86_400_000;

  private static Duration days(double days) {
    Duration retention = Duration.ofMillis(Math.round(days * MS_PER_DAY));
    if (retention.isZero()) {
      throw new IllegalArgumentException("it must be at least a millisecond");
    }
    return retention;
  }

  /** Settings of Kafka clients that belong to the service, so that nobody else may set them. */
  public static final Set<String> REFUSED_CLIENT_SETTINGS =
      Set.of(
          CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG,
          CommonClientConfigs.CLIENT_ID_CONFIG,
          CommonClientConfigs.SESSION_TIMEOUT_MS_CONFIG,
          CommonClientConfigs.HEARTBEAT_INTERVAL_MS_CONFIG,
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);

  private CountingSettings() {}
}
