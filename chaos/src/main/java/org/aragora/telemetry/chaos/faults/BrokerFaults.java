package org.aragora.telemetry.chaos.faults;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.aragora.telemetry.chaos.settings.FaultKind;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.broker.EmbeddedCluster;

/** Faults of brokers, never of a second one before every replica is in sync again. */
public final class BrokerFaults extends FaultLane {
  private static final int REST_MS = 40_000;
  private static final long IN_SYNC_WITHIN_SECONDS = 90;
  private static final int REPLICAS = 3;

  private final EmbeddedCluster cluster;
  private final Admin admin;

  /** {@code admin}: connected to the cluster. */
  public BrokerFaults(Stage stage, EmbeddedCluster cluster, Admin admin) {
    super(stage, FaultKind.Target.BROKER, REST_MS);
    this.cluster = cluster;
    this.admin = admin;
  }

  @Override
  void inflict(FaultKind kind) throws InterruptedException {
    int index = random.nextInt(cluster.brokers().size());
    EmbeddedBroker broker = cluster.brokers().get(index);
    log.began(kind, "broker " + (index + 1));
    switch (kind) {
      case BROKER_KILL -> {
        broker.kill();
        sleep(1000, 10_000);
        broker.restart();
      }
      case BROKER_RESTART -> broker.restart();
      case BROKER_PAUSE -> {
        broker.pause();
        sleep(7000, 12_000);
        broker.resume();
      }
      default -> throw new IllegalArgumentException(kind + " is not a fault of a broker.");
    }
    log.print("broker " + (index + 1) + " is back");
    awaitInSync();
  }

  private void awaitInSync() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(IN_SYNC_WITHIN_SECONDS);
    while (!isInSync()) {
      if (System.nanoTime() > deadline) {
        log.print("not every replica is in sync again after 90 s");
        return;
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
  }

  private boolean isInSync() throws InterruptedException {
    try {
      List<String> topics = List.copyOf(admin.listTopics().names().get());
      for (TopicDescription topic : admin.describeTopics(topics).allTopicNames().get().values()) {
        if (topic.partitions().stream().anyMatch(partition -> partition.isr().size() < REPLICAS)) {
          return false;
        }
      }
      return true;
    } catch (ExecutionException e) {
      return false;
    }
  }
}
