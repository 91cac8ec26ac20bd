package org.aragora.telemetry.exporter.loop;

import static org.aragora.telemetry.exporter.loop.TestLoop.P0;
import static org.aragora.telemetry.exporter.loop.TestLoop.P1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.exporter.loop.MemoryBackend.Request;
import org.aragora.telemetry.exporter.loop.TestLoop.Bounds;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs with answers, rebalances and failures in any order. The harness checks every commit; at the
 * end every record was stored or parked, and none of it only by chance of a bound.
 */
class RandomRunTest {

  private static final List<TopicPartition> ALL = List.of(P0, P1);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void everyRecordIsStoredOrParkedAndNoCommitPassesOneThatIsNot(long seed) {
    Random random = new Random(seed);
    TestLoop test =
        new TestLoop(
            new Bounds(
                1 + random.nextInt(6),
                20 + random.nextInt(50),
                1 + random.nextInt(4),
                100 + random.nextInt(400),
                2 + random.nextInt(20)));
    test.start(P0, P1);
    Set<String> given = new HashSet<>();
    for (int number = 0; number < 300; number++) {
      TopicPartition partition = ALL.get(random.nextInt(2));
      int kind = random.nextInt(12);
      String text = kind == 0 ? "skip" : (kind == 1 ? "poison-" : "r-") + number;
      if (kind != 0) {
        given.add(text);
      }
      test.append(partition, text);
      test.step();
      disturb(test, random);
      assertThat(test.backend.open()).hasSizeLessThanOrEqualTo(4);
    }
    test.consumer.commitFailure = null;
    test.consumer.rebalance(ALL);
    for (int count = 0; count < 400 && !isDone(test); count++) {
      List.copyOf(test.backend.open()).forEach(RandomRunTest::answerWell);
      while (test.hasOpenDeadLetter()) {
        test.storeDeadLetter();
      }
      test.run(Duration.ofMillis(100));
    }
    test.settle();
    Set<String> arrived = new HashSet<>(test.backend.stored());
    arrived.addAll(test.deadLetters());
    assertThat(arrived).isEqualTo(given);
    assertThat(test.deadLetters()).allMatch(text -> text.startsWith("poison-"));
    assertThat(test.backend.stored()).noneMatch(text -> text.startsWith("poison-"));
    ALL.forEach(
        partition ->
            assertThat(test.committed(partition)).isEqualTo(test.log.get(partition).size()));
    test.run(Duration.ofSeconds(2));
    assertThat(test.metric("in_flight_records", "")).isZero();
    assertThat(test.consumer.paused()).isEmpty();
  }

  private static boolean isDone(TestLoop test) {
    return ALL.stream()
        .allMatch(partition -> test.committed(partition) == test.log.get(partition).size());
  }

  private static void disturb(TestLoop test, Random random) {
    List<Request> open = test.backend.open();
    if (!open.isEmpty() && random.nextInt(3) == 0) {
      Request request = open.get(random.nextInt(open.size()));
      if (random.nextInt(3) == 0) {
        request.unavailable();
      } else {
        answerWell(request);
      }
    }
    if (test.hasOpenDeadLetter() && random.nextInt(3) == 0) {
      if (random.nextBoolean()) {
        test.failDeadLetter(new TimeoutException("no broker"));
      } else {
        test.storeDeadLetter();
      }
    }
    switch (random.nextInt(40)) {
      case 0 -> test.consumer.rebalance(List.of(P1));
      case 1 -> test.consumer.rebalance(List.of(P0));
      case 2 -> test.consumer.rebalanceTooLate(List.of(P1));
      case 3 -> test.consumer.rebalanceTooLate(List.of(P0));
      case 4, 5, 6, 7 -> test.consumer.rebalance(ALL);
      case 8 -> test.consumer.commitFailure = new TimeoutException("no coordinator");
      case 9, 10 -> test.consumer.commitFailure = null;
      default -> {}
    }
  }

  private static void answerWell(Request request) {
    List<String> poison =
        request.payloads.stream().filter(text -> text.startsWith("poison-")).toList();
    if (poison.isEmpty()) {
      request.acknowledge();
    } else if (poison.size() % 2 == 0) {
      request.refuse(poison.toArray(String[]::new));
    } else {
      request.refuse();
    }
  }
}
