package org.aragora.telemetry.producer.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.EventQueue;
import org.aragora.telemetry.producer.lane.Numbering;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.aragora.telemetry.producer.spool.segment.Segments;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damage of every kind, at random places: it costs what is damaged, and is counted. */
@Timeout(120)
class SpoolDamageTest {
  private static final int EVENTS = 300;
  private static final int PARTITIONS = 3;
  private static final int TRIES = 60;

  @TempDir Path directory;
  private final Random random = new Random(7);
  private final List<String> notes = new ArrayList<>();
  private Path whole;

  @BeforeEach
  void fill() {
    whole = directory.resolve("whole");
    SpoolQueue queue = queue(whole);
    for (int i = 0; i < EVENTS; i++) {
      byte[] padding = new byte[random.nextInt(400)];
      Arrays.fill(padding, (byte) ('a' + i % 26));
      queue.offer(
          StampedEvent.numbered(
              ("key-" + i).getBytes(UTF_8),
              ("{\"n\":" + i + ",\"x\":\"" + new String(padding, UTF_8) + "\"}").getBytes(UTF_8)),
          0);
    }
  }

  private SpoolQueue queue(Path topic) {
    return SpoolQueue.create(
        topic, new SpoolLimits(new Budget(10_000_000), 20_000, Fsync.NEVER), notes::add);
  }

  /** The number that each event has in the undamaged log. */
  private static Map<String, Long> numbers() {
    Numbering numbering = Numbering.startingAtOne(PARTITIONS);
    Map<String, Long> numbers = new HashMap<>();
    for (int i = 0; i < EVENTS; i++) {
      StampedEvent event = StampedEvent.numbered(("key-" + i).getBytes(UTF_8), new byte[0]);
      int partition = numbering.partition(event.keyHash());
      numbers.put("key-" + i, numbering.next(partition));
      numbering.passed(partition, numbering.next(partition));
    }
    return numbers;
  }

  /** A change of the bytes of one file. */
  private interface Damage {
    byte[] apply(byte[] bytes);
  }

  private record Result(int read, int lost, int wrongNumbers) {}

  private Result readDamaged(String suffix, boolean numbered, Damage damage) throws Exception {
    Path topic = directory.resolve("damaged");
    Disk.delete(topic);
    Disk.delete(directory.resolve("damaged" + Spool.UNREADABLE));
    Disk.copy(whole, topic);
    if (numbered) {
      Numbering first = Numbering.startingAtOne(PARTITIONS);
      Checkpoint.of(new org.aragora.telemetry.producer.spool.segment.Position(1, 8), first.all())
          .write(topic, Fsync.NEVER);
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(topic)) {
      files = all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
    Path file = files.get(random.nextInt(files.size()));
    Files.write(file, damage.apply(Files.readAllBytes(file)));
    SpoolQueue queue =
        SpoolQueue.adopt(
            topic, new SpoolLimits(new Budget(10_000_000), 20_000, Fsync.NEVER), notes::add);
    Numbering known = queue.numbering();
    return read(queue, known == null ? queue.pin(PARTITIONS) : known);
  }

  private static Result read(SpoolQueue queue, Numbering numbering) throws Exception {
    Map<String, Long> right = numbers();
    int read = 0;
    int lost = 0;
    int wrong = 0;
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      int partition = numbering.partition(e.event().keyHash());
      if (e.event().isLost()) {
        lost++;
        if (e.event().isNumbered()) {
          numbering.passed(partition, numbering.next(partition));
        }
      } else {
        read++;
        String key = new String(e.event().key(), UTF_8);
        if (right.get(key) != numbering.next(partition)) {
          wrong++;
        }
        numbering.passed(partition, numbering.next(partition));
      }
    }
    assertThat(queue.isExhausted()).isTrue();
    return new Result(read, lost, wrong);
  }

  private void assertExact(String name, int mostLost, Damage damage) throws Exception {
    for (int i = 0; i < TRIES; i++) {
      Result result = readDamaged(".log", i % 2 == 0, damage);
      assertThat(result.read() + result.lost()).as("%s, try %s: all", name, i).isEqualTo(EVENTS);
      assertThat(result.wrongNumbers()).as("%s, try %s: numbers", name, i).isZero();
      assertThat(result.lost()).as("%s, try %s: lost", name, i).isLessThanOrEqualTo(mostLost);
      if (result.lost() > 0) {
        assertThat(directory.resolve("damaged" + Spool.UNREADABLE)).isDirectory();
      }
    }
  }

  @Test
  void aBitThatFlipsCostsOneEvent() throws Exception {
    assertExact(
        "bit",
        1,
        bytes -> {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          return bytes;
        });
  }

  @Test
  void aPageOfZerosCostsTheEventsInIt() throws Exception {
    assertExact(
        "zeros",
        100,
        bytes -> {
          int from = random.nextInt(bytes.length);
          Arrays.fill(bytes, from, Math.min(bytes.length, from + 4096), (byte) 0);
          return bytes;
        });
  }

  @Test
  void aFileThatWasCutCostsItsEnd() throws Exception {
    assertExact("cut", 120, bytes -> Arrays.copyOf(bytes, random.nextInt(bytes.length)));
  }

  @Test
  void rubbishInBetweenCostsOneEvent() throws Exception {
    assertExact(
        "rubbish",
        1,
        bytes -> {
          byte[] rubbish = new byte[1 + random.nextInt(300)];
          random.nextBytes(rubbish);
          return inserted(bytes, random.nextInt(bytes.length), rubbish);
        });
  }

  @Test
  void aBlockThatIsThereTwiceIsReadOnce() throws Exception {
    assertExact(
        "twice",
        1,
        bytes -> {
          int from = random.nextInt(bytes.length - 2);
          int to = from + 1 + random.nextInt(bytes.length - from - 1);
          return inserted(bytes, to, Arrays.copyOfRange(bytes, from, to));
        });
  }

  @Test
  void aBlockThatIsGoneCostsTheEventsInIt() throws Exception {
    assertExact(
        "gone",
        120,
        bytes -> {
          int from = random.nextInt(bytes.length);
          int to = from + random.nextInt(bytes.length - from);
          byte[] rest = Arrays.copyOf(bytes, bytes.length - (to - from));
          System.arraycopy(bytes, to, rest, from, bytes.length - to);
          return rest;
        });
  }

  @Test
  void aDamagedIndexCostsNothing() throws Exception {
    for (int i = 0; i < TRIES; i++) {
      int way = i % 3;
      Result result =
          readDamaged(
              ".index",
              i % 2 == 0,
              bytes -> {
                if (way == 0) {
                  bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                  return bytes;
                }
                return way == 1
                    ? Arrays.copyOf(bytes, random.nextInt(bytes.length))
                    : new byte[bytes.length];
              });
      assertThat(result).isEqualTo(new Result(EVENTS, 0, 0));
    }
  }

  @Test
  void aFileThatIsGoneCostsItsEventsOnly() throws Exception {
    Path topic = directory.resolve("gone");
    Disk.copy(whole, topic);
    Files.delete(Segments.file(topic, 2));
    SpoolQueue queue =
        SpoolQueue.adopt(
            topic, new SpoolLimits(new Budget(10_000_000), 20_000, Fsync.NEVER), notes::add);
    Result result = read(queue, queue.pin(PARTITIONS));
    assertThat(result.read() + result.lost()).isEqualTo(EVENTS);
    assertThat(result.wrongNumbers()).isZero();
  }

  @Test
  void aHoleWithoutAnIndexEndsWhatAnEarlierRunHasNumbered() throws Exception {
    Path topic = directory.resolve("hole");
    for (boolean numbered : new boolean[] {true, false}) {
      Disk.delete(topic);
      Disk.copy(whole, topic);
      if (numbered) {
        Checkpoint.of(
                new org.aragora.telemetry.producer.spool.segment.Position(1, 8),
                Numbering.startingAtOne(PARTITIONS).all())
            .write(topic, Fsync.NEVER);
      }
      Files.delete(topic.resolve("0000000002.index"));
      byte[] bytes = Files.readAllBytes(Segments.file(topic, 2));
      bytes[bytes.length / 2] ^= 1;
      Files.write(Segments.file(topic, 2), bytes);
      SpoolQueue queue =
          SpoolQueue.adopt(
              topic, new SpoolLimits(new Budget(10_000_000), 20_000, Fsync.NEVER), notes::add);
      Numbering numbering = numbered ? queue.numbering() : queue.pin(PARTITIONS);
      Result result = read(queue, numbering);
      if (numbered) { // the numbers behind the hole are unknown, so nothing is sent under them
        assertThat(result.wrongNumbers()).isZero();
        assertThat(result.read()).isGreaterThan(20);
        assertThat(result.read() + result.lost()).isEqualTo(EVENTS - 1);
      } else {
        assertThat(result.read()).isEqualTo(EVENTS - 1);
      }
    }
  }

  @Test
  void damageUnderARunningProcessCostsWhatIsDamaged() throws Exception {
    Path topic = directory.resolve("running");
    SpoolQueue queue = queue(topic);
    for (int i = 0; i < EVENTS; i++) {
      queue.offer(StampedEvent.numbered(("key-" + i).getBytes(UTF_8), new byte[200]), 0);
    }
    for (long segment : Segments.list(topic)) {
      byte[] bytes = Files.readAllBytes(Segments.file(topic, segment));
      bytes[bytes.length / 2] ^= 4;
      Files.write(Segments.file(topic, segment), bytes);
    }
    Map<String, Long> right = numbers();
    Numbering numbering = queue.pin(PARTITIONS);
    int lost = 0;
    int read = 0;
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      int partition = numbering.partition(e.event().keyHash());
      if (e.event().isLost()) {
        lost++;
      } else {
        read++;
        assertThat(right.get(new String(e.event().key(), UTF_8)))
            .isEqualTo(numbering.next(partition));
      }
      numbering.passed(partition, numbering.next(partition));
    }
    assertThat(lost).isEqualTo(Segments.list(topic).size());
    assertThat(read + lost).isEqualTo(EVENTS);
  }

  private static byte[] inserted(byte[] bytes, int at, byte[] more) {
    byte[] longer = new byte[bytes.length + more.length];
    System.arraycopy(bytes, 0, longer, 0, at);
    System.arraycopy(more, 0, longer, at, more.length);
    System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
    return longer;
  }
}
