package org.aragora.telemetry.testbed.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ITEmbeddedCluster {

  @Test
  void threeBrokersTakeTheLossOfOne() throws Exception {
    try (EmbeddedCluster cluster = EmbeddedCluster.start(3, 256, Map.of())) {
      String servers = cluster.bootstrapServers();
      Clients.createTopic(servers, "t", 3);
      Clients.write(servers, "t", "three");

      cluster.brokers().get(0).kill();
      Clients.write(servers, "t", "two");
      cluster.brokers().get(0).restart();
      Clients.write(servers, "t", "three again");

      assertThat(Clients.readAll(servers, "t")).containsExactly("three", "two", "three again");
    }
  }
}
