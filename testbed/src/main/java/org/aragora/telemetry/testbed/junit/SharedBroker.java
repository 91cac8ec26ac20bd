package org.aragora.telemetry.testbed.junit;

import org.aragora.telemetry.testbed.broker.EmbeddedBroker;

/** The broker that the tests of one JVM share. The store that holds it closes it at the end. */
interface SharedBroker extends AutoCloseable {

  String bootstrapServers();

  @Override
  void close();

  static SharedBroker start() {
    if (Docker.answers() && testcontainersIsThere()) {
      try {
        return ContainerBroker.start();
      } catch (RuntimeException e) {
        System.err.println(
            "Docker answers, but its Kafka does not start ("
                + e.getMessage()
                + "): these tests run on the broker from Maven's jars.");
      }
    }
    return embedded();
  }

  private static SharedBroker embedded() {
    EmbeddedBroker broker = EmbeddedBroker.builder().start();
    return new SharedBroker() {
      @Override
      public String bootstrapServers() {
        return broker.bootstrapServers();
      }

      @Override
      public void close() {
        broker.close();
      }
    };
  }

  private static boolean testcontainersIsThere() {
    try {
      Class.forName("org.testcontainers.kafka.KafkaContainer");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
