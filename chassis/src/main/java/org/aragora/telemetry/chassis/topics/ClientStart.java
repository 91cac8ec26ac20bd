package org.aragora.telemetry.chassis.topics;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.chassis.main.Failures;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the Kafka clients of a service. A broker's name that does not resolve yet is awaited, as a
 * broker is that does not answer yet; any other failure is a setting that Kafka refuses.
 */
public final class ClientStart {
  private static final Logger LOG = LoggerFactory.getLogger(ClientStart.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private ClientStart() {}

  /**
   * Opens a client; tries once a second while no name of {@code KAFKA_BOOTSTRAP_SERVERS} resolves.
   *
   * @param waiting gets a sentence before each further attempt
   * @throws InvalidSettingException if Kafka refuses the settings
   * @throws KafkaException if this thread is interrupted while it waits
   */
  public static <C> C open(Supplier<C> client, Consumer<String> waiting) {
    boolean logged = false;
    while (true) {
      try {
        return client.get();
      } catch (KafkaException e) {
        if (!Failures.isUnresolved(e)) {
          throw new InvalidSettingException(Failures.refusal(e));
        }
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        waiting.accept("no name of KAFKA_BOOTSTRAP_SERVERS resolves yet");
        if (!logged) {
          LOG.warn("No name of KAFKA_BOOTSTRAP_SERVERS resolves yet; trying once a second.");
          logged = true;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
