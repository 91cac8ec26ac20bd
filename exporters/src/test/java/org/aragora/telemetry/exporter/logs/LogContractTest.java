package org.aragora.telemetry.exporter.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.contract.ExporterContract;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Reply;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.exporter.process.ExporterProcess;
import org.aragora.telemetry.schemas.envelope.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogContractTest extends ExporterContract {

  private static final String TOO_OLD =
      "entry for stream '{app=\"aragora\"}' has timestamp too old: 2026-11-24T12:00:00Z, oldest"
          + " acceptable timestamp is: ";

  @Override
  protected ExporterProcess.Definition<?> definition() {
    return LogsMain.definition();
  }

  @Override
  protected Receiver startReceiver() {
    return new LogReceiver();
  }

  @Test
  void linesThatAreTooOldAreDeadLettersInOneStep() {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(
        delivery ->
            requests.incrementAndGet() == 1
                ? Reply.status(400, TOO_OLD + "2027-01-01T00:00:00Z")
                : Reply.ok());
    start();
    give(P0, 0, 50);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 50);

    assertThat(deadLetters()).hasSize(50);
    assertThat(deadLetters())
        .allSatisfy(record -> assertThat(header(record, "reason")).isEqualTo("too_old"));
    assertThat(receiver.deliveries()).hasSize(1);
  }

  @Test
  void neighboursOfALineThatIsTooFarBehindAreAccepted() {
    receiver.answer(
        delivery ->
            delivery.mentions("req-5")
                ? Reply.status(
                    400,
                    "entry with timestamp 2026-11-24 12:00:00 ignored, reason: 'entry too far"
                        + " behind, entry timestamp is: 2026-11-24T12:00:00Z, oldest acceptable"
                        + " timestamp is: 2026-11-24T13:00:00Z',")
                : Reply.ok());
    start();
    give(P0, 0, 20);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 20);

    assertThat(receiver.acceptedRequests()).hasSize(19).doesNotContain("req-5");
    assertThat(deadLetters()).hasSize(1);
    assertThat(header(deadLetters().get(0), "reason")).isEqualTo("too_old");
  }

  @Test
  void lokiWithoutStructuredMetadataMakesNoDeadLetter() {
    AtomicInteger requests = new AtomicInteger();
    receiver.answer(
        delivery ->
            requests.incrementAndGet() <= 2
                ? Reply.status(
                    400,
                    "stream '{}' includes structured metadata, but this feature is disallowed.")
                : Reply.ok());
    start();
    give(P0, 0, 5);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 5);

    assertThat(deadLetters()).isEmpty();
  }

  /** An outage of hours: one instance's lines, spread over all partitions by their request. */
  @ParameterizedTest
  @CsvSource({"3000, 6, 12", "30000, 12, 4"})
  void backlogOfHoursInManyPartitionsParksNothing(int lines, int hours, int partitions) {
    LokiRules rules = new LokiRules();
    ((LogReceiver) receiver).answer(rules);
    start();
    TopicPartition[] all = requestPartitions(partitions);
    assignEmpty(all);
    for (TopicPartition partition : all) {
      give(partition, backlog(lines, hours, partitions, partition.partition()));
    }

    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> total(all) == lines || !deadLetters().isEmpty());

    assertThat(deadLetters()).isEmpty();
    assertThat(rules.stored()).isEqualTo(lines);
    System.out.printf("%d lines: %d requests%n", lines, rules.requests());
  }

  /** Another exporter was faster: the backlog must be parked, at the speed of sending. */
  @Test
  void backlogThatLokiRefusesIsParkedInFewRequests() {
    LokiRules rules = new LokiRules();
    ((LogReceiver) receiver).answer(rules);
    start();
    TopicPartition[] all = requestPartitions(1);
    assignEmpty(all);
    List<Event> events = new ArrayList<>();
    events.add(failedRequest(-1, TestEvents.TIME));
    events.addAll(backlog(5000, 2, 1, 0));
    give(all[0], events);

    await().atMost(Duration.ofSeconds(120)).until(() -> total(all) == 5001);

    assertThat(deadLetters()).hasSizeBetween(2400, 2600);
    assertThat(rules.stored() + deadLetters().size()).isEqualTo(5001);
    System.out.printf("%d parked: %d requests%n", deadLetters().size(), rules.requests());
    assertThat(rules.requests()).isLessThan(100);
  }

  private static TopicPartition[] requestPartitions(int count) {
    return IntStream.range(0, count)
        .mapToObj(partition -> new TopicPartition("aragora.requests", partition))
        .toArray(TopicPartition[]::new);
  }

  private long total(TopicPartition... partitions) {
    return Stream.of(partitions).mapToLong(this::committed).sum();
  }

  /** The partition's share of lines that are spread evenly over the hours before now. */
  private static List<Event> backlog(int lines, int hours, int partitions, int partition) {
    return IntStream.range(0, lines)
        .filter(line -> line % partitions == partition)
        .mapToObj(
            line ->
                failedRequest(
                    line,
                    TestEvents.TIME
                        .minus(Duration.ofHours(hours))
                        .plus(Duration.ofHours(hours).multipliedBy(line).dividedBy(lines))))
        .toList();
  }

  private static Event failedRequest(int number, Instant time) {
    Event event = TestEvents.failedRequest(number);
    return new Event(event.id(), event.source(), time, null, null, null, event.data());
  }

  @Test
  void credentialsAndTenantAreSent() {
    environment.put("ARAGORA_TELEMETRY_LOKI_TENANT", "team-a");
    environment.put("ARAGORA_TELEMETRY_LOKI_USERNAME", "user");
    environment.put("ARAGORA_TELEMETRY_LOKI_PASSWORD", "pass");
    start();
    give(P0, 0, 1);

    await().atMost(Duration.ofSeconds(60)).until(() -> committed(P0) == 1);

    assertThat(receiver.deliveries().get(0).headers())
        .containsEntry("x-scope-orgid", "team-a")
        .containsEntry("authorization", "Basic dXNlcjpwYXNz")
        .containsEntry("content-encoding", "gzip")
        .containsEntry("content-type", "application/json");
  }
}
