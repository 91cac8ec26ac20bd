package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import org.aragora.telemetry.producer.lane.EventQueue.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Reads a topic's log in the order of the ordinals. At damage it goes through the rest of the file
 * for whole frames, so only damaged events are missing; those come as an entry that counts them.
 * Not thread-safe.
 */
public final class SegmentReader implements AutoCloseable {
  private final Path directory;
  private final DamagedBytes aside;
  private @Nullable SegmentFile file;
  private long segment; // first ordinal of the open file, or of the one that was read last
  private long offset;
  private long expected;
  private final ArrayDeque<Map.Entry<Long, Long>> salvaged = new ArrayDeque<>();
  private boolean salvaging;
  private boolean tailIsDamaged;

  /**
   * A reader that begins with the event after an ordinal.
   *
   * @param aside keeps what cannot be read
   */
  public SegmentReader(Path directory, long after, DamagedBytes aside) {
    this.directory = directory;
    this.expected = after + 1;
    this.aside = aside;
  }

  /**
   * Reads the next event or hole before an end.
   *
   * @param end end of the last file
   * @param last ordinal of the last event before the end; 0 if that is not known
   * @return null if there is nothing more
   */
  public @Nullable Entry next(Position end, long last) throws IOException {
    while (true) {
      if (salvaging) {
        Entry entry = nextSalvaged();
        if (entry != null) {
          return entry;
        }
      }
      SegmentFile in = file;
      if (in == null) {
        Long first = nextFile(end.segment());
        if (first == null || first > expected) {
          Entry hole = hole(first == null ? last : first - 1);
          if (hole != null || first == null) {
            return hole;
          }
        }
        open(first);
        continue;
      }
      boolean isLast = segment >= end.segment();
      long limit = in.limit(isLast ? end.offset() : Long.MAX_VALUE);
      if (offset >= limit) {
        if (isLast) {
          offset = Math.max(offset, end.offset());
          return hole(last);
        }
        close();
        continue;
      }
      Entry entry = in.frameAt(offset, limit);
      if (entry == null || entry.ordinal() > expected) {
        salvage(in, limit, isLast ? last : 0, isLast);
      } else {
        offset += Frame.HEAD_BYTES + entry.event().key().length + entry.event().value().length;
        if (entry.ordinal() == expected) {
          expected++;
          return entry;
        }
      }
    }
  }

  /** The file with the expected event, or the first one behind it. */
  private @Nullable Long nextFile(long lastSegment) throws IOException {
    NavigableSet<Long> files =
        Segments.list(directory)
            .subSet(segment, false, Math.max(segment, lastSegment), lastSegment > segment);
    Long holds = files.floor(expected);
    return holds != null || files.isEmpty() ? holds : files.first();
  }

  private void open(long first) throws IOException {
    segment = first;
    offset = Segments.HEAD_BYTES;
    try {
      file = SegmentFile.open(Segments.file(directory, first));
    } catch (NoSuchFileException e) {
      file = null; // deleted since it was listed
    }
  }

  private @Nullable Entry hole(long through) {
    if (through < expected) {
      return null;
    }
    Entry hole = Entry.hole(through, through - expected + 1);
    expected = through + 1;
    return hole;
  }

  private void salvage(SegmentFile in, long limit, long last, boolean isLast) throws IOException {
    Long following = Segments.list(directory).higher(segment);
    long until = last > 0 ? last + 1 : isLast || following == null ? Long.MAX_VALUE : following;
    NavigableMap<Long, Long> found = new TreeMap<>();
    long whole = offset; // end of the last whole frame
    for (long at = offset; (at = in.nextFrame(at, limit)) >= 0; ) {
      Entry entry = in.frameAt(at, limit);
      if (entry == null) {
        at++;
        continue;
      }
      aside.keep(in, String.valueOf(segment), whole, at);
      if (entry.ordinal() >= expected && entry.ordinal() < until) {
        found.putIfAbsent(entry.ordinal(), at);
      }
      at += Frame.HEAD_BYTES + entry.event().key().length + entry.event().value().length;
      whole = at;
    }
    boolean torn = isLast && last == 0 && in.isTorn(whole, limit);
    if (!torn) {
      aside.keep(in, String.valueOf(segment), whole, limit);
    }
    tailIsDamaged = isLast && last == 0 && whole < limit && !torn;
    salvaged.addAll(found.entrySet());
    salvaging = true;
    offset = limit;
  }

  private @Nullable Entry nextSalvaged() throws IOException {
    while (true) {
      Map.Entry<Long, Long> head = salvaged.peek();
      SegmentFile in = file;
      if (head == null || in == null) {
        salvaging = false;
        boolean lost = tailIsDamaged;
        tailIsDamaged = false;
        return lost ? hole(expected) : null;
      }
      Entry hole = hole(head.getKey() - 1);
      if (hole != null) {
        return hole;
      }
      salvaged.remove();
      Entry entry = in.frameAt(head.getValue(), Long.MAX_VALUE);
      if (entry != null && entry.ordinal() == expected) {
        expected++;
        return entry;
      }
    }
  }

  /** Ordinal of the event or hole that came last. */
  public long passed() {
    return expected - 1;
  }

  @Override
  public void close() throws IOException {
    SegmentFile in = file;
    file = null;
    if (in != null) {
      in.close();
    }
  }
}
