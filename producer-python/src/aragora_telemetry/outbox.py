"""Events of one topic between acceptance and acknowledgement."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from .account import FULL
from .numbering import Numbering

OVERHEAD = 200
"""Bytes that an event takes in memory beside its key and value."""


class Sent:
    """An event with its place: these bytes and no others ever go out under this number."""

    __slots__ = ("handed", "key", "ordinal", "partition", "seq", "settled", "size", "value")

    def __init__(
        self, ordinal: int, key: bytes, value: bytes, partition: int, seq: int, size: int
    ) -> None:
        self.ordinal = ordinal
        self.key = key
        self.value = value
        self.partition = partition
        self.seq = seq
        self.size = size
        self.handed = -1  # which client has it
        self.settled = False


class Entry:
    """An accepted event without a number, or with the one that it had in an earlier life."""

    __slots__ = ("body", "key", "ordinal", "place", "size")

    def __init__(
        self,
        ordinal: int,
        key: bytes,
        body: bytes,
        size: int,
        place: tuple[str, int, int] | None = None,
    ) -> None:
        self.ordinal = ordinal
        self.key = key
        self.body = body
        self.size = size
        self.place = place


class Outbox(Protocol):
    """Keeps events until they are settled.

    ``admit``, ``release`` and ``left`` are called by the holder of the topic's gate, all else
    by the sender thread alone.
    """

    durable: bool

    def admit(self, key: bytes, body: bytes) -> str | None:
        """Accepts an event, or returns the reason of the drop."""

    def take(self, most: int) -> list[Entry]:
        """The next events in the order of acceptance."""

    def damaged(self) -> int:
        """Events that turned out to be unreadable since the last call."""

    def numbering(self) -> Numbering | None:
        """The numbers, once the partition count is known."""

    def pin(self, numbering: Numbering) -> None:
        """Fixes epoch, partition count and next numbers."""

    def record_numbered(self, numbering: Numbering, sents: Sequence[Sent]) -> None:
        """Writes down the places of events before they go out; may raise ``OSError``."""

    def record_settled(self, sents: Sequence[Sent]) -> None:
        """Writes down that events need not go out again; may raise ``OSError``."""

    def release(self, sents: Sequence[Sent]) -> None:
        """Gives back the room of settled events."""

    def left(self) -> int:
        """Events that are not settled."""

    def accepted(self) -> int:
        """Ordinal of the event that was accepted last; 0: none."""

    def close(self) -> None:
        """Ends it. A durable outbox keeps what is not settled for another run."""


class MemoryOutbox:
    """An outbox that ends with the process."""

    durable = False

    def __init__(self, most_events: int, most_bytes: int) -> None:
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._events = 0
        self._bytes = 0
        self._ordinal = 0
        self._queue: deque[Entry] = deque()
        self._numbering: Numbering | None = None

    def admit(self, key: bytes, body: bytes) -> str | None:
        size = len(key) + len(body) + OVERHEAD
        if self._events >= self._most_events or self._bytes + size > self._most_bytes:
            return FULL
        entry = Entry(self._ordinal + 1, key, body, size)
        # No call from here on: neither a signal nor the recursion limit comes between.
        self._queue += (entry,)
        self._events += 1
        self._bytes += size
        self._ordinal += 1
        return None

    def take(self, most: int) -> list[Entry]:
        queue = self._queue
        return [queue.popleft() for _ in range(min(most, len(queue)))]

    def damaged(self) -> int:
        return 0

    def numbering(self) -> Numbering | None:
        return self._numbering

    def pin(self, numbering: Numbering) -> None:
        self._numbering = numbering

    def record_numbered(self, numbering: Numbering, sents: Sequence[Sent]) -> None:
        pass

    def record_settled(self, sents: Sequence[Sent]) -> None:
        pass

    def release(self, sents: Sequence[Sent]) -> None:
        self._events -= len(sents)
        self._bytes -= sum(sent.size for sent in sents)

    def left(self) -> int:
        return self._events

    def accepted(self) -> int:
        return self._ordinal

    def close(self) -> None:
        self._queue.clear()
