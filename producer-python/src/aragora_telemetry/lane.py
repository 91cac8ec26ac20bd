"""The way of one topic's events from the host to the broker."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from .account import CLOSED, DAMAGED, SENTENCES, UNDELIVERED, Account
from .codec import numbered
from .gate import Gate
from .link import Failure, Link, LinkBrokenError, LinkFullError
from .numbering import Numbering
from .outbox import Entry, Outbox, Sent

CHUNK = 250
"""Events that are handed to the client at a stretch; the host gets the interpreter between."""

WINDOW_EVENTS = 5_000
WINDOW_BYTES = 8 << 20
"""What the client holds of one topic at most; all else waits in the outbox."""

FIRST_PAUSE = 0.1
LAST_PAUSE = 5.0
STALE_AFTER = 20.0
"""Seconds without an acknowledgement after which the topic's partitions are looked up."""


class Lane:
    """One topic: its outbox, its numbers and what is under way.

    ``offer`` and ``refuse`` belong to the host's threads, all else to the sender thread.
    """

    def __init__(self, topic: str, epoch: str, account: Account, outbox: Outbox) -> None:
        self.topic = topic
        self.epoch = epoch
        self.account = account
        self.outbox = outbox
        self.gate = Gate()
        self.suspect = False
        self.failure: str | None = None
        self._sealed: str | None = None
        self._swept = False
        self._entries: deque[Entry] = deque()
        self._ready: deque[Sent] = deque()
        self._under_way: dict[int, Sent] = {}
        self._handed = 0
        self._handed_bytes = 0
        self._done: list[Sent] = []
        self._lost: list[tuple[Sent, str]] = []
        self._failed: list[Sent] = []
        self._pause = FIRST_PAUSE
        self._not_before = 0.0
        self._progress_at = 0.0
        self._shrunk_to = 0

    # ------------------------------------------------------------------ the host's threads

    def offer(self, key: bytes, body: bytes, report: bool) -> bool:
        """Offers an event; it is counted either way. Returns if it was accepted."""
        return self.gate.run(self._offer, key, body, report, postponed=True)

    def _offer(self, key: bytes, body: bytes, report: bool) -> bool:
        reason = self._sealed or self.outbox.admit(key, body)
        if reason is None:
            self.account.offered += 1
            return True
        self.account.refuse(reason, SENTENCES[reason], report)
        return False

    def refuse(self, reason: str, message: str, report: bool) -> None:
        """Counts an event that no reader would accept."""
        self.gate.run(self._refuse, reason, message, report, postponed=None)

    def _refuse(self, reason: str, message: str, report: bool) -> None:
        self.account.refuse(reason, message, report)

    def seal(self, reason: str = CLOSED) -> None:
        """Accepts nothing more."""
        self._sealed = reason

    def accepted(self) -> int:
        """Ordinal of the event that was accepted last."""
        return self.outbox.accepted()

    def settled(self, ordinal: int) -> bool:
        """True if all events up to this one are acknowledged or given up."""
        return self.gate.run(self._settled, ordinal, postponed=False)

    def _settled(self, ordinal: int) -> bool:
        left = self.outbox.left()
        if left == 0:
            return True
        first = min(
            [e.ordinal for e in list(self._entries)[:1]] + list(self._under_way), default=ordinal
        )
        return first > ordinal

    # ------------------------------------------------------------------ the sender thread

    @property
    def idle(self) -> bool:
        """True if all that was accepted is settled."""
        return self.outbox.left() == 0

    def needs_partitions(self) -> bool:
        """True if the topic's partition count has to be asked for."""
        return (self.outbox.numbering() is None or self.suspect) and not self.idle

    def partitions_known(self, count: int, fresh_epoch: Callable[[], str]) -> bool:
        """Takes the topic's partition count; 0: there is no topic.

        Returns True if the topic has fewer partitions than before, so that its events begin a
        new epoch: their old places do not exist any more.
        """
        if count == 0:
            self.failure = "the topic does not exist, or may not be described"
            return False
        numbering = self.outbox.numbering()
        if numbering is None:
            numbering = Numbering(self.epoch, [1] * count)
            self.outbox.pin(numbering)
        if count >= numbering.partitions:
            self.suspect = False
            self._shrunk_to = 0
            return False
        if self._shrunk_to != count:  # believed when it is seen twice
            self._shrunk_to = count
            return False
        self._shrunk_to = 0
        self.suspect = False
        self.outbox.pin(Numbering(fresh_epoch(), [1] * count))
        message = f"The topic has only {count} partitions now, and the event's is gone."
        for sent in list(self._under_way.values()):
            if sent.partition >= count:
                self._lose(sent, message)
        return True

    def send(self, link: Link, now: float) -> bool:
        """Hands events to the client. Returns True if there is more to hand over at once."""
        if now < self._not_before:
            return False
        if self._under_way and now - self._progress_at > STALE_AFTER:
            self.suspect = True
            self._progress_at = now
        for _ in range(CHUNK):
            if self._handed >= WINDOW_EVENTS or self._handed_bytes >= WINDOW_BYTES:
                return False
            while self._ready and self._ready[0].settled:
                self._ready.popleft()
            if not self._ready and not self._number_more(now):
                return False
            sent = self._ready[0]
            try:
                link.produce(
                    self.topic, sent, partial(self._delivered, link, link.generation, sent)
                )
            except (LinkFullError, LinkBrokenError):
                return False
            except Exception as e:
                self._ready.popleft()
                self._settle_failure(sent, Failure.of(e))
                continue
            self._ready.popleft()
            sent.handed = link.generation
            if not self._handed:
                self._progress_at = now
            self._handed += 1
            self._handed_bytes += sent.size
        return True

    def _number_more(self, now: float) -> bool:
        numbering = self.outbox.numbering()
        if numbering is None:
            return False
        if not self._entries:
            self._entries.extend(self.outbox.take(CHUNK))
            self.gate.run_own(self._count_damaged)
        if not self._entries:
            return False
        fresh: list[Sent] = []
        numbered_before = list(numbering.following)
        for entry in self._entries:
            if entry.place is None:
                partition, seq = numbering.number(entry.key)
                epoch = numbering.epoch
            else:
                epoch, partition, seq = entry.place
            value = numbered(entry.body, epoch, seq)
            sent = Sent(entry.ordinal, entry.key, value, partition, seq, entry.size)
            if entry.place is None:
                fresh.append(sent)
            self._under_way[entry.ordinal] = sent
            self._ready.append(sent)
        try:
            if fresh:
                self.outbox.record_numbered(numbering, fresh)
        except OSError as e:
            numbering.following[:] = numbered_before
            for entry in self._entries:
                self._under_way.pop(entry.ordinal, None)
            self._ready.clear()
            self._fail(f"the spool cannot be written ({e})", now)
            return False
        self._entries.clear()
        return True

    def _delivered(
        self, link: Link, generation: int, sent: Sent, error: object, _: object = None
    ) -> None:
        """Takes the client's word on one event; called within ``poll``."""
        if generation == link.generation:
            self._handed -= 1
            self._handed_bytes -= sent.size
        if sent.settled:
            return
        if error is None:
            sent.settled = True
            self._done.append(sent)
        elif generation == link.generation:
            self._settle_failure(sent, Failure.of(error))

    def _settle_failure(self, sent: Sent, failure: Failure) -> None:
        sent.handed = -1
        if failure.hopeless:
            self._lose(sent, f"The broker did not take the event: {failure.words}.")
            return
        self._failed.append(sent)
        self.failure = failure.words
        self.suspect = self.suspect or failure.misplaced

    def _lose(self, sent: Sent, message: str) -> None:
        if not sent.settled:
            sent.settled = True
            self._lost.append((sent, message))

    def _fail(self, words: str, now: float) -> None:
        self.failure = words
        self._not_before = now + self._pause
        self._pause = min(self._pause * 2, LAST_PAUSE)

    def client_replaced(self) -> None:
        """Takes back what the broken client had; it goes out again with the same numbers."""
        self._handed = 0
        self._handed_bytes = 0
        self._failed.clear()
        back = [sent for sent in self._under_way.values() if not sent.settled]
        back.sort(key=lambda sent: sent.ordinal)
        self._ready = deque(back)

    def finish(self, now: float) -> None:
        """Counts what was settled, and lines up what has to go out again."""
        if self._done:
            done, self._done = self._done, []
            self._settle(done)
            self.gate.run_own(self._acknowledge, done)
            self._pause = FIRST_PAUSE
            self._progress_at = now
            self._record(done)
        if self._lost:
            lost, self._lost = self._lost, []
            self._settle([sent for sent, _ in lost])
            self.gate.run_own(self._give_up, lost)
            self._record([sent for sent, _ in lost])
        if self._failed:
            back, self._failed = self._failed, []
            waiting = [*(sent for sent in back if not sent.settled), *self._ready]
            waiting.sort(key=lambda sent: sent.ordinal)
            self._ready = deque(waiting)
            self._not_before = now + self._pause
            self._pause = min(self._pause * 2, LAST_PAUSE)

    def _settle(self, sents: list[Sent]) -> None:
        for sent in sents:
            self._under_way.pop(sent.ordinal, None)

    def _acknowledge(self, sents: list[Sent]) -> None:
        if self._swept:
            return  # counted already
        self.account.acknowledged += len(sents)
        self.outbox.release(sents)

    def _give_up(self, lost: list[tuple[Sent, str]]) -> None:
        if self._swept:
            return
        for _, message in lost:
            self.account.drop(UNDELIVERED, 1, message)
        self.outbox.release([sent for sent, _ in lost])

    def _record(self, sents: list[Sent]) -> None:
        if self._swept:
            return
        try:
            self.outbox.record_settled(sents)
        except OSError as e:
            self.failure = f"the spool cannot be written ({e})"

    def _count_damaged(self) -> None:
        damaged = self.outbox.damaged()
        if damaged:
            self.account.drop(DAMAGED, damaged, SENTENCES[DAMAGED])

    def sweep(self, reason: str, message: str) -> int:
        """Ends the lane; without a spool, what is left is dropped and counted.

        Returns the number of events that stay in the spool.
        """
        self.seal(reason)
        return self.gate.run_own(self._sweep, reason, message)

    def _sweep(self, reason: str, message: str) -> int:
        left = 0 if self._swept else self.outbox.left()
        self._swept = True
        if left and not self.outbox.durable:
            self.account.drop(reason, left, message)
            left = 0
        self.outbox.close()
        return left
