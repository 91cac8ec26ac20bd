"""Events of one topic of one run on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from ..account import FULL, SPOOL_FAILED
from ..numbering import Numbering
from ..outbox import Entry, Sent
from .frames import Frame, encode_frame, frames
from .segment import Segment

SEGMENT_BYTES = 4 << 20
_READ_BYTES = 256 << 10


class Budget:
    """Bytes of one topic that the spool may hold. Each field has one writer."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.own = 0
        self.adopted = 0

    def has_room(self, size: int) -> bool:
        """True if this many bytes more may be kept."""
        return self.own + self.adopted + size <= self.most


class SpoolOutbox:
    """Outbox of this process's own run. See ``Outbox`` for who calls what."""

    durable = True

    def __init__(self, directory: Path, budget: Budget, fsync: bool) -> None:
        self._directory = directory
        self._budget = budget
        self._fsync = fsync
        self._segments: deque[Segment] = deque()
        self._emptied: list[Segment] = []
        self._ordinal = 0
        self._left = 0
        self._numbering: Numbering | None = None
        self._reading: Segment | None = None
        self._read_to = 0
        self._expected = 1
        self._unreadable = 0

    # -------------------------------------------------------------- behind the gate

    def admit(self, key: bytes, body: bytes) -> str | None:
        frame = encode_frame(self._ordinal + 1, key, body)
        if not self._budget.has_room(len(frame)):
            return FULL
        try:
            segment = self._segment(len(frame))
            segment.append(frame, self._ordinal + 1)
        except OSError:
            return SPOOL_FAILED
        self._ordinal += 1
        self._left += 1
        self._budget.own += len(frame)
        if self._fsync:
            try:
                segment.sync()
            except OSError:
                pass  # it is in the log and on its way; to call it dropped would count it twice
        return None

    def _segment(self, size: int) -> Segment:
        if self._segments and self._segments[-1].size + size <= SEGMENT_BYTES:
            return self._segments[-1]
        if not self._directory.is_dir():
            self._directory.mkdir(exist_ok=True)
        self._segments.append(Segment.create(self._directory, self._ordinal + 1, self._fsync))
        return self._segments[-1]

    def release(self, sents: Sequence[Sent]) -> None:
        for sent in sents:
            segment = self._segment_of(sent.ordinal)
            if segment is not None:
                segment.settled += 1
        self._left -= len(sents)
        while len(self._segments) > 1 and self._segments[0].settled >= self._segments[0].events:
            segment = self._segments.popleft()
            self._budget.own -= segment.size
            self._emptied.append(segment)

    def damaged(self) -> int:
        count, self._unreadable = self._unreadable, 0
        self._left -= count
        return count

    def left(self) -> int:
        return self._left

    def accepted(self) -> int:
        return self._ordinal

    def _segment_of(self, ordinal: int) -> Segment | None:
        for segment in list(self._segments):
            if segment.first <= ordinal <= segment.last:
                return segment
        return None

    # -------------------------------------------------------------- the sender thread

    def take(self, most: int) -> list[Entry]:
        entries: list[Entry] = []
        while len(entries) < most and self._next_segment():
            segment = self._reading
            assert segment is not None
            size = segment.size
            data = segment.read(self._read_to, min(_READ_BYTES, size - self._read_to))
            found = self._entries(data, most - len(entries), entries)
            if not found:
                whole = segment.read(self._read_to, size - self._read_to)
                if not self._entries(whole, most - len(entries), entries):
                    self._read_to = size  # nothing in it can be read
        return entries

    def _next_segment(self) -> bool:
        """Finds the segment with something to read; counts what is missing at an end."""
        if self._reading is None:
            self._reading = next(iter(self._segments), None)
            self._read_to = 0
        reading = self._reading
        while reading is not None and self._read_to >= reading.size:
            later = next((s for s in list(self._segments) if s.first > reading.first), None)
            if later is None:
                return False
            self._miss(later.first)
            self._reading = reading = later
            self._read_to = 0
        return reading is not None

    def _entries(self, data: bytes, most: int, entries: list[Entry]) -> bool:
        start = self._read_to
        before = len(entries)
        for frame in self._in_order(data):
            if len(entries) - before >= most:
                break
            if frame.ordinal < self._expected:
                continue
            self._miss(frame.ordinal)
            size = len(frame.key) + len(frame.body)
            entries.append(Entry(frame.ordinal, frame.key, frame.body, size))
            self._expected = frame.ordinal + 1
            self._read_to = max(self._read_to, start + frame.end)
        return len(entries) > before

    def _in_order(self, data: bytes) -> list[Frame]:
        """Frames of the segment that were accepted; another block may lie over the right one."""
        reading = self._reading
        assert reading is not None
        found = [f for f in frames(data) if reading.first <= f.ordinal <= reading.last]
        found.sort(key=lambda frame: frame.ordinal)
        return found

    def _miss(self, ordinal: int) -> None:
        """Counts the events before this one that could not be read."""
        self._unreadable += max(0, ordinal - self._expected)
        for lost in range(self._expected, ordinal):
            segment = self._segment_of(lost)
            if segment is not None:
                segment.settled += 1
        self._expected = max(self._expected, ordinal)

    def numbering(self) -> Numbering | None:
        return self._numbering

    def pin(self, numbering: Numbering) -> None:
        self._numbering = numbering
        for segment in list(self._segments):
            segment.snapshot_written = False

    def record_numbered(self, numbering: Numbering, sents: Sequence[Sent]) -> None:
        for segment, part in self._by_segment(sents):
            if not segment.snapshot_written:
                segment.journal.snapshot(numbering.epoch, numbers_before(numbering, sents))
                segment.snapshot_written = True
            places = [n for s in part for n in (s.ordinal, s.partition, s.seq)]
            segment.journal.numbered(numbering.epoch, places)

    def record_settled(self, sents: Sequence[Sent]) -> None:
        if self._emptied:
            self._delete_emptied()
        for segment, part in self._by_segment(sents):
            segment.journal.settled([sent.ordinal for sent in part])

    def _delete_emptied(self) -> None:
        """Deletes segments; the numbers that come next have to be in a journal that stays."""
        oldest = self._segments[0]
        if not oldest.snapshot_written and self._numbering is not None:
            oldest.journal.snapshot(self._numbering.epoch, self._numbering.following)
            oldest.snapshot_written = True
        while self._emptied:
            segment = self._emptied.pop()
            if self._reading is segment:
                self._reading = None
            segment.delete()

    def _by_segment(self, sents: Sequence[Sent]) -> list[tuple[Segment, list[Sent]]]:
        parts: dict[int, tuple[Segment, list[Sent]]] = {}
        for sent in sents:
            segment = self._segment_of(sent.ordinal)
            if segment is not None:  # else it is deleted, all in it being settled
                parts.setdefault(segment.first, (segment, []))[1].append(sent)
        return list(parts.values())

    def close(self) -> None:
        for segment in (*self._segments, *self._emptied):
            segment.close()

    def abandon(self) -> None:
        """In a forked child: closes the descriptors that it has inherited."""
        self.close()


def numbers_before(numbering: Numbering, sents: Sequence[Sent]) -> list[int]:
    """Next numbers before a batch was numbered."""
    following = list(numbering.following)
    for sent in sents:
        following[sent.partition] = min(following[sent.partition], sent.seq)
    return following
