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
import org.aragora.telemetry.producer.lane.Numbering;
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
    return new SpoolLimits(new Budget(1_000_000), 1_000, fsync);
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
      keys.add(new String(e.event().key(), UTF_8));
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
    List<Long> all = Segments.list(topic());
    return Segments.file(topic(), all.get(all.size() - 1));
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

    Path index = Path.of(last.toString().replace(".log", ".index"));
    byte[] entries = Files.readAllBytes(index);
    Files.write(index, java.util.Arrays.copyOf(entries, entries.length - 16));
    for (int cut = 1; cut <= lastFrame; cut++) {
      try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
        file.setLength(whole.length - cut);
      }
      assertThat(takeAll(adopted())).as("cut %s", cut).isEqualTo(keys(22));
    }
    Files.write(last, whole);
    Files.write(index, entries);
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
      assertThat(takeAll(adopted())).isEqualTo(keys(5));
    }
  }

  @Test
  void fileThatWasOnlyBegunIsNoEvent() throws Exception {
    fill(fresh(), 23);
    long next = Segments.list(topic()).size() + 1L;
    for (int bytes = 0; bytes <= Segments.HEAD_BYTES; bytes++) {
      Files.write(Segments.file(topic(), next), java.util.Arrays.copyOf(Segments.head(), bytes));
      assertThat(takeAll(adopted())).isEqualTo(keys(23));
    }
    assertThat(notes).isEmpty();
  }

  @Test
  void damageInTheMiddleCostsWhatIsDamagedAndKeepsACopy() throws Exception {
    fill(fresh(), 100);
    Path second = Segments.file(topic(), 2);
    byte[] bytes = Files.readAllBytes(second);
    bytes[40] ^= 1;
    Files.write(second, bytes);

    SpoolQueue queue = adopted();
    List<String> taken = takeAll(queue);
    assertThat(taken).hasSize(100);
    assertThat(taken.stream().filter(String::isEmpty)).hasSize(1);
    assertThat(queue.isExhausted()).isTrue();
    assertThat(notes).singleElement().asString().contains("0000000002.log").contains("a copy is");
    assertThat(spool.resolve("aragora.requests.unreadable")).isDirectory();
  }

  @Test
  void nextRunGoesOnWithTheSamePartitionsAndNumbers() throws Exception {
    SpoolQueue queue = fresh();
    fill(queue, 100);
    Numbering numbering = queue.pin(3);
    List<String> before = new ArrayList<>();
    List<EventQueue.Entry> entries = new ArrayList<>();
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      before.add(number(e, numbering));
      entries.add(e);
    }
    for (int i = 0; i < 60; i++) {
      String[] at = before.get(i).split("/");
      queue.settled(entries.get(i));
      queue.settledThrough(entries.get(i), Integer.parseInt(at[1]), Long.parseLong(at[2]));
    }
    queue.tidy(); // as the lane does; then the process is killed

    SpoolQueue next = adopted();
    List<String> after = new ArrayList<>();
    Numbering resumed = next.numbering();
    for (EventQueue.Entry e = next.take(0); e != null; e = next.take(0)) {
      after.add(number(e, resumed));
    }
    assertThat(after).hasSizeBetween(40, 99).isEqualTo(before.subList(100 - after.size(), 100));
  }

  private static String number(EventQueue.Entry entry, Numbering numbering) {
    int partition = numbering.partition(entry.event().keyHash());
    long seq = numbering.next(partition);
    numbering.passed(partition, seq);
    return new String(entry.event().key(), UTF_8) + "/" + partition + "/" + seq;
  }

  @Test
  void fullSpoolRefusesUntilFilesAreSettled() throws Exception {
    SpoolQueue queue =
        SpoolQueue.create(
            topic(), new SpoolLimits(new Budget(4_000), 500, Fsync.NEVER), notes::add);
    int accepted = 0;
    while (queue.offer(event(0), 0) == Offer.ACCEPTED) {
      accepted++;
    }
    assertThat(accepted).isBetween(80, 200);
    assertThat(queue.offer(event(0), 0)).isEqualTo(Offer.FULL);

    queue.pin(1);
    for (EventQueue.Entry e = queue.take(0); e != null; e = queue.take(0)) {
      queue.settled(e);
      queue.settledThrough(e, 0, e.ordinal());
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
    queue.settledThrough(first, 0, 1);
    queue.close();
    assertThat(topic()).isDirectory();

    SpoolQueue next = adopted();
    EventQueue.Entry again = next.take(0);
    assertThat(again.end()).isEqualTo(second.end());
    next.settledThrough(again, 0, 2);
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
  void stateFileThatIsDamagedHasACopyAndIsNotGuessedAt() throws Exception {
    SpoolQueue queue = fresh();
    fill(queue, 3);
    queue.pin(4);
    Path state = topic().resolve("state");
    String damaged = Files.readString(state).replace("next 1", "next 2");
    Files.writeString(state, damaged);
    assertThat(adopted().numbering().all()).hasSize(4).containsOnly(1);

    Files.writeString(topic().resolve("state.copy"), damaged);
    org.assertj.core.api.Assertions.assertThatThrownBy(this::adopted)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(state.toString());
  }
}
