package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.aragora.telemetry.processor.flow.BrokerContact;

/**
 * Dates the last heartbeat of each stream thread that the group coordinator answered, by polling
 * the consumer's own count of answers. An answer gets the time of the poll before the one that
 * found it. So a process that was stopped in between does not take an old answer for a new one.
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
  private static final String CONSUMER_SUFFIX = "-consumer";

  private static final int PROOF = 3;

  /** Difference between the clocks' movements up to which they are trusted. */
  private static final long APART_MS = 1_000;

  /** {@code trustedFrom}: the lowest count that proves membership. */
  private record Contact(double answers, long atNanos, double trustedFrom) {}

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
      contacts.replaceAll(
          (thread, known) ->
              new Contact(known.answers(), known.atNanos(), known.answers() + PROOF));
      lastLeadMs = clocks.leadMs();
    }
    Map<String, Double> answers = answersByThread(clientMetrics);
    contacts.keySet().retainAll(answers.keySet());
    answers.forEach(
        (thread, count) -> {
          Contact known = contacts.get(thread);
          if (known == null) {
            contacts.put(thread, new Contact(count, lastPollNanos, count + 1));
          } else if (known.answers() != count) {
            boolean silent = nowNanos - known.atNanos() >= maxAgeNanos;
            contacts.put(
                thread,
                new Contact(
                    count, lastPollNanos, silent ? known.answers() + PROOF : known.trustedFrom()));
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

  private static Map<String, Double> answersByThread(
      Map<MetricName, ? extends Metric> clientMetrics) {
    Map<String, Double> answers = new HashMap<>();
    clientMetrics.forEach(
        (name, metric) -> {
          String client = name.tags().get("client-id");
          if (name.group().equals(GROUP)
              && name.name().equals(ANSWERS)
              && client != null
              && client.endsWith(CONSUMER_SUFFIX)
              && metric.metricValue() instanceof Double value) {
            answers.put(client.substring(0, client.length() - CONSUMER_SUFFIX.length()), value);
          }
        });
    return answers;
  }

  @Override
  public boolean isFresh(String streamThread) {
    Contact contact = contacts.get(streamThread);
    return contact != null
        && contact.answers() >= contact.trustedFrom()
        && !clocksMovedApart()
        && nowNanos() - contact.atNanos() < maxAgeNanos;
  }

  /** Returns true if any thread's last answer is fresh. */
  public boolean isAnyFresh() {
    return contacts.keySet().stream().anyMatch(this::isFresh);
  }
}
