package org.aragora.telemetry.chassis.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ClientNoiseFilterTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void filter() {
    context.addTurboFilter(new ClientNoiseFilter(nanos::get));
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    lines.start();
    root.addAppender(lines);
  }

  @Test
  void brokerThatIsAwayIsOneLineAMinute() {
    for (int second = 0; second < 150; second++) {
      warn("NetworkClient", "Connection to node -1 (x) could not be established.");
      warn("NetworkClient", "Bootstrap broker x:9092 (id: -1 rack: null) disconnected");
      warn("ClientUtils", "Couldn't resolve server {} from {} as DNS resolution failed for {}");
      warn("NetworkClient", "Connection to node -1 (x) terminated during authentication. It may");
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    assertThat(lines.list).hasSize(3);
  }

  @Test
  void refusedLoginIsOneLineAMinuteBesideThatOfABrokerThatIsAway() {
    for (int second = 0; second < 150; second++) {
      warn("NetworkClient", "Connection to node -1 (x) could not be established.");
      logger("NetworkClient").error("Connection to node 1 failed authentication due to: Bad login");
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    assertThat(lines.list).filteredOn(line -> line.getLevel() == Level.ERROR).hasSize(3);
    assertThat(lines.list).hasSize(6);
  }

  @Test
  void whatIsNoFaultIsNoLine() {
    warn(
        "producer.internals.Sender",
        "Got error produce response, retrying. Error: CONCURRENT_TRANSACTIONS");
    warn(
        "consumer.internals.SubscriptionState",
        "Not updating last stable offset for partition x as it is no longer assigned");
    warn(
        "consumer.internals.ConsumerCoordinator",
        "The following subscribed topics are not assigned to any members: [a.requests]");
    warn(
        "admin.internals.ListConsumerGroupOffsetsHandler",
        "Skipping return offset for a.metrics-0 due to error UNSTABLE_OFFSET_COMMIT.");
    context
        .getLogger("org.apache.kafka.streams.StreamsConfig")
        .warn("Processing exception handler is not enabled for the GlobalThread. It's advised.");

    assertThat(lines.list).isEmpty();
  }

  @Test
  void otherWarningsAndErrorsPass() {
    for (int i = 0; i < 3; i++) {
      warn("NetworkClient", "Error while fetching metadata: INVALID_TOPIC_EXCEPTION");
      warn(
          "producer.internals.Sender", "Got error produce response. Error: NOT_LEADER_OR_FOLLOWER");
      logger("NetworkClient").error("Connection to node 1 failed authentication, disconnected");
    }
    context.getLogger("org.aragora.x").warn("The backend has disconnected");

    assertThat(lines.list).hasSize(10);
  }

  @Test
  void realClientOfABrokerThatIsAwayIsOneLine() throws Exception {
    LoggerContext real = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger kafka = real.getLogger("org.apache.kafka");
    Level before = kafka.getLevel();
    ClientNoiseFilter filter = new ClientNoiseFilter(System::nanoTime);
    real.addTurboFilter(filter);
    kafka.setLevel(Level.WARN);
    kafka.addAppender(lines);
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "default.api.timeout.ms", "2500",
                "request.timeout.ms", "2000"))) {
      try {
        admin.describeCluster().nodes().get();
      } catch (ExecutionException e) {
        // no broker
      }
    } finally {
      kafka.detachAppender(lines);
      kafka.setLevel(before);
      real.getTurboFilterList().remove(filter);
    }

    List<String> away =
        List.copyOf(lines.list).stream()
            .map(ILoggingEvent::getFormattedMessage)
            .filter(line -> line.contains("127.0.0.1"))
            .toList();
    assertThat(away).hasSize(1);
  }

  private void warn(String client, String message) {
    logger(client).warn(message);
  }

  private Logger logger(String client) {
    return context.getLogger("org.apache.kafka.clients." + client);
  }
}
