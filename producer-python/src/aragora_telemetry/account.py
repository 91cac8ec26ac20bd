"""What becomes of the events of one process: counts, and reports of what goes wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

LOG = logging.getLogger("aragora_telemetry")

FULL = "full"
TOO_LARGE = "too_large"
INVALID = "invalid"
CLOSED = "closed"
UNDELIVERED = "undelivered"
SPOOL_FAILED = "spool_failed"
DAMAGED = "damaged"
OFF = "off"

SENTENCES = {
    FULL: "As much as may be kept for it is under way.",
    CLOSED: "The producer is closed.",
    SPOOL_FAILED: "The spool cannot be written.",
    DAMAGED: "The spool holds them no longer in readable form.",
    OFF: "Telemetry is off in this process.",
}


class TelemetryListener(Protocol):
    """Receives what goes wrong, on the producer's own thread. What it raises is swallowed."""

    def dropped(self, topic: str, reason: str, count: int, message: str) -> None:
        """Events were dropped; ``message`` is a sentence with the cause."""

    def send_failed(self, topic: str, cause: str) -> None:
        """An attempt to reach the broker failed. Nothing is lost yet: it is tried again."""


@dataclass(frozen=True)
class TopicStats:
    """The account of one topic: ``offered = acknowledged + dropped + queued``.

    ``reasons`` are the drops by reason: full, too_large, invalid, closed, undelivered,
    spool_failed, damaged or off.
    """

    offered: int
    acknowledged: int
    dropped: int
    queued: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class ProducerStats:
    """What became of the events of this process so far, by full name of the topic.

    ``recovered`` counts events of earlier runs that were found in the spool and are acknowledged
    now, ``damaged`` those that were unreadable there. ``off`` is the sentence that explains why
    telemetry is off in this process, ``None`` while it is on.
    """

    topics: Mapping[str, TopicStats]
    recovered: int = 0
    damaged: int = 0
    off: str | None = None


class Account:
    """Counts of one topic. Changed only by the holder of the topic's gate."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.offered = 0
        self.acknowledged = 0
        self.reasons: dict[str, int] = {}
        self._unreported: dict[str, tuple[int, str]] = {}

    def refuse(self, reason: str, message: str, report: bool) -> None:
        """Counts an event that is offered and dropped at once."""
        before = self.reasons.get(reason, 0)
        self.offered += 1  # no call between the two: both happen or none
        self.reasons[reason] = before + 1
        if report:
            self._keep(reason, 1, message)

    def drop(self, reason: str, count: int, message: str) -> None:
        """Counts a drop of accepted events, and keeps it for the next report."""
        self.reasons[reason] = self.reasons.get(reason, 0) + count
        self._keep(reason, count, message)

    def _keep(self, reason: str, count: int, message: str) -> None:
        before, first = self._unreported.get(reason, (0, message))
        self._unreported[reason] = (before + count, first)

    def unreported(self) -> list[tuple[str, int, str]]:
        """The drops since the last call: reason, count, and the first one's sentence."""
        if not self._unreported:
            return []
        drops, self._unreported = self._unreported, {}
        return [(reason, count, message) for reason, (count, message) in drops.items()]

    @property
    def dropped(self) -> int:
        """All drops."""
        return sum(list(self.reasons.values()))

    def stats(self) -> TopicStats:
        """The figures now; called by the holder of the gate."""
        dropped = self.dropped
        return TopicStats(
            self.offered,
            self.acknowledged,
            dropped,
            self.offered - self.acknowledged - dropped,
            dict(self.reasons),
        )


class FailureReport:
    """Passes what goes wrong to the host's listener and log: the first of each kind as a warning.

    A report may lead back to the producer through the host's log. What is dropped then is
    counted and not reported.
    """

    def __init__(self, listener: TelemetryListener | None) -> None:
        self._listener = listener
        self._said: set[str] = set()
        self._here = threading.local()

    @property
    def reporting(self) -> bool:
        """True within a report on this thread."""
        return getattr(self._here, "reporting", False)

    def dropped(self, topic: str, reason: str, count: int, message: str) -> None:
        """Reports dropped events."""
        words = "Telemetry dropped %d event(s) for topic %s (%s): %s"
        self._guarded(f"{topic}/{reason}", words, count, topic, reason, message)
        self._call_listener("dropped", topic, reason, count, message)

    def send_failed(self, topic: str, cause: str) -> None:
        """Reports a failed attempt to send."""
        words = "Telemetry for topic %s is kept and sent again, because it cannot be sent now: %s"
        self._guarded(f"{topic}/send", words, topic, cause)
        self._call_listener("send_failed", topic, cause)

    def note(self, sentence: str) -> None:
        """Reports a sentence, once."""
        self._guarded(sentence, "%s", sentence)

    def _call_listener(self, method: str, *values: object) -> None:
        listener = self._listener
        if listener is not None:  # it may lack a method
            self._guarded_call(lambda: getattr(listener, method, _nothing)(*values))

    def _guarded(self, kind: str, words: str, *values: object) -> None:
        level = logging.DEBUG if kind in self._said else logging.WARNING
        if len(self._said) < 1_000:
            self._said.add(kind)
        self._guarded_call(LOG.log, level, words, *values)

    def _guarded_call(self, call: Callable[..., object], *values: object) -> None:
        self._here.reporting = True
        try:
            call(*values)
        except Exception:
            pass  # the host's listener or log failed, and nothing else takes a report
        except BaseException:
            # A SystemExit would end the sender thread. On the main thread it is a signal's.
            if threading.current_thread() is threading.main_thread():
                raise
        finally:
            self._here.reporting = False


def _nothing(*_: object) -> None:
    """Stands for a method that the host's listener lacks."""
