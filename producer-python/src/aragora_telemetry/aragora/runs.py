"""Runs of the Arena: timeouts and debates without a server, which the stream does not show."""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ..events import MAX_NAME
from . import traces
from .debates import Debates
from .guard import attribute, guarded
from .hooks import Hook
from .session import Session

#: Id of the debate that this code runs in.
DEBATE: ContextVar[str] = ContextVar("aragora_telemetry_debate", default="")


#: Time at which ``Arena.run`` began, and with it the Arena's limit.
BEGAN: ContextVar[float] = ContextVar("aragora_telemetry_began", default=0.0)


class Run:
    """One call of ``Arena._run_inner``."""

    def __init__(self, arena: Any) -> None:
        loop_id = getattr(arena, "loop_id", None)
        # A loop of self-improvement holds many debates under one id.
        own = isinstance(loop_id, str) and loop_id and not loop_id.startswith("nomic-")
        self.debate_id = str(loop_id)[:MAX_NAME] if own else f"arena-{uuid.uuid4().hex}"
        self.began = BEGAN.get() or time.monotonic()
        self.outcome: str | None = None  # what a phase executor swallowed
        self.limit = getattr(getattr(arena, "protocol", None), "timeout_seconds", None)

    def cancelled(self) -> str:
        """Returns ``timeout`` if the Arena's own limit has passed, which cancels the run."""
        limit = self.limit
        if not isinstance(limit, (int, float)) or limit <= 0:
            return "cancelled"
        # An outer limit of the same length began a little earlier.
        return (
            "timeout"
            if time.monotonic() - self.began >= limit - min(1.0, limit / 10)
            else "cancelled"
        )


RUN: ContextVar[Run | None] = ContextVar("aragora_telemetry_run", default=None)


class RunHooks:
    """Hooks on ``Arena.run``, ``Arena._run_inner`` and ``PhaseExecutor.execute``."""

    def __init__(self, session: Session, debates: Debates) -> None:
        self._session = session
        self._debates = debates
        self._runs = session.source("runs", "timeouts of debates and debates without a stream")
        self._phases = session.source("phases", "domains of debates and timeouts of their phases")

    def hooks(self) -> list[Hook]:
        return [
            Hook(
                self._runs,
                "aragora.debate.orchestrator",
                "Arena._run_inner",
                ("self", "correlation_id"),
                self._wrap_run,
                is_async=True,
            ),
            Hook(
                self._runs,
                "aragora.debate.orchestrator",
                "Arena.run",
                ("self", "correlation_id"),
                _wrap_limit,
                is_async=True,
            ),
            Hook(
                self._phases,
                "aragora.debate.phase_executor",
                "PhaseExecutor.execute",
                ("self", "context", "debate_id", "phase_order"),
                self._wrap_phases,
                is_async=True,
            ),
        ]

    def _wrap_run(self, run_inner: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(run_inner)
        async def run(arena: Any, *args: Any, **kwargs: Any) -> Any:
            this = self._begin(arena) if self._runs.on else None
            if this is None:
                return await run_inner(arena, *args, **kwargs)
            span = self._debates.span(this.debate_id)
            tokens = (RUN.set(this), DEBATE.set(this.debate_id), traces.RUNNING.set(span))
            entered = traces.enter(span) if span else None
            try:
                result = await run_inner(arena, *args, **kwargs)
            except Exception as error:
                self._failed(this, error)
                raise
            except BaseException:  # cancelled, or the loop or the process ends
                self._cancelled(this)
                raise
            else:
                self._ended(this, result)
                return result
            finally:
                traces.leave(entered)
                traces.reset(RUN, tokens[0])
                traces.reset(DEBATE, tokens[1])
                traces.reset(traces.RUNNING, tokens[2])

        return run

    def _wrap_phases(self, execute: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(execute)
        async def executed(phases: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
            if self._phases.on:
                self._belongs(context)
            result = await execute(phases, context, *args, **kwargs)
            if self._phases.on:
                self._swallowed(result)
            return result

        return executed

    @guarded
    def _belongs(self, context: Any) -> None:
        self._debates.belongs(DEBATE.get(), attribute(context, "domain"))

    @guarded
    def _begin(self, arena: Any) -> Run:
        run = Run(arena)
        request = traces.REQUEST.get()
        protocol = getattr(arena, "protocol", None)
        self._debates.start(
            run.debate_id,
            [
                attribute(agent, "name") or "unknown"
                for agent in getattr(arena, "agents", None) or ()
            ],
            time.time(),
            task=getattr(getattr(arena, "env", None), "task", None),
            parent=traces.recording() or (request.span if request else None),
            rounds=getattr(protocol, "rounds", None),
            timeout=run.limit,
        )
        return run

    @guarded
    def _swallowed(self, result: Any) -> None:
        run = RUN.get()
        error = attribute(result, "error")
        if run is not None and error is not None:
            if error.startswith("Execution timed out"):
                run.outcome = "timeout"
            elif error.startswith("Execution failed"):
                run.outcome = "error"

    @guarded
    def _ended(self, run: Run, result: Any) -> None:
        if run.outcome is None:
            self._debates.verdict(
                run.debate_id,
                getattr(result, "consensus_reached", False),
                getattr(result, "confidence", None),
            )
        self._debates.end(
            run.debate_id, run.outcome, time.time(), rounds=getattr(result, "rounds_used", None)
        )

    @guarded
    def _failed(self, run: Run, error: Exception) -> None:
        self._debates.end(run.debate_id, "error", time.time(), error=type(error).__name__)

    @guarded
    def _cancelled(self, run: Run) -> None:
        outcome = run.cancelled()
        if outcome == "timeout":
            self._debates.end(run.debate_id, outcome, time.time())
        else:
            self._debates.fails(run.debate_id, outcome, time.time())


def _wrap_limit(run: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(run)
    async def limited(*args: Any, **kwargs: Any) -> Any:
        token = BEGAN.set(time.monotonic())
        try:
            return await run(*args, **kwargs)
        finally:
            traces.reset(BEGAN, token)

    return limited
