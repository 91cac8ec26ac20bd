"""StreamEvents of every emitter of Aragora, read for what they mean for a debate.

A debate writes three starts, three ends and three verdicts, some with foreign ids; ``Debates``
takes the first. What the stream does not show, such as timeouts, comes from ``runs``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..events import MAX_NAME
from ..plain import text_of
from . import traces
from .debates import Debates
from .guard import guarded
from .hooks import Hook
from .session import Session

_TIMED_OUT = "Operation timed out"
#: Loops that hold debates and are not one.
_LOOPS = ("nomic-", "gauntlet-")


class StreamHooks:
    """Hook on ``SyncEventEmitter.emit``."""

    def __init__(self, session: Session, debates: Debates) -> None:
        self._session = session
        self._debates = debates
        self._source = session.source("stream", "debates as their stream shows them")

    def hooks(self) -> list[Hook]:
        return [
            Hook(
                self._source,
                "aragora.server.stream.emitter",
                "SyncEventEmitter.emit",
                ("self", "event"),
                self._wrap,
            )
        ]

    def _wrap(self, emit: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(emit)
        def emitted(*args: Any, **kwargs: Any) -> Any:
            try:
                return emit(*args, **kwargs)
            finally:
                if self._source.on:
                    self.on_event(kwargs.get("event", args[-1] if args else None))

        return emitted

    @guarded
    def on_event(self, event: Any) -> None:
        """Reads one StreamEvent. Aragora sometimes calls ``emit`` with something else."""
        handler = _HANDLERS.get(getattr(getattr(event, "type", None), "value", None))
        data = getattr(event, "data", None)
        if handler is None or not isinstance(data, dict) or data.get("event_source") == "spectator":
            return
        handler(self, event, data)

    def _start(self, event: Any, data: dict[str, Any]) -> None:
        if not (debate_id := _loop(event)):
            return
        agents = data.get("agents")
        request = traces.REQUEST.get()
        parent = traces.recording() or (request.span if request else None)
        if parent is None:
            parent = traces.ids(
                getattr(event, "trace_id", None),
                getattr(event, "span_id", None),
                self._session.sampler,
            )
        self._debates.start(
            debate_id,
            agents if isinstance(agents, (list, tuple)) else [],
            event.timestamp,
            task=data.get("task"),
            parent=parent,
        )

    def _round(self, event: Any, data: dict[str, Any]) -> None:
        self._debates.round(_loop(event), data.get("round") or event.round, event.timestamp)

    def _consensus(self, event: Any, data: dict[str, Any]) -> None:
        if "reached" in data and not data.get("is_convergence_check"):
            self._debates.verdict(_loop(event), data["reached"], data.get("confidence"))

    def _match(self, event: Any, data: dict[str, Any]) -> None:
        self._debates.belongs(_loop(event), data.get("domain"))

    def _error(self, event: Any, data: dict[str, Any]) -> None:
        debate_id = data.get("debate_id")
        if isinstance(debate_id, str):  # the stream's own id is the last started debate's
            error = data.get("error")
            self._debates.fails(
                debate_id[:MAX_NAME],
                "timeout" if error == _TIMED_OUT else "error",
                event.timestamp,
                error,
            )

    def _end(self, event: Any, data: dict[str, Any]) -> None:
        error = data.get("error")
        outcome = None
        if data.get("status") == "timeout" or error == _TIMED_OUT:
            outcome = "timeout"
        elif data.get("status") == "cancelled" or data.get("cancelled"):
            outcome = "cancelled"
        elif error is not None and error != "":
            outcome = "error"
        self._debates.end(
            _loop(event), outcome, event.timestamp, duration=data.get("duration"), error=error
        )


def _loop(event: Any) -> str:
    loop_id = event.loop_id
    if not isinstance(loop_id, str) or loop_id.startswith(_LOOPS):
        return ""
    return text_of(loop_id)[:MAX_NAME]


_HANDLERS: dict[Any, Callable[[StreamHooks, Any, dict[str, Any]], None]] = {
    "debate_start": StreamHooks._start,
    "round_start": StreamHooks._round,
    "consensus": StreamHooks._consensus,
    "match_recorded": StreamHooks._match,
    "error": StreamHooks._error,
    "debate_end": StreamHooks._end,
}
