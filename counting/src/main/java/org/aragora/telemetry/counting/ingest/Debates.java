package org.aragora.telemetry.counting.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.aragora.telemetry.counting.flow.DebateChange;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.Hash128;
import org.aragora.telemetry.counting.store.StoredMap;
import org.aragora.telemetry.counting.store.ValueCodec;
import org.aragora.telemetry.counting.store.WriteBehind;
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
  private static final byte VERSION = 2;
  private static final char OPEN = 'd';
  private static final char ENDED = 'e';
  private static final Codec<Hash128> DEBATE_ID = Codec.of(Hash128::write, Hash128::read);

  private record Deadline(long appendMs, Hash128 debate) {}

  /** The place of a debate's end. */
  private record End(long appendMs, long offset) {
    void write(BinaryWriter out) {
      out.writeByte(VERSION).writeSigned(appendMs).writeUnsigned(offset);
    }

    static End read(BinaryReader in) {
      in.readVersion(VERSION, "an ended debate");
      return new End(in.readSigned(), in.readUnsigned());
    }
  }

  /** A debate whose end is overdue. */
  record Overdue(Hash128 id, OpenDebate debate) {}

  /** By debate id, in the order of their starts. */
  private final StoredMap<Hash128, OpenDebate> open;

  /** By debate id, in the order of their ends. */
  private final StoredMap<Hash128, End> ended;

  private final TreeSet<Deadline> deadlines =
      new TreeSet<>(
          Comparator.comparingLong(Deadline::appendMs)
              .thenComparingLong(deadline -> deadline.debate().high())
              .thenComparingLong(deadline -> deadline.debate().low()));
  private final int limit;

  /** Append time up to which no end is old enough to be forgotten. */
  private long keptUntilMs = Long.MIN_VALUE;

  /** {@code limit}: most debates to keep open, and most ended ones to remember. */
  Debates(WriteBehind store, int limit) {
    this.limit = limit;
    open =
        new StoredMap<>(
            store, OPEN, DEBATE_ID, ValueCodec.of(OpenDebate::write, OpenDebate::read), false);
    ended = new StoredMap<>(store, ENDED, DEBATE_ID, ValueCodec.of(End::write, End::read), false);
    OldIngest.moveDebates(
        store,
        (id, in) -> open.put(Hash128.of(id), OpenDebate.read1(id, in)),
        (id, appendMs) -> ended.put(Hash128.of(id), new End(appendMs, 0)));
    open.sort(
        Comparator.comparingLong(OpenDebate::startOffset)
            .thenComparingLong(OpenDebate::startAppendMs));
    ended.sort(Comparator.comparingLong(End::offset).thenComparingLong(End::appendMs));
    awaitAll();
  }

  private void awaitAll() {
    open.forEach(entry -> await(entry.key(), entry.value()));
  }

  private void await(Hash128 id, OpenDebate debate) {
    if (!debate.proposed()) {
      deadlines.add(deadline(id, debate));
    }
  }

  private static Deadline deadline(Hash128 id, OpenDebate debate) {
    return new Deadline(debate.deadlineAppendMs(PROPOSAL_MARGIN.toMillis()), id);
  }

  /** Forgets the ends that were appended more than {@link #ENDED_RETENTION} before. */
  void forgetBefore(long appendMs) {
    if (appendMs <= keptUntilMs) {
      return;
    }
    ended.removeWhile(entry -> entry.value().appendMs() + ENDED_RETENTION.toMillis() < appendMs);
    StoredMap.Entry<Hash128, End> first = ended.first();
    keptUntilMs =
        (first == null ? appendMs : first.value().appendMs()) + ENDED_RETENTION.toMillis();
  }

  /** Brings what lies after an append time back to it: the broker's clock was set back. */
  void rebase(long appendMs) {
    keptUntilMs = Long.MIN_VALUE;
    open.forEach(
        entry -> {
          if (entry.value().startAppendMs() > appendMs) {
            open.replace(entry, entry.value().withStartAppendMs(appendMs));
          }
        });
    deadlines.clear();
    awaitAll();
    ended.forEach(
        entry -> {
          if (entry.value().appendMs() > appendMs) {
            ended.replace(entry, new End(appendMs, entry.value().offset()));
          }
        });
  }

  /** A start was counted: the first of a debate that has not ended opens it. */
  DebateChange.@Nullable Started start(OpenDebate debate) {
    Hash128 id = Hash128.of(debate.debateId());
    if (open.containsKey(id) || ended.containsKey(id)) {
      return null;
    }
    open.put(id, debate);
    await(id, debate);
    return new DebateChange.Started(domain(debate.domain(), null));
  }

  /**
   * Ends the debate that is open longest if there are too many.
   *
   * @return its end, null if there are not
   */
  DebateChange.@Nullable Ended endOverLimit(long appendMs, long offset) {
    StoredMap.Entry<Hash128, OpenDebate> oldest = open.first();
    return oldest == null || open.size() <= limit
        ? null
        : end(oldest.value().timeoutData(), appendMs, offset);
  }

  /** An end was counted: the first of a debate ends it, started or not. */
  DebateChange.@Nullable Ended end(DebateCompleted end, long appendMs, long offset) {
    Hash128 id = Hash128.of(end.debateId());
    if (ended.containsKey(id)) {
      return null;
    }
    OpenDebate debate = open.remove(id);
    if (debate != null) {
      deadlines.remove(deadline(id, debate));
    }
    ended.put(id, new End(appendMs, offset));
    ended.removeWhile(entry -> ended.size() > limit);
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
      OpenDebate debate = open.get(deadline.debate());
      if (debate != null) {
        overdue.add(new Overdue(deadline.debate(), debate));
      }
    }
    return overdue;
  }

  /** Remembers that an end was proposed; the debate stays open until that end is read. */
  void proposed(Overdue overdue) {
    OpenDebate debate = overdue.debate().withEndProposed();
    open.put(overdue.id(), debate);
    deadlines.remove(deadline(overdue.id(), debate));
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
