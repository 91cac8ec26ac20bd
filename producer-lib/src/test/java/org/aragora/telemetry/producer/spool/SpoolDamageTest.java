package org.aragora.telemetry.producer.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.EventQueue;
import org.aragora.telemetry.producer.lane.EventQueue.Entry;
import org.aragora.telemetry.producer.lane.EventQueue.Offer;
import org.aragora.telemetry.producer.lane.Place;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.aragora.telemetry.producer.spool.segment.Frame;
import org.aragora.telemetry.producer.spool.segment.Segments;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A log of 3,000 events in about ten files, damaged in every way that happens on disks. */
@Timeout(120)
class SpoolDamageTest {
  private static final int EVENTS = 3_000;
  private static final int PAGE = 4_096;

  @TempDir Path spool;
  private final List<String> notes = new ArrayList<>();
  private Path topic;
  private Map<Long, Place> places;
  private Map<Long, byte[]> frames;

  @BeforeEach
  void accept() throws Exception {
    topic = spool.resolve("run").resolve("aragora.requests");
    Files.createDirectories(topic.getParent());
  }

  private SpoolLimits limits() {
    return new SpoolLimits(new Budget(64_000_000), 60_000, Fsync.NEVER, spool.resolve("damaged"));
  }

  /** Accepts events, of which some come before the partition count is known; the host then dies. */
  private void acceptAll(int beforePin, Random random) throws Exception {
    SpoolQueue queue = SpoolQueue.create(topic, limits(), notes::add);
    for (int i = 1; i <= EVENTS; i++) {
      String value = "{\"n\":" + i + ",\"t\":\"" + "x".repeat(random.nextInt(300)) + "\"}";
      assertThat(
              queue.offer(
                  StampedEvent.numbered(("k" + i).getBytes(UTF_8), value.getBytes(UTF_8)), 0))
          .isEqualTo(Offer.ACCEPTED);
      if (i == beforePin) {
        queue.pin(5);
      }
    }
    places = new HashMap<>();
    frames = new HashMap<>();
    if (queue.isPinned()) {
      for (Entry e = queue.take(0); e != null; e = queue.take(0)) {
        places.put(e.ordinal(), queue.place(e));
        frames.put(e.ordinal(), e.event().value());
      }
      assertThat(places).hasSize(EVENTS);
    }
  }

  private record Found(Map<Long, Place> events, long lost) {}

  /** All that the next run takes, none of it twice. */
  private Found recover() throws Exception {
    SpoolQueue queue = SpoolQueue.adopt(topic, limits(), notes::add);
    Map<Long, Place> events = new HashMap<>();
    long lost = 0;
    long before = 0;
    for (Entry e = queue.take(0); e != null; e = queue.take(0)) {
      assertThat(e.ordinal()).isGreaterThan(before);
      before = e.ordinal();
      if (e.lost() > 0) {
        lost += e.lost();
        continue;
      }
      if (!queue.isPinned()) {
        queue.pin(5);
      }
      Place place = queue.place(e);
      if (place == null) {
        lost++;
        continue;
      }
      assertThat(new String(e.event().key(), UTF_8)).isEqualTo("k" + e.ordinal());
      events.put(e.ordinal(), place);
    }
    assertThat(new HashSet<>(events.values())).as("numbers used twice").hasSize(events.size());
    assertThat(queue.isExhausted()).isTrue();
    return new Found(events, lost);
  }

  static Stream<Long> seeds() {
    return IntStream.range(0, 60).mapToObj(Long::valueOf);
  }

  /** Place of each frame in the log, by file. */
  private Map<Path, Map<Long, int[]>> layout() throws IOException {
    Map<Path, Map<Long, int[]>> all = new HashMap<>();
    for (long first : Segments.list(topic)) {
      Path file = Segments.file(topic, first);
      byte[] bytes = Files.readAllBytes(file);
      java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(bytes);
      Map<Long, int[]> frames = new HashMap<>();
      for (int at = Segments.HEAD_BYTES; at < bytes.length; at += in.getInt(at + 8)) {
        frames.put(in.getLong(at + 12), new int[] {at, at + in.getInt(at + 8)});
      }
      all.put(file, frames);
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void damageLosesOnlyWhatIsDamaged(long seed) throws Exception {
    Random random = new Random(seed);
    acceptAll(random.nextInt(3) == 0 ? 1 : random.nextInt(EVENTS) + 1, random);
    Map<Path, Map<Long, int[]>> layout = layout();
    Set<Long> hit = new TreeSet<>();
    Path last = Segments.file(topic, Segments.list(topic).last());
    List<Path> files = layout.keySet().stream().sorted().toList();
    Set<Path> shuffled = new HashSet<>();
    for (int n = random.nextInt(6) + 1; n > 0; n--) {
      Path file = files.get(random.nextInt(files.size()));
      if (shuffled.add(file)) { // one blow a file, so that the layout stays known
        damage(file, layout.get(file), hit, random);
      }
    }

    Found found = recover();
    Set<Long> whole = new TreeSet<>(places.keySet());
    whole.removeAll(hit);
    assertThat(found.events().keySet()).containsAll(whole);
    found.events().forEach((ordinal, place) -> assertThat(place).isEqualTo(places.get(ordinal)));
    long accounted = found.events().size() + found.lost();
    if (shuffled.contains(last)) { // events cut off at the very end leave nothing to count
      assertThat(accounted).isBetween((long) EVENTS - hit.size(), EVENTS + 1L);
    } else {
      assertThat(accounted).isEqualTo(EVENTS);
    }
    // A second reading finds the same.
    assertThat(recover().events()).isEqualTo(found.events());
  }

  private static void damage(Path file, Map<Long, int[]> frames, Set<Long> hit, Random random)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int at = random.nextInt(bytes.length);
    int length = random.nextInt(2 * PAGE) + 1;
    byte[] damaged =
        switch (random.nextInt(7)) {
          case 0 -> {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            hit(frames, at, at + 1, hit);
            yield bytes;
          }
          case 1 -> {
            int page = at / PAGE * PAGE;
            int end = Math.min(bytes.length, page + PAGE);
            Arrays.fill(bytes, page, end, (byte) 0);
            hit(frames, page, end, hit);
            yield bytes;
          }
          case 2 -> {
            hit(frames, at, Integer.MAX_VALUE, hit);
            yield Arrays.copyOf(bytes, at);
          }
          case 3 -> { // a block that is there twice
            int from = random.nextInt(bytes.length);
            int end = Math.min(bytes.length, from + length);
            hit(frames, at, at + 1, hit);
            yield join(bytes, at, Arrays.copyOfRange(bytes, from, end), at);
          }
          case 4 -> { // garbage between
            byte[] garbage = new byte[length];
            random.nextBytes(garbage);
            hit(frames, at, at + 1, hit);
            yield join(bytes, at, garbage, at);
          }
          case 5 -> { // another block of the file lies over this one
            int from = random.nextInt(bytes.length);
            int end = Math.min(bytes.length, from + length);
            int to = Math.min(bytes.length, at + end - from);
            hit(frames, at, to, hit);
            yield join(bytes, at, Arrays.copyOfRange(bytes, from, from + to - at), to);
          }
          default -> {
            hit(frames, 0, Integer.MAX_VALUE, hit);
            yield null;
          }
        };
    if (damaged == null) {
      Files.delete(file);
    } else {
      Files.write(file, damaged);
    }
  }

  private static byte[] join(byte[] bytes, int head, byte[] middle, int tail) {
    byte[] all = Arrays.copyOf(bytes, head + middle.length + bytes.length - tail);
    System.arraycopy(middle, 0, all, head, middle.length);
    System.arraycopy(bytes, tail, all, head + middle.length, bytes.length - tail);
    return all;
  }

  private static void hit(Map<Long, int[]> frames, int from, int to, Set<Long> hit) {
    frames.forEach(
        (ordinal, range) -> {
          if (from < range[1] && to > range[0]) {
            hit.add(ordinal);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void damagedFileOfPlacesCostsTheDamagedPlacesOnly(long seed) throws Exception {
    Random random = new Random(seed);
    acceptAll(EVENTS / 2, random);
    Path file = topic.resolve("places");
    byte[] bytes = Files.readAllBytes(file);
    int at = random.nextInt(bytes.length);
    int end = Math.min(bytes.length, at + random.nextInt(PAGE) + 1);
    for (int i = at; i < end; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(file, random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : bytes);

    Found found = recover();
    found.events().forEach((ordinal, place) -> assertThat(place).isEqualTo(places.get(ordinal)));
    assertThat(found.events().size() + found.lost()).isEqualTo(EVENTS);
    assertThat(found.events().keySet()).contains((long) EVENTS / 2 + 1, (long) EVENTS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void runThatNeverReachedABrokerIsNumberedAroundItsDamage(long seed) throws Exception {
    Random random = new Random(seed);
    acceptAll(0, random);
    Path file = Segments.file(topic, Segments.list(topic).first());
    Set<Long> hit = new TreeSet<>();
    damage(file, layout().get(file), hit, random);

    Found found = recover();
    assertThat(found.events().size() + found.lost()).isEqualTo(EVENTS);
    assertThat(found.events()).hasSizeGreaterThanOrEqualTo(EVENTS - hit.size());
    assertThat(recover().events()).isEqualTo(found.events());
  }

  @Test
  void oneFlippedBitCostsOneEventAndACopyOfItIsKept() throws Exception {
    acceptAll(1, new Random(1));
    Path file = Segments.file(topic, Segments.list(topic).first());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 10] ^= 1;
    Files.write(file, bytes);

    Found found = recover();
    assertThat(found.events()).hasSize(EVENTS - 1);
    assertThat(found.lost()).isEqualTo(1);
    assertThat(notes).singleElement().asString().contains("a copy is kept in");
    try (Stream<Path> kept = Files.list(spool.resolve("damaged"))) {
      assertThat(kept.toList()).singleElement().matches(copy -> copy.toFile().length() > 37);
    }
  }

  @Test
  void damageUnderARunningProducerIsCountedAndReadingGoesOn() throws Exception {
    SpoolQueue queue = SpoolQueue.create(topic, limits(), notes::add);
    for (int i = 1; i <= 2_000; i++) {
      queue.offer(StampedEvent.numbered(("k" + i).getBytes(UTF_8), new byte[100]), 0);
    }
    assertThat(queue.take(0)).isNotNull();
    List<Long> firsts = new ArrayList<>(Segments.list(topic));
    Files.delete(Segments.file(topic, firsts.get(1)));
    Path third = Segments.file(topic, firsts.get(2));
    byte[] bytes = Files.readAllBytes(third);
    Arrays.fill(bytes, 1_000, 1_000 + PAGE, (byte) 0);
    Files.write(third, bytes);

    long events = 1;
    long lost = 0;
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      lost += e.lost();
      events += e.lost() > 0 ? 0 : 1;
    }
    assertThat(events + lost).isEqualTo(2_000);
    assertThat(lost).isBetween(firsts.get(2) - firsts.get(1), firsts.get(2) - firsts.get(1) + 60);
    queue.offer(StampedEvent.numbered("k".getBytes(UTF_8), new byte[1]), 0);
    assertThat(queue.take(0).ordinal()).isEqualTo(2_001);
  }

  @Test
  void frameInsideOfAnEventIsNotTakenForOne() throws Exception {
    byte[] inner = Frame.of(StampedEvent.numbered("evil".getBytes(UTF_8), new byte[10]));
    Frame.complete(inner, 3, new Place(0, 77));
    SpoolQueue queue = SpoolQueue.create(topic, limits(), notes::add);
    queue.offer(StampedEvent.numbered("k1".getBytes(UTF_8), "{}".getBytes(UTF_8)), 0);
    queue.offer(StampedEvent.numbered("k2".getBytes(UTF_8), inner), 0);
    queue.offer(StampedEvent.numbered("k3".getBytes(UTF_8), "{}".getBytes(UTF_8)), 0);

    assertThat(recover().events()).hasSize(3);
  }
}
