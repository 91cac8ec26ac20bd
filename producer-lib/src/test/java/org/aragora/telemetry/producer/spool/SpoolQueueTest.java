package org.aragora.telemetry.producer.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.EventQueue;
import org.aragora.telemetry.producer.lane.EventQueue.Offer;
import org.aragora.telemetry.producer.lane.Place;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.aragora.telemetry.producer.spool.segment.Frame;
import org.aragora.telemetry.producer.spool.segment.Segments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SpoolQueueTest {
  @TempDir Path spool;
  private final List<String> notes = new ArrayList<>();

  private Path topic() {
    return spool.resolve("aragora.requests");
  }

  private SpoolLimits limits(Fsync fsync) {
    return new SpoolLimits(new Budget(1_000_000), 1_000, fsync, spool.resolve("damaged"));
  }

  private SpoolQueue fresh() {
    return SpoolQueue.create(topic(), limits(Fsync.NEVER), notes::add);
  }

  private SpoolQueue adopted() throws IOException {
    return SpoolQueue.adopt(topic(), limits(Fsync.NEVER), notes::add);
  }

  private static StampedEvent event(int i) {
    return StampedEvent.numbered(
        ("key-" + i).getBytes(UTF_8), ("{\"n\":" + i + "}").repeat(1 + i % 5).getBytes(UTF_8));
  }

  private static void fill(EventQueue queue, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(queue.offer(event(i), 0)).isEqualTo(Offer.ACCEPTED);
    }
  }

  private static List<String> takeAll(EventQueue queue) throws Exception {
    List<String> keys = new ArrayList<>();
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      keys.add(e.lost() > 0 ? "lost " + e.lost() : new String(e.event().key(), UTF_8));
    }
    return keys;
  }

  private static List<String> keys(int count) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add("key-" + i);
    }
    return keys;
  }

  private Path lastSegment() throws IOException {
    return Segments.file(topic(), Segments.list(topic()).last());
  }

  @ParameterizedTest
  @EnumSource(Fsync.class)
  void eventsComeOutInOrderOverManyFiles(Fsync fsync) throws Exception {
    SpoolQueue queue = SpoolQueue.create(topic(), limits(fsync), notes::add);
    fill(queue, 200);

    assertThat(Segments.list(topic())).hasSizeGreaterThan(5);
    assertThat(takeAll(queue)).isEqualTo(keys(200));
    fill(queue, 1);
    assertThat(takeAll(queue)).containsExactly("key-0");
    assertThat(notes).isEmpty();
  }

  @Test
  void eventIsReadBackByteForByte() throws Exception {
    SpoolQueue queue = fresh();
    byte[] large = new byte[400_000];
    large[399_999] = 7;
    queue.offer(StampedEvent.numbered(new byte[0], large), 0);
    queue.offer(StampedEvent.asIs("k".getBytes(UTF_8), "{}".getBytes(UTF_8)), 0);

    StampedEvent first = queue.take(0).event();
    StampedEvent second = queue.take(0).event();
    assertThat(first.key()).isEmpty();
    assertThat(first.value()).isEqualTo(large);
    assertThat(first.isNumbered()).isTrue();
    assertThat(second.isNumbered()).isFalse();
  }

  @Test
  void whatACrashTearsOffCostsTheLastEventOnly() throws Exception {
    SpoolQueue queue = fresh();
    fill(queue, 23);
    Path last = lastSegment();
    byte[] whole = Files.readAllBytes(last);
    int lastFrame = Frame.of(event(22)).length;

    for (int cut = 1; cut <= lastFrame; cut++) {
      try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
        file.setLength(whole.length - cut);
      }
      assertThat(takeAll(adopted())).as("cut %s", cut).isEqualTo(keys(22));
    }
    Files.write(last, whole);
    assertThat(takeAll(adopted())).isEqualTo(keys(23));
    assertThat(notes).isEmpty();
  }

  @Test
  void zerosAndRubbishBehindTheLastEventAreNoEvents() throws Exception {
    SpoolQueue queue = fresh();
    fill(queue, 5);
    Path last = lastSegment();
    byte[] whole = Files.readAllBytes(last);
    for (byte filler : new byte[] {0, 1, (byte) 0xFF}) {
      byte[] longer = java.util.Arrays.copyOf(whole, whole.length + 64);
      java.util.Arrays.fill(longer, whole.length, longer.length, filler);
      Files.write(last, longer);
      List<String> taken = takeAll(adopted());
      assertThat(taken.subList(0, 5)).isEqualTo(keys(5));
      assertThat(taken.subList(5, taken.size())).isSubsetOf("lost 1"); // it is not a torn event
    }
  }

  @Test
  void fileThatWasOnlyBegunIsNoEvent() throws Exception {
    fill(fresh(), 23);
    byte[] head = "ATSPOOL2".getBytes(UTF_8);
    for (int bytes = 0; bytes <= head.length; bytes++) {
      Files.write(Segments.file(topic(), 24), java.util.Arrays.copyOf(head, bytes));
      assertThat(takeAll(adopted())).isEqualTo(keys(23));
    }
    assertThat(notes).isEmpty();
  }

  @Test
  void nextRunGoesOnWithTheSamePartitionsAndNumbers() throws Exception {
    SpoolQueue queue = fresh();
    fill(queue, 70);
    EventQueue.Entry first = queue.take(0); // so that the topic exists
    queue.pin(3);
    List<String> before = new ArrayList<>();
    List<EventQueue.Entry> entries = new ArrayList<>(List.of(first));
    before.add(number(queue, first));
    for (int i = 70; i < 100; i++) {
      queue.offer(event(i), 0);
    }
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      before.add(number(queue, e));
      entries.add(e);
    }
    for (int i = 0; i < 60; i++) {
      queue.settled(entries.get(i));
      queue.settledThrough(entries.get(i));
    }
    queue.tidy(); // as the lane does; then the process is killed

    SpoolQueue next = adopted();
    List<String> after = new ArrayList<>();
    assertThat(next.isPinned()).isTrue();
    for (EventQueue.Entry e = next.take(0); e != null; e = next.take(0)) {
      after.add(number(next, e));
    }
    assertThat(before).hasSize(100).doesNotHaveDuplicates();
    assertThat(after).hasSizeBetween(40, 99).isEqualTo(before.subList(100 - after.size(), 100));
  }

  private static String number(SpoolQueue queue, EventQueue.Entry entry) throws IOException {
    Place place = queue.place(entry);
    return new String(entry.event().key(), UTF_8) + "/" + place.partition() + "/" + place.seq();
  }

  @Test
  void fullSpoolRefusesUntilFilesAreSettled() throws Exception {
    SpoolQueue queue =
        SpoolQueue.create(
            topic(),
            new SpoolLimits(new Budget(8_000), 1_000, Fsync.NEVER, spool.resolve("damaged")),
            notes::add);
    int accepted = 0;
    while (queue.offer(event(0), 0) == Offer.ACCEPTED) {
      accepted++;
    }
    assertThat(accepted).isBetween(80, 200);
    assertThat(queue.offer(event(0), 0)).isEqualTo(Offer.FULL);

    queue.pin(1);
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      queue.settled(e);
      queue.settledThrough(e);
    }
    queue.tidy();
    assertThat(Segments.list(topic())).hasSize(1);
    assertThat(queue.offer(event(0), 0)).isEqualTo(Offer.ACCEPTED);
  }

  @Test
  void settledLogIsDeletedAndAnotherIsLeft() throws Exception {
    SpoolQueue queue = fresh();
    fill(queue, 2);
    queue.pin(1);
    EventQueue.Entry first = queue.take(0);
    EventQueue.Entry second = queue.take(0);
    queue.settledThrough(first);
    queue.close();
    assertThat(topic()).isDirectory();

    SpoolQueue next = adopted();
    EventQueue.Entry again = next.take(0);
    assertThat(again.ordinal()).isEqualTo(second.ordinal());
    next.settledThrough(again);
    assertThat(next.take(0)).isNull();
    next.close();
    assertThat(topic()).doesNotExist();
  }

  @Test
  void diskThatRefusesIsSaid() throws Exception {
    Files.writeString(topic(), "a file where the directory should be");
    SpoolQueue queue = fresh();

    assertThat(queue.offer(event(0), 0)).isEqualTo(Offer.FAILED);
    assertThat(notes).hasSize(1);
    Files.delete(topic());
    assertThat(queue.offer(event(0), 0)).isEqualTo(Offer.ACCEPTED);
  }

  @Test
  void interruptedCallerDoesNotBreakTheLog() throws Exception {
    SpoolQueue queue = SpoolQueue.create(topic(), limits(Fsync.ALWAYS), notes::add);
    Thread.currentThread().interrupt();
    fill(queue, 50);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(takeAll(queue)).isEqualTo(keys(50));
  }

  @Test
  void manyThreadsShareTheWaitForTheDisk() throws Exception {
    SpoolQueue queue = SpoolQueue.create(topic(), limits(Fsync.ALWAYS), notes::add);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      all.add(threads.submit(() -> fill(queue, 50)));
    }
    for (Future<?> one : all) {
      one.get();
    }
    threads.shutdown();
    assertThat(takeAll(queue)).hasSize(400);
    assertThat(notes).isEmpty();
  }

  @Test
  void stateFileThatIsDamagedCostsNothing() throws Exception {
    SpoolQueue queue = fresh();
    fill(queue, 9);
    queue.pin(4);
    queue.settledThrough(queue.take(0));
    queue.close();
    List<String> whole = numbers(adopted());
    Path state = topic().resolve("state");
    Files.writeString(state, Files.readString(state).replace("settled 1", "settled 8"));

    assertThat(numbers(adopted())).hasSize(9).containsAll(whole);
  }

  private static List<String> numbers(SpoolQueue queue) throws Exception {
    List<String> numbers = new ArrayList<>();
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      numbers.add(number(queue, e));
    }
    return numbers;
  }
}
