package org.aragora.telemetry.producer.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.EventQueue.Entry;
import org.aragora.telemetry.producer.lane.Place;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that the previous release wrote: 60 events in 3 partitions, the first 20 settled. */
class FormatOneTest {
  @TempDir Path spool;
  private final List<String> notes = new ArrayList<>();
  private Path topic;
  private List<String> numbers;

  @BeforeEach
  void copy() throws Exception {
    topic = Files.createDirectories(spool.resolve("run").resolve("aragora.requests"));
    Path kept =
        Path.of(Objects.requireNonNull(FormatOneTest.class.getResource("format-1/state")).toURI());
    try (Stream<Path> files = Files.list(kept.resolveSibling("."))) {
      for (Path file : files.toList()) {
        Files.copy(file, topic.resolve(file.getFileName()));
      }
    }
    numbers = Files.readAllLines(topic.resolve("numbers.txt"));
    Files.delete(topic.resolve("numbers.txt"));
  }

  private List<String> recover() throws Exception {
    SpoolLimits limits =
        new SpoolLimits(new Budget(1_000_000), 1_000, Fsync.NEVER, spool.resolve("damaged"));
    SpoolQueue queue = SpoolQueue.adopt(topic, limits, notes::add);
    List<String> found = new ArrayList<>();
    for (Entry e = queue.take(0); e != null; e = queue.take(0)) {
      if (e.lost() > 0) {
        found.add("lost " + e.lost());
        continue;
      }
      if (!queue.isPinned()) {
        queue.pin(3);
      }
      Place place = queue.place(e);
      found.add(new String(e.event().key(), UTF_8) + " " + place.partition() + " " + place.seq());
    }
    return found;
  }

  @Test
  void eventsThatAreNotSettledKeepTheirNumbers() throws Exception {
    List<String> found = recover();
    assertThat(found).isEqualTo(numbers.subList(20, 60));
    assertThat(notes).isEmpty();
    assertThat(recover()).isEqualTo(found);
  }

  @Test
  void runWithoutNumbersGetsThem() throws Exception {
    Files.delete(topic.resolve("state"));
    assertThat(recover()).hasSizeGreaterThanOrEqualTo(40).doesNotHaveDuplicates();
  }

  @Test
  void whatMayHaveGoneOutBehindDamageIsLostCountedAndKept() throws Exception {
    Path log;
    try (Stream<Path> logs = Files.list(topic).filter(f -> f.toString().endsWith(".log"))) {
      log = logs.sorted().skip(1).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 1;
    Files.write(log, bytes);

    List<String> found = recover();
    assertThat(found.get(0)).startsWith("lost ");
    long lost = Long.parseLong(found.get(0).substring(5));
    assertThat(found.size() - 1 + lost).isEqualTo(40);
    assertThat(numbers).containsAll(found.subList(1, found.size()));
    assertThat(spool.resolve("damaged")).isNotEmptyDirectory();
  }

  @Test
  void crashBetweenTheTwoMovesOfAConversionLosesNothing() throws Exception {
    List<String> found = recover();
    Files.move(topic, topic.resolveSibling(".aragora.requests.new"));
    Files.createDirectories(topic.resolveSibling(".aragora.requests.old"));
    RunDirectory run = RunDirectory.adopt(topic.getParent());

    assertThat(run.topics()).containsExactly(topic.toRealPath());
    assertThat(recover()).isEqualTo(found);
    run.close();
  }
}
