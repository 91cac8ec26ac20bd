package org.aragora.telemetry.testbed.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The server.properties of every broker. */
final class ServerProperties {

  static final String HOST = "127.0.0.1";

  private static final String TRANSACTION_SCAN =
      "transaction.abort.timed.out.transaction.cleanup.interval.ms";
  private static final String REBALANCE_DELAY = "group.initial.rebalance.delay.ms";
  private static final String STREAMS_REBALANCE_DELAY = "group.streams.initial.rebalance.delay.ms";

  /** Kafka's own values of the settings that {@link #defaults} shortens for quick tests. */
  static final Map<String, String> STOCK_TIMES =
      Map.of(
          TRANSACTION_SCAN, "10000",
          REBALANCE_DELAY, "3000",
          STREAMS_REBALANCE_DELAY, "3000");

  private ServerProperties() {}

  /**
   * A node that is broker and controller at once.
   *
   * @param port of clients
   * @param controllerPort of the quorum's controllers
   */
  record Node(int id, int port, int controllerPort) {}

  /**
   * Settings of one node.
   *
   * @param cluster all nodes, {@code self} among them
   * @param overrides win over everything
   */
  static Map<String, String> of(
      Node self, List<Node> cluster, Path data, Map<String, String> overrides) {
    Map<String, String> settings = new TreeMap<>(defaults(cluster.size()));
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(self.id()));
    settings.put(
        "controller.quorum.voters",
        cluster.stream()
            .map(node -> node.id() + "@" + HOST + ":" + node.controllerPort())
            .collect(Collectors.joining(",")));
    settings.put(
        "listeners",
        "PLAINTEXT://%s:%d,CONTROLLER://%s:%d"
            .formatted(HOST, self.port(), HOST, self.controllerPort()));
    settings.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + self.port());
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", data.toString());
    settings.putAll(overrides);
    return settings;
  }

  /**
   * Settings of all our brokers: small and quick to react. What a record may be stays Kafka's
   * default, so that a topic that takes less than its records need fails a test.
   */
  static Map<String, String> defaults(int brokers) {
    String replicas = Integer.toString(Math.min(brokers, 3));
    String inSync = brokers >= 3 ? "2" : "1";
    return Map.ofEntries(
        Map.entry("auto.create.topics.enable", "false"),
        Map.entry("log.retention.ms", "-1"),
        Map.entry("log.cleaner.dedupe.buffer.size", "16777216"),
        Map.entry("num.network.threads", "2"),
        Map.entry("num.io.threads", "4"),
        Map.entry("offsets.topic.num.partitions", "4"),
        Map.entry("offsets.topic.replication.factor", replicas),
        Map.entry("transaction.state.log.num.partitions", "4"),
        Map.entry("transaction.state.log.replication.factor", replicas),
        Map.entry("transaction.state.log.min.isr", inSync),
        Map.entry("share.coordinator.state.topic.num.partitions", "4"),
        Map.entry("share.coordinator.state.topic.replication.factor", replicas),
        Map.entry("share.coordinator.state.topic.min.isr", inSync),
        // A transaction whose owner died holds back every reader until the next scan.
        Map.entry(TRANSACTION_SCAN, "1000"),
        Map.entry(REBALANCE_DELAY, "0"),
        Map.entry(STREAMS_REBALANCE_DELAY, "0"),
        // Lower floors, so that tests and the quickstart can ask for a quick takeover.
        Map.entry("group.min.session.timeout.ms", "1000"),
        Map.entry("group.consumer.min.session.timeout.ms", "1000"),
        Map.entry("group.consumer.min.heartbeat.interval.ms", "300"),
        Map.entry("group.streams.min.session.timeout.ms", "1000"),
        Map.entry("group.streams.min.heartbeat.interval.ms", "300"),
        // A broker that was killed may come back only after its old session has ended, which takes
        // about as long as its start. Less would fence a broker that merely gets no CPU.
        Map.entry("broker.session.timeout.ms", "6000"),
        Map.entry("broker.heartbeat.interval.ms", "1000"));
  }
}
