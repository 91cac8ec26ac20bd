package org.aragora.telemetry.testbed.junit;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * The broker of a test run: one per JVM, started by the first test that asks and stopped at the
 * end. It is Testcontainers' Kafka if a Docker engine answers and Testcontainers is on the class
 * path, else the broker from Maven's jars. A test that kills its broker starts an {@code
 * EmbeddedBroker} of its own.
 *
 * <pre>{@code
 * @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
 *
 * @Test
 * void eventIsCounted() {
 *   kafka.createTopics(4);
 *   start(kafka.bootstrapServers(), kafka.prefix());
 * }
 * }</pre>
 */
public final class KafkaExtension implements BeforeAllCallback, BeforeEachCallback {

  private static final String RUN = Uuid.randomUuid().toString().substring(0, 6);
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  static {
    // Classes run side by side in one JVM. A wait of one must not end with an error of another.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
  }

  private String bootstrapServers = "";
  private String prefix = "";

  /** Value of a client's {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Prefix of the topics, groups and transactional ids of this test; each test has another. */
  public String prefix() {
    return prefix;
  }

  /** Creates every topic of the pipeline under {@link #prefix()}. */
  public void createTopics(int partitions) {
    BrokerTopics.create(bootstrapServers, prefix, partitions);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Store store = context.getRoot().getStore(Namespace.create(KafkaExtension.class));
    bootstrapServers =
        store
            .computeIfAbsent("broker", key -> SharedBroker.start(), SharedBroker.class)
            .bootstrapServers();
    prefix = nextPrefix();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (bootstrapServers.isEmpty()) {
      beforeAll(context); // registered on an instance field
    }
    prefix = nextPrefix();
  }

  private static String nextPrefix() {
    return "t" + RUN + "-" + PREFIXES.incrementAndGet() + ".";
  }
}
