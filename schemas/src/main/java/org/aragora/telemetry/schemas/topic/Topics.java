package org.aragora.telemetry.schemas.topic;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.DELETE_RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_MS_CONFIG;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.text.Unicode;

/** All topics of the pipeline. */
public final class Topics {

  /** Prefix of every name unless {@code ARAGORA_TELEMETRY_TOPIC_PREFIX} is set. */
  public static final String DEFAULT_PREFIX = "aragora.";

  /** Environment variable that names the prefix. */
  public static final String PREFIX_VARIABLE = "ARAGORA_TELEMETRY_TOPIC_PREFIX";

  /**
   * Most that a record which counting writes may have, with its key: no larger one arises from
   * events within the bounds of the codec. A topic that takes less is refused at the start.
   */
  public static final int LARGEST_RECORD_BYTES = 1 << 20;

  /** Value of {@code max.message.bytes} of the topics that we write. */
  public static final int MAX_MESSAGE_BYTES = 9 << 20;

  /**
   * Value of {@code message.timestamp.type} of every topic. Of a writer whose clock is an hour
   * ahead a broker would refuse each record, and retention would wait for the clock to come true.
   */
  public static final String APPEND_TIME = "LogAppendTime";

  /** Running totals: the last value of each (series, input task) is kept for ever. */
  public static final TopicSpec METRICS =
      new TopicSpec(
          "metrics",
          OptionalInt.empty(),
          Map.of(
              MESSAGE_TIMESTAMP_TYPE_CONFIG, APPEND_TIME,
              CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_COMPACT,
              SEGMENT_MS_CONFIG, millis(Duration.ofMinutes(10)),
              SEGMENT_BYTES_CONFIG, mebibytes(64),
              MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
              DELETE_RETENTION_MS_CONFIG, millis(Duration.ofHours(24)),
              MAX_MESSAGE_BYTES_CONFIG, bytes(MAX_MESSAGE_BYTES)));

  /** Closed and open one-minute windows. */
  public static final TopicSpec METRICS_WINDOWS =
      new TopicSpec(
          "metrics.windows",
          OptionalInt.empty(),
          Map.of(
              MESSAGE_TIMESTAMP_TYPE_CONFIG,
              APPEND_TIME,
              CLEANUP_POLICY_CONFIG,
              "compact,delete",
              RETENTION_MS_CONFIG,
              millis(Duration.ofDays(30)),
              MAX_MESSAGE_BYTES_CONFIG,
              bytes(MAX_MESSAGE_BYTES)));

  /** Records that the processor could not count, with the reason. */
  public static final TopicSpec DEAD_LETTERS = deadLetters("dead-letters");

  /** Events that a backend refused permanently, with the reason. */
  public static final TopicSpec EXPORT_DEAD_LETTERS = deadLetters("export-dead-letters");

  /** Exporters' dead letters on their way back to the exporter that refused them. */
  public static final TopicSpec EXPORT_REDRIVE =
      new TopicSpec(
          "export-redrive",
          OptionalInt.of(4),
          Map.of(
              MESSAGE_TIMESTAMP_TYPE_CONFIG, APPEND_TIME,
              RETENTION_MS_CONFIG, millis(Duration.ofDays(7)),
              MAX_MESSAGE_BYTES_CONFIG, bytes(MAX_MESSAGE_BYTES)));

  /** Generations of the two output topics, and the one that is served. */
  public static final TopicSpec GENERATIONS =
      new TopicSpec(
          "generations",
          OptionalInt.of(1),
          Map.of(
              MESSAGE_TIMESTAMP_TYPE_CONFIG,
              APPEND_TIME,
              CLEANUP_POLICY_CONFIG,
              CLEANUP_POLICY_COMPACT,
              MAX_MESSAGE_BYTES_CONFIG,
              bytes(MAX_MESSAGE_BYTES)));

  private static final int MAX_PREFIX_LENGTH = 200;
  private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]*");

  private Topics() {}

  /** The topic that instances write to. */
  public static TopicSpec input(InputTopic topic) {
    return new TopicSpec(
        topic.suffix(),
        OptionalInt.empty(),
        Map.of(
            MESSAGE_TIMESTAMP_TYPE_CONFIG, APPEND_TIME,
            RETENTION_MS_CONFIG, millis(Duration.ofDays(7)),
            MAX_MESSAGE_BYTES_CONFIG, mebibytes(8)));
  }

  /** Every topic, in the order in which data flows. */
  public static List<TopicSpec> all() {
    return Stream.concat(
            Arrays.stream(InputTopic.values()).map(Topics::input),
            Stream.of(
                METRICS,
                METRICS_WINDOWS,
                GENERATIONS,
                DEAD_LETTERS,
                EXPORT_DEAD_LETTERS,
                EXPORT_REDRIVE))
        .toList();
  }

  /**
   * The prefix that an environment names.
   *
   * @throws InvalidSettingException if no topic name may begin so
   */
  public static String prefix(Map<String, String> environment) {
    String prefix = environment.getOrDefault(PREFIX_VARIABLE, DEFAULT_PREFIX);
    return checkPrefix(Unicode.withoutByteOrderMark(prefix), PREFIX_VARIABLE);
  }

  /**
   * Checks that topic names may begin with {@code prefix}.
   *
   * @param key name of the setting, for the refusal
   * @return the prefix
   */
  public static String checkPrefix(String prefix, String key) {
    if (prefix.length() > MAX_PREFIX_LENGTH || !LEGAL.matcher(prefix).matches()) {
      throw new InvalidSettingException(
          "%s=%s is refused: it must be up to %d letters, digits, dots, underscores and hyphens."
              .formatted(key, prefix, MAX_PREFIX_LENGTH));
    }
    return prefix;
  }

  private static TopicSpec deadLetters(String suffix) {
    return new TopicSpec(
        suffix,
        OptionalInt.of(4),
        Map.of(
            MESSAGE_TIMESTAMP_TYPE_CONFIG, APPEND_TIME,
            RETENTION_MS_CONFIG, millis(Duration.ofDays(30)),
            MAX_MESSAGE_BYTES_CONFIG, bytes(MAX_MESSAGE_BYTES)));
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }

  private static String mebibytes(int count) {
    return bytes(count << 20);
  }

  private static String bytes(int count) {
    return Integer.toString(count);
  }
}
