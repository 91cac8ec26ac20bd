package org.aragora.telemetry.testbed.junit;

import java.util.Locale;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Kafka in a container, with the settings of the broker from Maven's jars. */
final class ContainerBroker {
  private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.3.1");

  private ContainerBroker() {}

  static SharedBroker start() {
    KafkaContainer container = new KafkaContainer(IMAGE);
    EmbeddedBroker.defaultSettings()
        .forEach(
            (name, value) ->
                container.withEnv(
                    "KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    container.start();
    return new SharedBroker(container.getBootstrapServers(), container::stop);
  }
}
