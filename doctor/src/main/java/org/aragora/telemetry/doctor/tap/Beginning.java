package org.aragora.telemetry.doctor.tap;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/**
 * The first records that are read.
 *
 * @param sinceMs append time; 0: from the beginning, {@link Long#MAX_VALUE}: those that come now
 */
record Beginning(long sinceMs) {
  private static final Pattern AGO = Pattern.compile("(\\d{1,6})([smhd])");

  /**
   * Reads the options.
   *
   * @param since a time, or an age such as 15m; null: not given
   * @throws InvalidSettingException naming the option
   */
  static Beginning of(boolean fromBeginning, @Nullable String since, Clock clock) {
    if (since == null) {
      return new Beginning(fromBeginning ? 0 : Long.MAX_VALUE);
    }
    if (fromBeginning) {
      throw new InvalidSettingException("--since and --from-beginning exclude each other.");
    }
    return new Beginning(time(since.strip(), clock).toEpochMilli());
  }

  private static Instant time(String text, Clock clock) {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      String unit = ago.group(2).toUpperCase(Locale.ROOT);
      return clock
          .instant()
          .minus(Duration.parse((unit.equals("D") ? "P" : "PT") + ago.group(1) + unit));
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new InvalidSettingException(
          "--since=%s is refused: it must be an age such as 15m, or a time such as 2026-11-24T12:00:00Z."
              .formatted(text));
    }
  }

  /** Returns the first offset of each partition, of committed records. */
  Map<TopicPartition, Long> offsets(
      Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions, Duration timeout) {
    if (sinceMs == 0) {
      return consumer.beginningOffsets(partitions, timeout);
    }
    Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions, timeout));
    if (sinceMs < Long.MAX_VALUE) {
      Map<TopicPartition, Long> times = new HashMap<>();
      partitions.forEach(partition -> times.put(partition, Math.max(0, sinceMs)));
      consumer
          .offsetsForTimes(times, timeout)
          .forEach(
              (partition, found) -> {
                if (found != null) {
                  offsets.put(partition, found.offset());
                }
              });
    }
    return offsets;
  }
}
