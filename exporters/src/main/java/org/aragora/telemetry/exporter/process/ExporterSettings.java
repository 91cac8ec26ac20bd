package org.aragora.telemetry.exporter.process;

import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.aragora.telemetry.exporter.loop.LoopSettings;
import org.aragora.telemetry.exporter.redact.Redactor;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.Topics;

/** The settings that every exporter has, each declared once. */
public final class ExporterSettings {

  private static final String EXPORT = Settings.PREFIX + "EXPORT_";
  private static final String REDACTION = Settings.PREFIX + "REDACTION";
  static final String METRICS_PORT = "METRICS_PORT";
  static final String METRICS_HOST = Settings.PREFIX + "METRICS_HOST";
  static final String LOG_LEVEL = "LOG_LEVEL";
  static final String LOG_FORMAT = "LOG_FORMAT";
  static final String LOG_OUTPUT = "LOG_OUTPUT";

  private ExporterSettings() {}

  /**
   * Declares them.
   *
   * @param metricsPort default of METRICS_PORT
   */
  public static ConfigDef declare(int metricsPort) {
    ConfigDef.NonEmptyString filled = new ConfigDef.NonEmptyString();
    return new ConfigDef()
        .define(
            METRICS_PORT,
            ConfigDef.Type.INT,
            metricsPort,
            between(0, 65535),
            MEDIUM,
            "Port of /metrics, /health/live and /health/ready; 0 takes any free one.")
        .define(
            METRICS_HOST,
            ConfigDef.Type.STRING,
            "0.0.0.0",
            filled,
            LOW,
            "Address that METRICS_PORT listens on.")
        .define(
            LOG_LEVEL,
            ConfigDef.Type.STRING,
            "INFO",
            Settings.oneOf("DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL"),
            LOW,
            "Lowest level of the exporter's own log, by Python's names.")
        .define(
            LOG_FORMAT,
            ConfigDef.Type.STRING,
            "json",
            Settings.oneOf("json", "text"),
            LOW,
            "Form of the exporter's own log: one JSON object a line, or text.")
        .define(
            LOG_OUTPUT,
            ConfigDef.Type.STRING,
            "stdout",
            filled,
            LOW,
            "Where the exporter's own log goes: stdout, stderr or the path of a file.")
        .define(
            Topics.PREFIX_VARIABLE,
            ConfigDef.Type.STRING,
            Topics.DEFAULT_PREFIX,
            MEDIUM,
            "What every topic's name begins with.")
        .define(
            Settings.PREFIX + "DEBATE_LOOKBACK_SECONDS",
            ConfigDef.Type.LONG,
            7200,
            between(0, 604_800),
            LOW,
            "How far before its end a debate's start may lie (by append time) for its task and"
                + " agents to be known; read again when a partition is taken over.")
        .define(
            EXPORT + "BATCH_RECORDS",
            ConfigDef.Type.INT,
            1000,
            between(1, 100_000),
            LOW,
            "Records in a batch at most.")
        .define(
            EXPORT + "BATCH_BYTES",
            ConfigDef.Type.INT,
            1 << 20,
            between(1024, 64 << 20),
            LOW,
            "Bytes in a batch at most, before compression; a single record may be larger.")
        .define(
            EXPORT + "BATCH_AGE_MS",
            ConfigDef.Type.LONG,
            500,
            between(0, 60_000),
            LOW,
            "How long a batch waits to fill.")
        .define(
            EXPORT + "IN_FLIGHT",
            ConfigDef.Type.INT,
            4,
            between(1, 64),
            LOW,
            "Batches that wait for an answer or for their next attempt at most.")
        .define(
            EXPORT + "BUFFER_BYTES",
            ConfigDef.Type.LONG,
            64L << 20,
            atLeast(1 << 20),
            LOW,
            "Bytes read and not yet acknowledged, beyond which reading pauses.")
        .define(
            EXPORT + "UNACKNOWLEDGED_RECORDS",
            ConfigDef.Type.INT,
            20_000,
            atLeast(1),
            LOW,
            "Records of one partition read and not yet acknowledged, beyond which it pauses.")
        .define(
            EXPORT + "RETRY_BASE_MS",
            ConfigDef.Type.LONG,
            200,
            between(1, 60_000),
            LOW,
            "Pause after the first transient answer; doubled up to the longest, jittered.")
        .define(
            EXPORT + "RETRY_MAX_MS",
            ConfigDef.Type.LONG,
            30_000,
            between(1, 600_000),
            LOW,
            "Longest pause, unless the backend asks for a longer one by Retry-After.")
        .define(
            EXPORT + "COMMIT_MS",
            ConfigDef.Type.LONG,
            1000,
            between(10, 60_000),
            LOW,
            "Time between two commits of what was acknowledged.")
        .define(
            EXPORT + "REBALANCE_WAIT_MS",
            ConfigDef.Type.LONG,
            2000,
            between(0, 60_000),
            LOW,
            "How long a partition that another exporter takes over waits for answers.")
        .define(
            EXPORT + "DRAIN_SECONDS",
            ConfigDef.Type.LONG,
            15,
            between(0, 600),
            MEDIUM,
            "How long a stopping exporter waits for answers; keep it under the time until SIGKILL.")
        .define(
            EXPORT + "PROGRESS_SECONDS",
            ConfigDef.Type.LONG,
            60,
            atLeast(1),
            MEDIUM,
            "Without an acknowledgement for so long while records wait, it is not ready.")
        .define(
            REDACTION,
            ConfigDef.Type.LIST,
            "secrets,email,phone,card",
            MEDIUM,
            "What is taken out of lines and span attributes before they leave: secrets, email,"
                + " phone, card; none for nothing.")
        .define(
            REDACTION + "_KEYS",
            ConfigDef.Type.LIST,
            "",
            LOW,
            "Further field names whose values are secrets.")
        .define(
            REDACTION + "_KEEP_KEYS",
            ConfigDef.Type.LIST,
            "",
            LOW,
            "Field names whose values are never secrets, though they sound so.")
        .define(
            REDACTION + "_PATTERNS",
            ConfigDef.Type.STRING,
            "",
            LOW,
            "Further patterns to take out, in RE2 syntax, separated by blanks (write \\s for one).");
  }

  /** What the settings say about the loop. */
  public static LoopSettings loop(
      Settings settings, String exporter, List<InputTopic> topics, Duration backendTimeout) {
    String prefix =
        Topics.checkPrefix(settings.text(Topics.PREFIX_VARIABLE), Topics.PREFIX_VARIABLE);
    String redriveTopic = Topics.EXPORT_REDRIVE.under(prefix);
    return new LoopSettings(
        exporter,
        Stream.concat(topics.stream().map(topic -> topic.under(prefix)), Stream.of(redriveTopic))
            .toList(),
        redriveTopic,
        settings.integer(EXPORT + "BATCH_RECORDS"),
        settings.integer(EXPORT + "BATCH_BYTES"),
        settings.millis(EXPORT + "BATCH_AGE_MS"),
        settings.integer(EXPORT + "IN_FLIGHT"),
        settings.number(EXPORT + "BUFFER_BYTES"),
        settings.integer(EXPORT + "UNACKNOWLEDGED_RECORDS"),
        settings.millis(EXPORT + "RETRY_BASE_MS"),
        settings.millis(EXPORT + "RETRY_MAX_MS"),
        backendTimeout.plusSeconds(5),
        settings.millis(EXPORT + "COMMIT_MS"),
        settings.millis(EXPORT + "REBALANCE_WAIT_MS"),
        settings.seconds(EXPORT + "DRAIN_SECONDS"),
        settings.seconds(EXPORT + "PROGRESS_SECONDS"));
  }

  /** How far back a debate's start is looked for. */
  public static Duration debateLookback(Settings settings) {
    return settings.seconds(Settings.PREFIX + "DEBATE_LOOKBACK_SECONDS");
  }

  /** What is taken out before anything leaves. */
  public static Redactor redactor(Settings settings) {
    Set<Redactor.Kind> kinds = EnumSet.noneOf(Redactor.Kind.class);
    for (String kind : settings.list(REDACTION)) {
      String name = kind.strip().toUpperCase(Locale.ROOT);
      if (name.equals("NONE") || name.isEmpty()) {
        continue;
      }
      try {
        kinds.add(Redactor.Kind.valueOf(name));
      } catch (IllegalArgumentException unknown) {
        throw new InvalidSettingException(
            REDACTION
                + " cannot be used: \""
                + kind
                + "\" is none of secrets, email, phone, card.");
      }
    }
    return new Redactor(
        kinds,
        settings.list(REDACTION + "_KEYS"),
        settings.list(REDACTION + "_KEEP_KEYS"),
        patterns(settings.text(REDACTION + "_PATTERNS")));
  }

  private static List<Pattern> patterns(String text) {
    List<Pattern> patterns = new ArrayList<>();
    for (String each : text.strip().split("\\s+", -1)) {
      if (!each.isEmpty()) {
        try {
          patterns.add(Pattern.compile(each));
        } catch (PatternSyntaxException invalid) {
          throw new InvalidSettingException(
              REDACTION + "_PATTERNS cannot be used: " + invalid.getMessage() + ".");
        }
      }
    }
    return patterns;
  }
}
