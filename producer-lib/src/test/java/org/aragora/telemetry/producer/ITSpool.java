package org.aragora.telemetry.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Each test has a broker of its own. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
class ITSpool {
  @TempDir Path directory;
  @TempDir Path logs;

  /** Ids that the host prints as accepted, up to its death by SIGKILL after at least so many. */
  private Set<String> liveAndDie(String servers, Fsync fsync, String name, int ids)
      throws IOException, InterruptedException {
    Path said = logs.resolve(name);
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SpoolHost.class.getName(),
                servers,
                directory.toString(),
                fsync.name(),
                name)
            .redirectOutput(said.toFile())
            .redirectError(logs.resolve(name + ".err").toFile())
            .start();
    try {
      await().atMost(60, SECONDS).until(() -> Files.size(said) > ids * (name.length() + 7L));
    } finally {
      host.destroyForcibly().waitFor();
    }
    String text = Files.readString(said);
    Set<String> accepted = // without a last line that the death has cut
        text.substring(0, text.lastIndexOf('\n')).lines().collect(Collectors.toSet());
    assertThat(accepted).hasSizeGreaterThan(ids).allMatch(id -> id.matches(name + "-\\d+"));
    return accepted;
  }

  private void sendWhatIsLeft(String servers) throws IOException {
    try (TelemetryProducer telemetry =
        TelemetryProducer.builder("heir").bootstrapServers(servers).spool(directory).build()) {
      await().atMost(90, SECONDS).until(() -> runs() == 1);
      assertThat(telemetry.stats().recovered()).isPositive();
    }
    assertThat(runs()).isZero();
  }

  private long runs() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.count();
    }
  }

  private static void assertEachCountsOnce(String servers, Set<String> accepted) {
    List<ConsumerRecord<byte[], byte[]>> records = TopicReader.all(servers, "aragora.requests");
    Map<String, List<Event>> numbers = TopicReader.byNumber(records, InputTopic.REQUESTS);
    Map<String, Integer> counted = new HashMap<>();
    numbers.forEach(
        (number, events) -> {
          assertThat(events.stream().map(Event::id).distinct()).as(number).hasSize(1);
          counted.merge(((RequestCompleted) events.get(0).data()).requestId(), 1, Integer::sum);
        });
    Set<String> lost = new HashSet<>(accepted);
    lost.removeAll(counted.keySet());
    assertThat(lost).isEmpty();
    assertThat(new HashSet<>(counted.values())).containsExactly(1);
    assertGapless(numbers.keySet());
  }

  private static void assertGapless(Set<String> numbers) {
    Map<String, Long> highest = new HashMap<>();
    Map<String, Long> sizes = new HashMap<>();
    for (String number : numbers) {
      int slash = number.lastIndexOf('/');
      String partition = number.substring(0, slash);
      highest.merge(partition, Long.parseLong(number.substring(slash + 1)), Math::max);
      sizes.merge(partition, 1L, Long::sum);
    }
    assertThat(highest).isEqualTo(sizes);
  }

  @Test
  void whatWasAcceptedBeforeAnyBrokerWasReachedSurvivesTheHost() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      ITTelemetryProducer.createTopics(broker);
      broker.stop();
      Set<String> accepted = liveAndDie(broker.bootstrapServers(), Fsync.ALWAYS, "early", 500);

      broker.restart();
      sendWhatIsLeft(broker.bootstrapServers());
      assertEachCountsOnce(broker.bootstrapServers(), accepted);
    }
  }

  @Test
  void hostThatIsKilledAgainAndAgainLosesNothingAndCountsNothingTwice() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      ITTelemetryProducer.createTopics(broker);
      String servers = broker.bootstrapServers();
      Set<String> accepted = new HashSet<>();
      for (int life = 0; life < 3; life++) {
        accepted.addAll(liveAndDie(servers, Fsync.NEVER, "life" + life, 3_000 * (life + 1)));
      }

      sendWhatIsLeft(servers);
      assertEachCountsOnce(servers, accepted);
    }
  }

  @Test
  void outageLongerThanAnyBufferAndTheDeathOfTheHostInItLoseNothing() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      ITTelemetryProducer.createTopics(broker);
      String servers = broker.bootstrapServers();
      Set<String> accepted = new HashSet<>(liveAndDie(servers, Fsync.NEVER, "before", 5_000));
      broker.kill();
      // more than the 50,000 events that fit into a queue in memory
      accepted.addAll(liveAndDie(servers, Fsync.NEVER, "during", 60_000));
      broker.restart();

      sendWhatIsLeft(servers);
      assertEachCountsOnce(servers, accepted);
    }
  }
}
