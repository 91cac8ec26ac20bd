"""ELO ratings, taken where they are written to the history.

The stream is not used: on 2.11 ``record_match`` fails after the write and before its event.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from ..events import MAX_NAME
from ..plain import text_of
from ..trace import NO_TRACE, Trace
from . import traces
from .debates import Debates
from .guard import guarded
from .hooks import Hook
from .runs import DEBATE
from .session import Session


class EloHooks:
    """Hooks on the two functions of ``EloSystem`` that write the history."""

    def __init__(self, session: Session, debates: Debates) -> None:
        self._session = session
        self._debates = debates
        self._source = session.source("elo", "ELO ratings")

    def hooks(self) -> list[Hook]:
        module = "aragora.ranking.elo"
        return [
            Hook(
                self._source,
                module,
                "EloSystem._record_elo_history_batch",
                ("self", "entries"),
                self._wrap_batch,
            ),
            Hook(
                self._source,
                module,
                "EloSystem._record_elo_history",
                ("self", "agent_name", "elo", "debate_id"),
                self._wrap_one,
            ),
        ]

    def _wrap_batch(self, record: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(record)
        def recorded(system: Any, entries: Any, *args: Any, **kwargs: Any) -> Any:
            entries = list(entries)
            result = record(system, entries, *args, **kwargs)
            self._written(entries)
            return result

        return recorded

    def _wrap_one(self, record: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(record)
        def recorded(
            system: Any, agent_name: Any, elo: Any, debate_id: Any = None, *args: Any, **kwargs: Any
        ) -> Any:
            result = record(system, agent_name, elo, debate_id, *args, **kwargs)
            self._written([(agent_name, elo, debate_id)])
            return result

        return recorded

    @guarded
    def _written(self, entries: Iterable[Any]) -> None:
        if not self._source.on:
            return
        debate_id = DEBATE.get()
        domain = self._debates.domain(debate_id)
        span = traces.here()
        trace = span.trace() if span else NO_TRACE
        for entry in entries:
            self._updated(entry, debate_id, domain, trace)

    @guarded
    def _updated(self, entry: Any, debate_id: str, domain: str | None, trace: Trace) -> None:
        agent, rating, match_id = entry[:3]
        match = "" if match_id is None else text_of(match_id)
        self._session.producer.elo_updated(
            text_of(agent)[:MAX_NAME],
            float(rating),
            debate_id=debate_id or match[:MAX_NAME] or None,
            domain=domain,
            trace=trace,
        )
