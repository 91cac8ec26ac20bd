package org.aragora.telemetry.processor;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.aragora.telemetry.processor.flow.BrokerContact;

/**
 * Knows when each stream thread's consumer last had a heartbeat answered by the group coordinator:
 * from the consumer's own count of answers, looked at often. An answer is dated to the look before
 * the one that saw it, so that a process that was stopped in between does not take an old answer
 * for a new one.
 *
 * <p>Kafka counts refusals too. A member that was thrown out for its silence hears of it from its
 * next heartbeat, and sends no more until it has given up its partitions. One answer from before
 * the silence may still be on its way then. So the first two answers after a silence say nothing;
 * the third does.
 */
final class HeartbeatWatch implements BrokerContact {
  private static final String GROUP = "consumer-coordinator-metrics";
  private static final String ANSWERS = "heartbeat-total";
  private static final String CONSUMER_SUFFIX = "-consumer";

  private static final int PROOF = 3;

  /** {@code trustedFrom}: from which count on answers mean that the thread is still a member. */
  private record Contact(double answers, long atNanos, double trustedFrom) {}

  private final Map<String, Contact> contacts = new ConcurrentHashMap<>();
  private final LongSupplier nanoClock;
  private final long maxAgeNanos;
  private long lastLookNanos;

  /** {@code maxAge}: how old an answer may be; half the session timeout. */
  HeartbeatWatch(Duration maxAge, LongSupplier nanoClock) {
    this.maxAgeNanos = maxAge.toNanos();
    this.nanoClock = nanoClock;
    this.lastLookNanos = nanoClock.getAsLong();
  }

  /** Looks at the counts of answers; call it several times a second. */
  synchronized void look(Map<MetricName, ? extends Metric> clientMetrics) {
    long nowNanos = nanoClock.getAsLong();
    Map<String, Double> answers = answersByThread(clientMetrics);
    contacts.keySet().retainAll(answers.keySet());
    answers.forEach(
        (thread, count) -> {
          Contact known = contacts.get(thread);
          if (known == null) {
            contacts.put(thread, new Contact(count, lastLookNanos, count + 1));
          } else if (known.answers() != count) {
            boolean silent = nowNanos - known.atNanos() >= maxAgeNanos;
            contacts.put(
                thread,
                new Contact(
                    count, lastLookNanos, silent ? known.answers() + PROOF : known.trustedFrom()));
          }
        });
    lastLookNanos = nowNanos;
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
        && nanoClock.getAsLong() - contact.atNanos() < maxAgeNanos;
  }

  /** Whether any thread's last answer is fresh. */
  boolean isAnyFresh() {
    return contacts.keySet().stream().anyMatch(this::isFresh);
  }
}
