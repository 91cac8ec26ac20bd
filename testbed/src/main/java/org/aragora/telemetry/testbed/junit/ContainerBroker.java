package org.aragora.telemetry.testbed.junit;

import java.util.Locale;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Kafka in a container, with the settings of the broker from Maven's jars. */
final class ContainerBroker implements SharedBroker {

  private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.3.1");

  private final KafkaContainer container;

  private ContainerBroker(KafkaContainer container) {
    this.container = container;
  }

  static ContainerBroker start() {
    KafkaContainer container = new KafkaContainer(IMAGE);
    EmbeddedBroker.defaultSettings()
        .forEach(
            (name, value) ->
                container.withEnv(
                    "KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    container.start();
    return new ContainerBroker(container);
  }

  @Override
  public String bootstrapServers() {
    return container.getBootstrapServers();
  }

  @Override
  public void close() {
    container.stop();
  }
}
