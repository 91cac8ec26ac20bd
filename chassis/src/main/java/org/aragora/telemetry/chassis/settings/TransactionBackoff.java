package org.aragora.telemetry.chassis.settings;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Waits of a transactional producer before it tries again.
 *
 * <p>A broker refuses the first records of a transaction until the one before is marked in all of
 * its partitions, which takes milliseconds. Kafka's default waits 0.1 s, 0.2 s, 0.4 s and so on,
 * and the thread that commits with it.
 */
public final class TransactionBackoff {
  private static final long FIRST_MS = 10;
  private static final long LAST_MS = 100;

  private TransactionBackoff() {}

  /**
   * Puts waits of 10 to 100 ms; a value of the user is left as it is.
   *
   * @param client settings of a client by their Kafka names; changed
   * @param producerPrefix what stands before a name that is for the producer only; may be empty
   */
  public static void putInto(Map<String, Object> client, String producerPrefix) {
    if (!client.containsKey(ProducerConfig.RETRY_BACKOFF_MS_CONFIG)
        && !client.containsKey(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG)) {
      client.put(producerPrefix + ProducerConfig.RETRY_BACKOFF_MS_CONFIG, FIRST_MS);
      client.put(producerPrefix + ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, LAST_MS);
    }
  }
}
