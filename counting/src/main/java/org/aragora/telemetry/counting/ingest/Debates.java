package org.aragora.telemetry.counting.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.flow.DebateChange;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.StoredMap;
import org.aragora.telemetry.counting.store.ValueCodec;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.jspecify.annotations.Nullable;

/**
 * The life of the debates of one input partition: those that are open, those that have ended within
 * {@link #ENDED_RETENTION}, and those whose end is overdue.
 */
final class Debates {
  static final Duration ENDED_RETENTION = Duration.ofHours(24);

  /** Time after a debate's timeout in which its own end may still arrive. */
  static final Duration PROPOSAL_MARGIN = Duration.ofSeconds(60);

  private static final String NO_DOMAIN = "general";
  private static final byte VERSION = 1;
  private static final char OPEN = 'D';
  private static final char ENDED = 'E';
  private static final Codec<String> DEBATE_ID =
      Codec.of((id, out) -> out.writeString(id), BinaryReader::readString);

  private record Deadline(long appendMs, String debateId) {}

  /** A debate whose end is overdue. */
  record Overdue(String debateId, OpenDebate debate) {}

  private final StoredMap<String, OpenDebate> open;

  /** Ended ids with the append time of their end, in that order. */
  private final StoredMap<String, Long> ended;

  private final TreeSet<Deadline> deadlines =
      new TreeSet<>(Comparator.comparingLong(Deadline::appendMs).thenComparing(Deadline::debateId));

  Debates(KeyValueStore<Bytes, byte[]> store) {
    open =
        new StoredMap<>(store, OPEN, DEBATE_ID, ValueCodec.of(OpenDebate::write, OpenDebate::read));
    open.forEach(entry -> await(entry.key(), entry.value()));
    ended =
        new StoredMap<>(
            store, ENDED, DEBATE_ID, ValueCodec.of(Debates::writeEnd, Debates::readEnd));
    ended.sortBy(Long::longValue);
  }

  private static void writeEnd(Long appendMs, BinaryWriter out) {
    out.writeByte(VERSION).writeSigned(appendMs);
  }

  private static Long readEnd(BinaryReader in) {
    in.readVersion(VERSION, "an ended debate");
    return in.readSigned();
  }

  private void await(String debateId, OpenDebate debate) {
    if (!debate.proposed()) {
      deadlines.add(deadline(debateId, debate));
    }
  }

  private static Deadline deadline(String debateId, OpenDebate debate) {
    return new Deadline(debate.deadlineAppendMs(PROPOSAL_MARGIN.toMillis()), debateId);
  }

  /** Forgets the ends that were appended more than {@link #ENDED_RETENTION} before. */
  void forgetBefore(long appendMs) {
    ended.removeWhile(entry -> entry.value() + ENDED_RETENTION.toMillis() < appendMs);
  }

  /** A start was counted: the first of a debate that has not ended opens it. */
  @Nullable DebateChange start(String debateId, OpenDebate debate) {
    if (open.containsKey(debateId) || ended.containsKey(debateId)) {
      return null;
    }
    open.put(debateId, debate);
    await(debateId, debate);
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
    }
    ended.put(debateId, appendMs);
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
}
