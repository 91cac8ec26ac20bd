package org.aragora.telemetry.processor.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.testbed.oracle.OracleEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A corrupted task is revived in the same process, with the same processor objects. */
class AbortedTransactionTest {
  private final Logs logs = new Logs(new Random(11));
  private World world;

  @BeforeEach
  void commitSomething() {
    append(200);
    world =
        new World(logs, 3, Duration.ofSeconds(20), Duration.ofSeconds(60), true, 2, new Random(1));
    work(10);
    world.instances.forEach(world::commit);
  }

  @Test
  void nothingOfTheAbortedPartRemains() {
    Map<InputPartition, Map<String, String>> stores = stores();
    Map<String, String> metrics = Map.copyOf(world.committed.values());
    int deadLetters = world.deadLetters;
    work(10);
    world.tasks.forEach(InputTask::abort);
    assertThat(stores()).isEqualTo(stores);
    world.instances.forEach(world::commit);
    assertThat(world.committed.values()).isEqualTo(metrics);
    assertThat(world.deadLetters).isEqualTo(deadLetters);
  }

  @Test
  void theSameRecordsGiveTheSameBytesTheSecondTime() {
    work(10);
    Map<InputPartition, Map<String, String>> first = stores();
    world.tasks.forEach(InputTask::abort);
    work(10);
    assertThat(stores()).isEqualTo(first);
  }

  @Test
  void aProposalThatWasAbortedIsMadeAgainAndAppendedOnce() {
    world.settle();
    logs.nowMs += Duration.ofHours(2).toMillis();
    world.tasks.forEach(InputTask::writeOut);
    world.tasks.forEach(InputTask::abort);
    int before = entries();
    logs.nowMs += Duration.ofHours(2).toMillis(); // an idle time that was not committed is lost
    world.settle();
    List<String> proposals = new ArrayList<>();
    logs.entries.values().stream()
        .flatMap(List::stream)
        .map(entry -> OracleEvent.tree(entry.value()))
        .filter(event -> event.path("source").asText().equals("/aragora/telemetry"))
        .forEach(event -> proposals.add(event.path("id").asText()));
    assertThat(entries()).isGreaterThan(before);
    assertThat(proposals).isNotEmpty().doesNotHaveDuplicates();
  }

  private int entries() {
    return logs.entries.values().stream().mapToInt(List::size).sum();
  }

  private void work(int records) {
    world.tasks.forEach(task -> task.process(records));
    world.tasks.forEach(InputTask::writeOut);
  }

  private void append(int events) {
    for (int i = 0; i < events; i++) {
      logs.nowMs += 500;
      logs.appendSome();
    }
  }

  private Map<InputPartition, Map<String, String>> stores() {
    Map<InputPartition, Map<String, String>> stores = new HashMap<>();
    world.tasks.forEach(task -> stores.put(task.partition, task.stores()));
    return stores;
  }
}
