package org.aragora.telemetry.producer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.producer.host.KafkaLoader;
import org.aragora.telemetry.producer.lane.ProducerHandle;
import org.aragora.telemetry.producer.report.FailureReport;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;

/** Settings of the Kafka client: fixed if a guarantee rests on them, else the host's. */
final class ClientConfig {
  private static final Pattern SERVER = Pattern.compile("(\\w+://)?\\S+:\\d{1,5}");
  private static final String UNRESOLVED = "No resolvable bootstrap urls";

  /** Settings that the guarantees rest on; a host may repeat them, not change them. */
  private static final Map<String, String> FIXED =
      Map.of(
          ProducerConfig.ACKS_CONFIG, "all",
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");

  private ClientConfig() {}

  /**
   * Adds the defaults and the fixed settings.
   *
   * @throws IllegalArgumentException in one sentence, if a wanted setting is refused
   */
  static Map<String, Object> complete(Map<String, String> wanted, String clientId) {
    Map<String, Object> config = new HashMap<>(defaults(clientId));
    wanted.forEach(
        (key, value) -> {
          if (!value.equals(FIXED.get(key))) {
            refuseWhatBreaksAGuarantee(key);
            config.put(key, value);
          }
        });
    config.putAll(FIXED);
    return config;
  }

  /** Makes clients with these settings; classes that they name are looked up in a loader. */
  static Supplier<Producer<byte[], byte[]>> factory(
      Map<String, Object> config, ClassLoader loader) {
    return () ->
        KafkaLoader.call(
            loader,
            () ->
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /**
   * Checks each value as the client will, without making one: that takes long, and resolves names.
   *
   * @throws IllegalArgumentException in one sentence, if a value is refused
   */
  static void check(Map<String, Object> config) {
    try {
      Map<String, Object> all = new HashMap<>(config);
      all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
      ProducerConfig.configDef().parse(all);
    } catch (KafkaException e) {
      throw refused(e);
    }
    String servers = String.valueOf(config.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG));
    for (String server : servers.split(",", -1)) {
      if (!SERVER.matcher(server.trim()).matches()) {
        throw new IllegalArgumentException(
            "The Kafka client refuses its settings: bootstrap.servers has \""
                + server.substring(server.lastIndexOf('@') + 1)
                + "\", which is not HOST:PORT.");
      }
    }
  }

  private static IllegalArgumentException refused(RuntimeException e) {
    return new IllegalArgumentException(
        "The Kafka client refuses its settings: " + FailureReport.reasonOf(e), e);
  }

  /**
   * Makes the client now, for a command that ends if the client refuses a setting. If no broker
   * name resolves yet, the next event tries again.
   */
  static void connect(ProducerHandle handle, FailureReport report) {
    try {
      handle.client();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!isUnresolved(e)) {
        throw refused(e);
      }
      report.note("Telemetry waits for its brokers: " + FailureReport.reasonOf(e));
    }
  }

  private static boolean isUnresolved(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigException
          && String.valueOf(cause.getMessage()).contains(UNRESOLVED)) {
        return true;
      }
    }
    return false;
  }

  private static Map<String, Object> defaults(String clientId) {
    return Map.of(
        // fewer lines in the host's log while the brokers are away
        ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG,
        250,
        ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
        5_000,
        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
        KafkaClientSettings.DEFAULT_BOOTSTRAP_SERVERS,
        ProducerConfig.CLIENT_ID_CONFIG,
        clientId,
        ProducerConfig.COMPRESSION_TYPE_CONFIG,
        "lz4",
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        Integer.MAX_VALUE,
        ProducerConfig.MAX_BLOCK_MS_CONFIG,
        5_000,
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        2 * 1024 * 1024,
        ProducerConfig.BATCH_SIZE_CONFIG,
        64 * 1024);
  }

  private static void refuseWhatBreaksAGuarantee(String key) {
    if (KafkaClientSettings.REFUSED.contains(key)) {
      throw new IllegalArgumentException(
          "The client setting "
              + key
              + " is refused, because the producer's guarantees rest on its own value: remove it.");
    }
    if (!ProducerConfig.configNames().contains(key)) {
      throw new IllegalArgumentException(
          "The client setting "
              + key
              + " is refused, because Kafka's producer has none of that name.");
    }
  }
}
