"""Events of one topic that a run without its process has left."""

from __future__ import annotations

import os
import re
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..numbering import Numbering
from ..outbox import Entry, Sent
from .frames import Frame
from .journal import History
from .outbox import Budget, numbers_before
from .segment import Segment

DAMAGED_DIRECTORY = "damaged"
"""Directory in the spool with the bytes that could not be read."""


class AdoptedOutbox:
    """Outbox that accepts nothing, and sends what is there under the numbers that it has.

    ``unreadable`` events are lost. An event whose number may have been given, but cannot be
    read, is one of them: under another number it could count twice.
    """

    durable = True

    def __init__(self, directory: Path, budget: Budget, fsync: bool, epoch: str) -> None:
        self.unreadable = 0
        self._epoch = epoch
        self._directory = directory
        self._budget = budget
        self._history = History()
        self._segments: dict[int, Segment] = {}
        self._unread: deque[Segment] = deque()
        self._queue: deque[Entry] = deque()
        self._owner: dict[int, Segment] = {}
        self._left = 0
        self._last = 0
        self._numbering: Numbering | None = None
        self._open(fsync)

    def _open(self, fsync: bool) -> None:
        history = self._history
        names = os.listdir(self._directory)
        for first in _firsts(names, "num"):
            history.read(self._directory / f"{first:020d}.num")
        if history.epoch is not None and history.following is not None and not history.damaged:
            self._numbering = Numbering(history.epoch, history.following)
        firsts = _firsts(names, "log")
        for place, first in enumerate(firsts, 1):
            end = firsts[place] if place < len(firsts) else None
            self._count(Segment.open(self._directory, first, fsync), end)
        self._drop_empty()

    def _count(self, segment: Segment, end: int | None) -> None:
        """Counts what is left in a segment. ``end`` is the first ordinal of the next one."""
        segment.stop = end
        try:
            run, topic = self._directory.parent, self._directory.name
            segment.keep_damaged(run.parent / DAMAGED_DIRECTORY, f"{run.name}.{topic}")
        except OSError:
            pass  # that costs the copy only
        found, unreadable_end = segment.all_frames()
        self._budget.adopted += segment.size
        self._segments[segment.first] = segment
        self._unread.append(segment)
        segment.events = sum(1 for _ in self._unsettled(found))
        self._left += segment.events
        readable = {frame.ordinal for frame in found}
        last = max(readable, default=segment.first - 1)
        stop = end if end is not None else max(last, self._history.highest) + 1
        settled = self._history.settled
        gone = sum(1 for n in range(segment.first, stop) if n not in readable and n not in settled)
        unnumbered = sum(1 for frame in found if self._lost_its_number(frame.ordinal))
        if end is None and unreadable_end and gone == 0:
            gone = 1
        self.unreadable += gone + unnumbered
        self._last = max(self._last, stop - 1)

    def _unsettled(self, found: list[Frame]) -> Iterator[Frame]:
        for frame in found:
            if frame.ordinal not in self._history.settled and not self._lost_its_number(
                frame.ordinal
            ):
                yield frame

    def _lost_its_number(self, ordinal: int) -> bool:
        history = self._history
        return (
            ordinal not in history.places
            and ordinal not in history.settled
            and ordinal < history.highest
        )

    def fresh_epoch(self) -> str:
        """Epoch of the events that have no number: the run's, if it gave no number yet."""
        if self._history.places or self._history.damaged:
            return secrets.token_hex(16)
        return self._epoch

    def _drop_empty(self) -> None:
        """Deletes segments; the numbers that come next have to be in a journal that stays."""
        empty = [s for s in self._segments.values() if s.settled >= s.events]
        stay = [s for s in self._segments.values() if s.settled < s.events]
        if empty and stay and self._numbering is not None and not stay[-1].snapshot_written:
            stay[-1].journal.snapshot(self._numbering.epoch, self._numbering.following)
            stay[-1].snapshot_written = True
        for segment in empty:
            self._budget.adopted -= segment.size
            if segment in self._unread:
                self._unread.remove(segment)
            del self._segments[segment.first]
            segment.delete()

    def admit(self, key: bytes, body: bytes) -> str | None:
        raise AssertionError("an earlier run accepts nothing")

    def take(self, most: int) -> list[Entry]:
        if not self._queue and self._unread:
            segment = self._unread.popleft()
            for frame in self._unsettled(segment.all_frames()[0]):
                place = self._history.places.get(frame.ordinal)
                size = len(frame.key) + len(frame.body)
                self._owner[frame.ordinal] = segment
                self._queue.append(Entry(frame.ordinal, frame.key, frame.body, size, place))
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    def damaged(self) -> int:
        return 0

    def numbering(self) -> Numbering | None:
        return self._numbering

    def pin(self, numbering: Numbering) -> None:
        self._numbering = numbering
        for segment in self._segments.values():
            segment.snapshot_written = False

    def record_numbered(self, numbering: Numbering, sents: Sequence[Sent]) -> None:
        for segment, part in self._by_segment(sents):
            if not segment.snapshot_written:
                segment.journal.snapshot(numbering.epoch, numbers_before(numbering, sents))
                segment.snapshot_written = True
            places = [n for s in part for n in (s.ordinal, s.partition, s.seq)]
            segment.journal.numbered(numbering.epoch, places)

    def _by_segment(self, sents: Sequence[Sent]) -> list[tuple[Segment, list[Sent]]]:
        parts: dict[int, tuple[Segment, list[Sent]]] = {}
        for sent in sents:
            segment = self._owner[sent.ordinal]
            parts.setdefault(segment.first, (segment, []))[1].append(sent)
        return list(parts.values())

    def record_settled(self, sents: Sequence[Sent]) -> None:
        for segment, part in self._by_segment(sents):
            segment.journal.settled([sent.ordinal for sent in part])
        for sent in sents:
            del self._owner[sent.ordinal]
        self._drop_empty()

    def release(self, sents: Sequence[Sent]) -> None:
        for sent in sents:
            self._owner[sent.ordinal].settled += 1
        self._left -= len(sents)

    def left(self) -> int:
        return self._left

    def accepted(self) -> int:
        return self._last

    def close(self) -> None:
        for segment in self._segments.values():
            segment.close()


def _firsts(names: list[str], kind: str) -> list[int]:
    """First ordinals of the segments. A copy or another program's file has another name."""
    return sorted(int(name[:20]) for name in names if re.fullmatch(rf"[0-9]{{20}}\.{kind}", name))
