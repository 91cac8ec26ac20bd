package org.aragora.telemetry.testbed.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.testbed.broker.ServerProperties.Node;
import org.junit.jupiter.api.Test;

class ServerPropertiesTest {

  private static final Node ONE = new Node(1, 9092, 9093);
  private static final List<Node> THREE =
      List.of(ONE, new Node(2, 9094, 9095), new Node(3, 9096, 9097));

  @Test
  void brokerListensOnLoopbackOnly() {
    assertThat(ServerProperties.of(ONE, List.of(ONE), Path.of("/d"), Map.of()))
        .containsEntry("listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093")
        .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:9092")
        .containsEntry("log.dirs", "/d")
        .containsEntry("transaction.state.log.replication.factor", "1");
  }

  @Test
  void threeBrokersVoteAndKeepThreeCopies() {
    assertThat(ServerProperties.of(THREE.get(1), THREE, Path.of("/d"), Map.of()))
        .containsEntry("node.id", "2")
        .containsEntry(
            "controller.quorum.voters", "1@127.0.0.1:9093,2@127.0.0.1:9095,3@127.0.0.1:9097")
        .containsEntry("offsets.topic.replication.factor", "3")
        .containsEntry("transaction.state.log.min.isr", "2");
  }

  @Test
  void overrideWins() {
    assertThat(
            ServerProperties.of(
                ONE, List.of(ONE), Path.of("/d"), Map.of("auto.create.topics.enable", "true")))
        .containsEntry("auto.create.topics.enable", "true");
  }

  @Test
  void limitsOfRecordsAreKafkasDefaults() {
    assertThat(ServerProperties.of(ONE, List.of(ONE), Path.of("/d"), Map.of()).keySet())
        .noneMatch(name -> name.contains("max.bytes"));
  }
}
