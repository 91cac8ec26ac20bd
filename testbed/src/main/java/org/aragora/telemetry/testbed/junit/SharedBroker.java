package org.aragora.telemetry.testbed.junit;

import org.aragora.telemetry.testbed.broker.EmbeddedBroker;

/** The broker that the tests of one JVM share. The store that holds it closes it at the end. */
record SharedBroker(String bootstrapServers, Runnable stop) implements AutoCloseable {

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
    EmbeddedBroker broker = EmbeddedBroker.builder().start();
    return new SharedBroker(broker.bootstrapServers(), broker::close);
  }

  @Override
  public void close() {
    stop.run();
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
