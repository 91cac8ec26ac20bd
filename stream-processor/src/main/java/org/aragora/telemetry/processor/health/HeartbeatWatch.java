package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.aragora.telemetry.processor.flow.BrokerContact;
import org.jspecify.annotations.Nullable;

/**
 * Dates the last heartbeat of each stream thread that the group coordinator answered, by polling
 * the consumer's own count of answers and the age of its last request. An answer gets the time of
 * its request, because the coordinator's session began at the request at the earliest; a request
 * gets the time of the poll before the one that found it. So neither a process that was stopped in
 * between nor a slow network makes an old answer look like a new one.
 *
 * <p>Kafka counts refusals too. A member that was removed for its silence gets a refusal for its
 * next heartbeat, and sends no more until it has given up its partitions. One answer from before
 * the silence may still be in flight then. So only the third answer after a silence counts.
 *
 * <p>The monotonic clock stands still while a machine is suspended, so the two clocks are compared
 * too: if they have moved apart since the last poll, the silence may have been any time.
 */
public final class HeartbeatWatch implements BrokerContact {
  private static final String GROUP = "consumer-coordinator-metrics";
  private static final String ANSWERS = "heartbeat-total";
  private static final String REQUEST_AGE_SECONDS = "last-heartbeat-seconds-ago";
  private static final String CONSUMER_SUFFIX = "-consumer";

  private static final int PROOF = 3;

  /** Difference between the clocks' movements up to which they are trusted. */
  private static final long APART_MS = 1_000;

  /** Count of answers, and age of the last request in whole seconds, as Kafka reports them. */
  private record Reading(double answers, double requestAgeSeconds) {}

  /**
   * State of a thread's heartbeats.
   *
   * @param atNanos time of the last request that has an answer
   * @param openNanos time of a request without an answer, null without one; there is at most one
   * @param trustedFrom the lowest count of answers that proves membership
   */
  private record Contact(
      Reading reading, long atNanos, @Nullable Long openNanos, double trustedFrom) {

    static Contact first(Reading reading, long polledNanos) {
      return new Contact(reading, polledNanos, null, reading.answers + 1);
    }

    Contact trustedFrom(double count) {
      return new Contact(reading, atNanos, openNanos, count);
    }

    /** {@code polledNanos}: the poll before, the earliest time of what is new in {@code next}. */
    Contact next(Reading next, long polledNanos) {
      boolean sent = next.requestAgeSeconds < reading.requestAgeSeconds;
      if (next.answers == reading.answers) {
        // Kafka sends the next request only after an answer, or after it gave the request up.
        return new Contact(
            next, atNanos, sent ? Long.valueOf(polledNanos) : openNanos, trustedFrom);
      }
      return openNanos == null
          ? new Contact(next, polledNanos, null, trustedFrom)
          : new Contact(next, openNanos, sent ? Long.valueOf(polledNanos) : null, trustedFrom);
    }
  }

  private final Map<String, Contact> contacts = new ConcurrentHashMap<>();
  private final Clocks clocks;
  private final long maxAgeNanos;
  private long lastPollNanos;
  private volatile long lastLeadMs;

  /** {@code maxAge}: greatest age of an answer; half the session timeout. */
  public HeartbeatWatch(Duration maxAge, Clocks clocks) {
    this.maxAgeNanos = maxAge.toNanos();
    this.clocks = clocks;
    this.lastPollNanos = nowNanos();
    this.lastLeadMs = clocks.leadMs();
  }

  /** Reads the counts of answers; call it several times a second. */
  public synchronized void refresh(Map<MetricName, ? extends Metric> clientMetrics) {
    long nowNanos = nowNanos();
    if (clocksMovedApart()) {
      contacts.replaceAll((thread, known) -> known.trustedFrom(known.reading().answers() + PROOF));
      lastLeadMs = clocks.leadMs();
    }
    Map<String, Reading> readings = readings(clientMetrics);
    contacts.keySet().retainAll(readings.keySet());
    readings.forEach(
        (thread, reading) -> {
          Contact known = contacts.get(thread);
          if (known == null) {
            contacts.put(thread, Contact.first(reading, lastPollNanos));
          } else {
            boolean silent =
                known.reading().answers() != reading.answers()
                    && nowNanos - known.atNanos() >= maxAgeNanos;
            Contact before = silent ? known.trustedFrom(known.reading().answers() + PROOF) : known;
            contacts.put(thread, before.next(reading, lastPollNanos));
          }
        });
    lastPollNanos = nowNanos;
    lastLeadMs = clocks.leadMs();
  }

  private long nowNanos() {
    return clocks.nanos().getAsLong();
  }

  /** Slow drift is followed at each poll. */
  private boolean clocksMovedApart() {
    return Math.abs(clocks.leadMs() - lastLeadMs) > APART_MS;
  }

  private Map<String, Reading> readings(Map<MetricName, ? extends Metric> clientMetrics) {
    Map<String, Double> answers = values(clientMetrics, ANSWERS);
    Map<String, Double> ages = values(clientMetrics, REQUEST_AGE_SECONDS);
    Map<String, Double> answersThen = values(clientMetrics, ANSWERS);
    Map<String, Reading> readings = new HashMap<>();
    answers.forEach(
        (thread, count) ->
            readings.put(thread, new Reading(count, ages.getOrDefault(thread, 0.0))));
    // An answer in between could belong to either request; the next poll reads both again.
    readings.replaceAll(
        (thread, reading) -> {
          Contact known = contacts.get(thread);
          return known == null || answersThen.getOrDefault(thread, -1.0) == reading.answers()
              ? reading
              : known.reading();
        });
    return readings;
  }

  /** Values of one metric of the group's members, by stream thread. */
  private static Map<String, Double> values(
      Map<MetricName, ? extends Metric> clientMetrics, String metricName) {
    Map<String, Double> values = new HashMap<>();
    clientMetrics.forEach(
        (name, metric) -> {
          String client = name.tags().get("client-id");
          if (name.group().equals(GROUP)
              && name.name().equals(metricName)
              && client != null
              && client.endsWith(CONSUMER_SUFFIX)
              && metric.metricValue() instanceof Double value) {
            values.put(client.substring(0, client.length() - CONSUMER_SUFFIX.length()), value);
          }
        });
    return values;
  }

  @Override
  public boolean isFresh(String streamThread) {
    Contact contact = contacts.get(streamThread);
    return contact != null
        && contact.reading().answers() >= contact.trustedFrom()
        && !clocksMovedApart()
        && nowNanos() - contact.atNanos() < maxAgeNanos;
  }

  /** Returns true if any thread's last answer is fresh. */
  public boolean isAnyFresh() {
    return contacts.keySet().stream().anyMatch(this::isFresh);
  }
}
