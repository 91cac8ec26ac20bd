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
import org.aragora.telemetry.producer.lane.Numbering;
import org.aragora.telemetry.producer.lane.Outbox;
import org.aragora.telemetry.producer.lane.Outbox.Offer;
import org.aragora.telemetry.producer.lane.Outgoing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SpoolOutboxTest {
  @TempDir Path spool;
  private final List<String> notes = new ArrayList<>();

  private Path topic() {
    return spool.resolve("aragora.requests");
  }

  private SpoolLimits limits(Fsync fsync) {
    return new SpoolLimits(new Budget(1_000_000), 1_000, fsync);
  }

  private SpoolOutbox fresh() {
    return SpoolOutbox.create(topic(), limits(Fsync.NEVER), notes::add);
  }

  private SpoolOutbox adopted() throws IOException {
    return SpoolOutbox.adopt(topic(), limits(Fsync.NEVER), notes::add);
  }

  private static Outgoing event(int i) {
    return Outgoing.numbered(
        ("key-" + i).getBytes(UTF_8), ("{\"n\":" + i + "}").repeat(1 + i % 5).getBytes(UTF_8));
  }

  private static void fill(Outbox outbox, int count) {
    for (int i = 0; i < count; i++) {
      assertThat(outbox.offer(event(i), 0)).isEqualTo(Offer.ACCEPTED);
    }
  }

  private static List<String> takeAll(Outbox outbox) throws Exception {
    List<String> keys = new ArrayList<>();
    for (Outbox.Entry e = outbox.take(0); e != null; e = outbox.take(0)) {
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
    SpoolOutbox outbox = SpoolOutbox.create(topic(), limits(fsync), notes::add);
    fill(outbox, 200);

    assertThat(Segments.list(topic())).hasSizeGreaterThan(5);
    assertThat(takeAll(outbox)).isEqualTo(keys(200));
    fill(outbox, 1);
    assertThat(takeAll(outbox)).containsExactly("key-0");
    assertThat(notes).isEmpty();
  }

  @Test
  void eventIsReadBackByteForByte() throws Exception {
    SpoolOutbox outbox = fresh();
    byte[] large = new byte[400_000];
    large[399_999] = 7;
    outbox.offer(Outgoing.numbered(new byte[0], large), 0);
    outbox.offer(Outgoing.asIs("k".getBytes(UTF_8), "{}".getBytes(UTF_8)), 0);

    Outgoing first = outbox.take(0).event();
    Outgoing second = outbox.take(0).event();
    assertThat(first.key()).isEmpty();
    assertThat(first.value()).isEqualTo(large);
    assertThat(first.isNumbered()).isTrue();
    assertThat(second.isNumbered()).isFalse();
  }

  @Test
  void whatACrashTearsOffCostsTheLastEventOnly() throws Exception {
    SpoolOutbox outbox = fresh();
    fill(outbox, 23);
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
    SpoolOutbox outbox = fresh();
    fill(outbox, 5);
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
  void damageInTheMiddleEndsTheLogThereAndKeepsACopy() throws Exception {
    fill(fresh(), 100);
    Path second = Segments.file(topic(), 2);
    byte[] bytes = Files.readAllBytes(second);
    bytes[40] ^= 1;
    Files.write(second, bytes);

    SpoolOutbox outbox = adopted();
    List<String> taken = takeAll(outbox);
    assertThat(taken).hasSizeBetween(1, 50);
    assertThat(outbox.isExhausted()).isTrue();
    assertThat(notes).singleElement().asString().contains("segment 2").contains("a copy is kept");
    assertThat(spool.resolve("aragora.requests.unreadable")).isDirectory();
  }

  @Test
  void nextRunGoesOnWithTheSamePartitionsAndNumbers() throws Exception {
    SpoolOutbox outbox = fresh();
    fill(outbox, 100);
    Numbering numbering = outbox.pin(3);
    List<String> before = new ArrayList<>();
    List<Outbox.Entry> entries = new ArrayList<>();
    for (Outbox.Entry e = outbox.take(0); e != null; e = outbox.take(0)) {
      before.add(number(e, numbering));
      entries.add(e);
    }
    for (int i = 0; i < 60; i++) {
      String[] at = before.get(i).split("/");
      outbox.settled(entries.get(i));
      outbox.settledThrough(entries.get(i), Integer.parseInt(at[1]), Long.parseLong(at[2]));
    }
    outbox.tidy(); // as the lane does; then the process is killed

    SpoolOutbox next = adopted();
    List<String> after = new ArrayList<>();
    Numbering resumed = next.numbering();
    for (Outbox.Entry e = next.take(0); e != null; e = next.take(0)) {
      after.add(number(e, resumed));
    }
    assertThat(after).hasSizeBetween(40, 99).isEqualTo(before.subList(100 - after.size(), 100));
  }

  private static String number(Outbox.Entry entry, Numbering numbering) {
    int partition = numbering.partition(entry.event().key());
    long seq = numbering.next(partition);
    numbering.passed(partition, seq);
    return new String(entry.event().key(), UTF_8) + "/" + partition + "/" + seq;
  }

  @Test
  void fullSpoolRefusesUntilFilesAreSettled() throws Exception {
    SpoolOutbox outbox =
        SpoolOutbox.create(
            topic(), new SpoolLimits(new Budget(4_000), 500, Fsync.NEVER), notes::add);
    int accepted = 0;
    while (outbox.offer(event(0), 0) == Offer.ACCEPTED) {
      accepted++;
    }
    assertThat(accepted).isBetween(80, 200);
    assertThat(outbox.offer(event(0), 0)).isEqualTo(Offer.FULL);

    outbox.pin(1);
    for (Outbox.Entry e = outbox.take(0); e != null; e = outbox.take(0)) {
      outbox.settled(e);
      outbox.settledThrough(e, 0, e.ordinal());
    }
    outbox.tidy();
    assertThat(Segments.list(topic())).hasSize(1);
    assertThat(outbox.offer(event(0), 0)).isEqualTo(Offer.ACCEPTED);
  }

  @Test
  void settledLogIsDeletedAndAnotherIsLeft() throws Exception {
    SpoolOutbox outbox = fresh();
    fill(outbox, 2);
    outbox.pin(1);
    Outbox.Entry first = outbox.take(0);
    Outbox.Entry second = outbox.take(0);
    outbox.settledThrough(first, 0, 1);
    outbox.close();
    assertThat(topic()).isDirectory();

    SpoolOutbox next = adopted();
    Outbox.Entry again = next.take(0);
    assertThat(again.end()).isEqualTo(second.end());
    next.settledThrough(again, 0, 2);
    next.close();
    assertThat(topic()).doesNotExist();
  }

  @Test
  void diskThatRefusesIsSaid() throws Exception {
    Files.writeString(topic(), "a file where the directory should be");
    SpoolOutbox outbox = fresh();

    assertThat(outbox.offer(event(0), 0)).isEqualTo(Offer.FAILED);
    assertThat(notes).hasSize(1);
    Files.delete(topic());
    assertThat(outbox.offer(event(0), 0)).isEqualTo(Offer.ACCEPTED);
  }

  @Test
  void interruptedCallerDoesNotBreakTheLog() throws Exception {
    SpoolOutbox outbox = SpoolOutbox.create(topic(), limits(Fsync.ALWAYS), notes::add);
    Thread.currentThread().interrupt();
    fill(outbox, 50);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(takeAll(outbox)).isEqualTo(keys(50));
  }

  @Test
  void manyThreadsShareTheWaitForTheDisk() throws Exception {
    SpoolOutbox outbox = SpoolOutbox.create(topic(), limits(Fsync.ALWAYS), notes::add);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      all.add(threads.submit(() -> fill(outbox, 50)));
    }
    for (Future<?> one : all) {
      one.get();
    }
    threads.shutdown();
    assertThat(takeAll(outbox)).hasSize(400);
    assertThat(notes).isEmpty();
  }

  @Test
  void stateFileThatIsDamagedIsNotGuessedAt() throws Exception {
    SpoolOutbox outbox = fresh();
    fill(outbox, 3);
    outbox.pin(4);
    Path state = topic().resolve("state");
    Files.writeString(state, Files.readString(state).replace("next 1", "next 2"));

    org.assertj.core.api.Assertions.assertThatThrownBy(this::adopted)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(state.toString());
  }
}
