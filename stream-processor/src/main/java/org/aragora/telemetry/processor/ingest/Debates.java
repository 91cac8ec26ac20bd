package org.aragora.telemetry.processor.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.processor.flow.DebateChange;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.jspecify.annotations.Nullable;

/**
 * The life of the debates of one input partition: which are open, which have ended within {@link
 * #ENDED_RETENTION}, and whose end is overdue. A mirror in memory of what the store holds; every
 * change is written through.
 */
final class Debates {
  static final Duration ENDED_RETENTION = Duration.ofHours(24);

  /** Time after a debate's timeout that its own end is still waited for. */
  static final Duration PROPOSAL_MARGIN = Duration.ofSeconds(60);

  private static final String NO_DOMAIN = "general";
  private static final byte VERSION = 1;
  private static final char OPEN = 'D';
  private static final char ENDED = 'E';

  private record Deadline(long appendMs, String debateId) {}

  /** A debate whose end is overdue. */
  record Overdue(String debateId, OpenDebate debate) {}

  private final Map<String, OpenDebate> open = new HashMap<>();

  /** Ended ids with the append time of their end, in that order. */
  private final LinkedHashMap<String, Long> ended = new LinkedHashMap<>();

  private final TreeSet<Deadline> deadlines =
      new TreeSet<>(Comparator.comparingLong(Deadline::appendMs).thenComparing(Deadline::debateId));
  private final KeyValueStore<Bytes, byte[]> store;

  Debates(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
    restore();
  }

  private void restore() {
    try (KeyValueIterator<Bytes, byte[]> all = IngestKeys.scan(store, OPEN)) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        remember(IngestKeys.reader(entry.key).readString(), OpenDebate.fromBytes(entry.value));
      }
    }
    List<Map.Entry<String, Long>> restored = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = IngestKeys.scan(store, ENDED)) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        BinaryReader value = new BinaryReader(entry.value);
        value.readVersion(VERSION, "an ended debate");
        restored.add(Map.entry(IngestKeys.reader(entry.key).readString(), value.readSigned()));
      }
    }
    restored.sort(Map.Entry.comparingByValue());
    restored.forEach(entry -> ended.put(entry.getKey(), entry.getValue()));
  }

  private void remember(String debateId, OpenDebate debate) {
    open.put(debateId, debate);
    if (!debate.proposed()) {
      deadlines.add(deadline(debateId, debate));
    }
  }

  private static Deadline deadline(String debateId, OpenDebate debate) {
    return new Deadline(debate.deadlineAppendMs(PROPOSAL_MARGIN.toMillis()), debateId);
  }

  /** Forgets the ends that were appended more than {@link #ENDED_RETENTION} before. */
  void forgetBefore(long appendMs) {
    Iterator<Map.Entry<String, Long>> oldest = ended.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<String, Long> entry = oldest.next();
      if (entry.getValue() + ENDED_RETENTION.toMillis() >= appendMs) {
        return;
      }
      store.delete(key(ENDED, entry.getKey()));
      oldest.remove();
    }
  }

  /** A start was counted: the first of a debate that has not ended opens it. */
  @Nullable DebateChange start(String debateId, OpenDebate debate) {
    if (open.containsKey(debateId) || ended.containsKey(debateId)) {
      return null;
    }
    remember(debateId, debate);
    store.put(key(OPEN, debateId), debate.toBytes());
    return new DebateChange.Started(domain(debate.domain(), null));
  }

  /** An end was counted: the first of a debate ends it, started or not. */
  @Nullable DebateChange end(DebateCompleted end, long appendMs) {
    String debateId = end.debateId();
    if (ended.containsKey(debateId)) {
      return null;
    }
    OpenDebate debate = open.remove(debateId);
    if (debate != null) {
      deadlines.remove(deadline(debateId, debate));
      store.delete(key(OPEN, debateId));
    }
    ended.put(debateId, appendMs);
    store.put(
        key(ENDED, debateId),
        new BinaryWriter().writeByte(VERSION).writeSigned(appendMs).toBytes());
    return new DebateChange.Ended(
        end, domain(end.domain(), debate == null ? null : debate.domain()), debate != null);
  }

  /** The open debates whose end is overdue at an append time and was not proposed yet. */
  List<Overdue> overdue(long appendMs) {
    List<Overdue> overdue = new ArrayList<>();
    for (Deadline deadline : deadlines) {
      if (deadline.appendMs() > appendMs) {
        break;
      }
      OpenDebate debate = open.get(deadline.debateId());
      if (debate != null) {
        overdue.add(new Overdue(deadline.debateId(), debate));
      }
    }
    return overdue;
  }

  /** Remembers that an end was proposed; the debate stays open until that end is read. */
  void proposed(Overdue overdue) {
    OpenDebate debate = overdue.debate().withEndProposed();
    open.put(overdue.debateId(), debate);
    deadlines.remove(deadline(overdue.debateId(), debate));
    store.put(key(OPEN, overdue.debateId()), debate.toBytes());
  }

  boolean anyDeadlines() {
    return !deadlines.isEmpty();
  }

  private static String domain(@Nullable String first, @Nullable String second) {
    if (first != null && !first.isEmpty()) {
      return first;
    }
    return second != null && !second.isEmpty() ? second : NO_DOMAIN;
  }

  private static Bytes key(char kind, String debateId) {
    return IngestKeys.key(kind, writer -> writer.writeString(debateId));
  }
}
