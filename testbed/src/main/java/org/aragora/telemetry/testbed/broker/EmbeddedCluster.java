package org.aragora.telemetry.testbed.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.aragora.telemetry.testbed.broker.ServerProperties.Node;
import org.aragora.telemetry.testbed.service.Ports;
import org.aragora.telemetry.testbed.service.TempResources;

/**
 * Several brokers of one cluster, each a process of its own that is broker and controller at once.
 * Three of them take the loss of one.
 *
 * <p>Not safe for use by several threads.
 */
public final class EmbeddedCluster implements AutoCloseable {

  private final Path home;
  private final List<EmbeddedBroker> brokers;

  private EmbeddedCluster(Path home, List<EmbeddedBroker> brokers) {
    this.home = home;
    this.brokers = List.copyOf(brokers);
  }

  /**
   * Starts a cluster on free ports with its data in a temporary directory and waits until every
   * broker answers.
   *
   * @param brokers number of brokers
   * @param heapMegabytes heap of each
   * @param settings broker settings that win over the defaults
   */
  public static EmbeddedCluster start(
      int brokers, int heapMegabytes, Map<String, String> settings) {
    Path home = TempResources.directory("aragora-broker-");
    String clusterId = Uuid.randomUuid().toString();
    List<Node> nodes =
        IntStream.rangeClosed(1, brokers)
            .mapToObj(id -> new Node(id, Ports.free(), Ports.free()))
            .toList();
    List<BrokerProcess> processes = new ArrayList<>();
    List<EmbeddedBroker> started = new ArrayList<>();
    for (Node node : nodes) {
      Path directory = home.resolve("broker-" + node.id());
      BrokerProcess process =
          new BrokerProcess(
              node,
              directory,
              ServerProperties.of(node, nodes, directory.resolve("data"), settings),
              clusterId,
              heapMegabytes);
      processes.add(process);
      started.add(new EmbeddedBroker(process, null, true));
    }
    EmbeddedCluster cluster = new EmbeddedCluster(home, started);
    try {
      processes.forEach(process -> process.jvm().start());
      processes.forEach(BrokerProcess::awaitReady);
      return cluster;
    } catch (IllegalStateException e) {
      cluster.close();
      throw e;
    }
  }

  /** Value of a client's {@code bootstrap.servers}: every broker. */
  public String bootstrapServers() {
    return brokers.stream().map(EmbeddedBroker::bootstrapServers).collect(Collectors.joining(","));
  }

  /** The brokers, by node id from 1 at index 0. */
  public List<EmbeddedBroker> brokers() {
    return brokers;
  }

  /** Ends every broker at once and deletes the data. */
  @Override
  public void close() {
    brokers.forEach(EmbeddedBroker::kill);
    brokers.forEach(EmbeddedBroker::close);
    TempResources.delete(home);
  }
}
