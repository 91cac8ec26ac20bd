"""What becomes of the events of one process: counts, and reports of what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from dataclasses import dataclass


class TelemetryListener(Protocol):
    """Receives what goes wrong, on the producer's own thread. What it raises is swallowed."""

    def dropped(self, topic: str, reason: str, count: int, message: str) -> None:
        """Events were dropped; ``message`` is a sentence with the cause."""

    def send_failed(self, topic: str, cause: str) -> None:
        """An attempt to reach the broker failed. Nothing is lost yet: it is tried again."""


@dataclass(frozen=True)
class TopicStats:
    """The account of one topic: ``offered = acknowledged + dropped + queued``."""

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
