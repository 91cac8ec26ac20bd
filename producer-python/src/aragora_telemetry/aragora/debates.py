"""Debates of this process, reduced to one start and one end each."""

from __future__ import annotations

import atexit
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..events import MAX_NAME
from ..plain import text_of
from . import traces
from .guard import guarded
from .session import Session
from .traces import Span

MAX_OPEN = 10_000
MAX_ENDED = 20_000
#: Seconds that an error waits for the debate_end that follows it.
UNDECIDED_SECONDS = 1.5


@dataclass
class Debate:
    """A debate that has started and has not ended."""

    debate_id: str
    started: float
    span: Span
    parent: Span | None
    domain: str | None = None
    verdict: bool = False
    confidence: float | None = None
    round: int = 0
    round_at: float = 0.0
    undecided: tuple[float, str, str | None] | None = field(default=None)  # time, outcome, error


class Debates:
    """Emits the events of debates. The first end of a debate decides, later ones change nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._forked()
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        self._lock = threading.RLock()
        self._settles = False
        self._open: OrderedDict[str, Debate] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def start(
        self,
        debate_id: str,
        agents: Sequence[Any],
        at: float,
        *,
        task: Any = None,
        parent: Span | None = None,
        rounds: Any = None,
        timeout: Any = None,
    ) -> None:
        """Starts the debate, unless it has started before."""
        at = _moment(at)
        with self._lock:
            if debate_id in self._open or debate_id in self._ended:
                return
            debate = Debate(debate_id, at, traces.child(parent, self._session.sampler), parent)
            self._open[debate_id] = debate
            if len(self._open) > MAX_OPEN:  # the pipeline ends it as a timeout
                self._forget(next(iter(self._open)))
            self._session.producer.debate_started(
                debate_id,
                [text_of(agent)[:MAX_NAME] for agent in agents],
                task=self._session.content(task),
                planned_rounds=_count(rounds),
                timeout_seconds=_positive(timeout) or None,
                time=at,
                trace=debate.span.trace(parent),
            )
            if not self._settles:  # after the producer's own, and so before it closes
                self._settles = True
                atexit.register(self.settle)

    def span(self, debate_id: str) -> Span | None:
        """Returns the span of an open debate."""
        debate = self._open.get(debate_id)
        return debate.span if debate else None

    def domain(self, debate_id: str) -> str | None:
        """Returns the domain of an open debate, if it is known."""
        debate = self._open.get(debate_id)
        return debate.domain if debate else None

    def belongs(self, debate_id: str, domain: Any) -> None:
        """Sets the domain."""
        debate = self._open.get(debate_id)
        if debate and isinstance(domain, str) and domain:
            debate.domain = domain[:MAX_NAME]

    def round(self, debate_id: str, number: Any, at: float) -> None:
        """Begins a round, which completes the one before it."""
        at = _moment(at)
        with self._lock:
            debate = self._open.get(debate_id)
            number = _count(number)  # another one would cost the end of the debate
            if debate is None or number is None or number <= debate.round:
                return
            self._complete_round(debate, at)
            debate.round, debate.round_at = number, at

    def verdict(self, debate_id: str, reached: Any, confidence: Any) -> None:
        """Sets the verdict that the next normal end has."""
        debate = self._open.get(debate_id)
        if debate:
            debate.verdict = bool(reached)
            debate.confidence = _share(confidence)

    def fails(self, debate_id: str, outcome: str, at: float, error: Any = None) -> None:
        """Sets an outcome that stands unless another end follows in a moment."""
        at = _moment(at)
        with self._lock:
            debate = self._open.get(debate_id)
            if debate is None or (debate.undecided and debate.undecided[1] != "cancelled"):
                return
            debate.undecided = (at, outcome, self._session.content(error))
        timer = threading.Timer(UNDECIDED_SECONDS, self.settle, (debate_id,))
        timer.daemon = True
        timer.start()

    @guarded
    def settle(self, debate_id: str | None = None) -> None:
        """Ends the debates whose outcome was undecided."""
        with self._lock:
            for debate in list(self._open.values()):
                if debate.undecided and debate_id in (None, debate.debate_id):
                    at, outcome, error = debate.undecided
                    self.end(debate.debate_id, outcome, at, error=error)

    def end(
        self,
        debate_id: str,
        outcome: str | None,
        at: float,
        *,
        duration: Any = None,
        rounds: Any = None,
        error: Any = None,
    ) -> None:
        """Ends the debate if it is open. Without an outcome the verdict decides."""
        at, error = _moment(at), self._session.content(error)
        with self._lock:
            debate = self._open.get(debate_id)
            if debate is None:
                return
            if debate.undecided:
                failed_at, failed, failed_error = debate.undecided
                if failed != "cancelled" or outcome is None:
                    at, outcome, error = failed_at, failed, failed_error or error
            if outcome is None:
                outcome = "consensus" if debate.verdict else "no_consensus"
            normal = outcome in ("consensus", "no_consensus")
            if normal:
                self._complete_round(debate, at)
            self._forget(debate_id)
            seconds = _positive(duration)
            self._session.producer.debate_completed(
                debate_id,
                outcome,
                max(0.0, at - debate.started) if seconds is None else seconds,
                rounds=debate.round or _count(rounds),
                confidence=debate.confidence if normal else None,
                domain=debate.domain,
                error=error,
                time=at,
                trace=debate.span.trace(debate.parent),
            )

    def _complete_round(self, debate: Debate, at: float) -> None:
        if debate.round:
            span = traces.child(debate.span, self._session.sampler)
            self._session.producer.round_completed(
                debate.debate_id,
                debate.round,
                max(0.0, at - debate.round_at),
                time=at,
                trace=span.trace(debate.span),
            )

    def _forget(self, debate_id: str) -> None:
        del self._open[debate_id]
        self._ended[debate_id] = None
        if len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)


def _moment(at: Any) -> float:
    """Returns the host's time of an event, if it is a number, else now."""
    number = _number(at)
    return time.time() if number is None else number


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _positive(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 1e9 else None


def _share(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 1 else None


def _count(value: Any) -> int | None:
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 31
        else None
    )
