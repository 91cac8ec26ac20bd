package org.aragora.telemetry.replay.read;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/** One end of a range, as a person writes it. */
public sealed interface Limit {

  /** Everything on this side. */
  record Open() implements Limit {}

  /** By append time, milliseconds since 1970. */
  record AppendTime(long ms) implements Limit {}

  /** By offset; a partition that is not named is open. */
  record Offsets(Map<InputPartition, Long> offsets) implements Limit {}

  /**
   * Reads {@code 2026-11-24T12:00:00Z} or {@code requests-0=1200,requests-1=900}; null is open.
   *
   * @param option named in the refusal
   */
  static Limit parse(@Nullable String text, String topicPrefix, String option) {
    if (text == null || text.isBlank()) {
      return new Open();
    }
    if (text.indexOf('=') >= 0) {
      return offsets(text, topicPrefix, option);
    }
    return new AppendTime(time(text, option).toEpochMilli());
  }

  /** Reads an RFC 3339 time. */
  static Instant time(String text, String option) {
    try {
      return OffsetDateTime.parse(text.strip()).toInstant();
    } catch (DateTimeException e) {
      throw new InvalidSettingException(
          "%s=%s is refused: it must be a time with its offset from UTC, such as 2026-11-24T12:00:00Z, or a list such as requests-0=1200,requests-1=900."
              .formatted(option, text));
    }
  }

  private static Limit offsets(String text, String topicPrefix, String option) {
    Pattern entry = Pattern.compile("(.+)-(\\d{1,9})=(\\d{1,18})");
    Map<InputPartition, Long> offsets = new HashMap<>();
    for (String part : text.split(",", -1)) {
      Matcher matcher = entry.matcher(part.strip());
      InputTopic topic = null;
      if (matcher.matches()) {
        String name = matcher.group(1);
        topic = InputTopic.byName(topicPrefix, name);
        topic = topic == null ? InputTopic.byName("", name) : topic;
      }
      if (topic == null) {
        throw new InvalidSettingException(
            "%s=%s is refused: \"%s\" is not topic-partition=offset of an input topic, such as requests-0=1200."
                .formatted(option, text, part));
      }
      offsets.put(
          new InputPartition(topic, Integer.parseInt(matcher.group(2))),
          Long.parseLong(matcher.group(3)));
    }
    return new Offsets(Map.copyOf(offsets));
  }
}
