"""Calls to agents, with the status that the call had and not the one that Aragora reports.

Since 2.9 the API server runs agents behind an airlock, which answers a failed call with a
placeholder. Aragora's stream and telemetry report success for it.
"""

from __future__ import annotations

import asyncio
import functools
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ..events import MAX_NAME
from . import traces
from .guard import attribute, guarded
from .hooks import Hook
from .runs import DEBATE
from .session import Session

_TIMEOUTS = ("timeout", "TimeoutError")


@dataclass
class Call:
    """One call of an operation of an agent."""

    failures: list[str] = field(default_factory=list)
    tokens_in: int = 0
    tokens_out: int = 0
    began: float = field(default_factory=time.perf_counter)


CALL: ContextVar[Call | None] = ContextVar("aragora_telemetry_call", default=None)
#: Time at which the executor's own limit cancels the call.
LIMIT: ContextVar[float] = ContextVar("aragora_telemetry_limit", default=float("inf"))


class AgentHooks:
    """Hooks on ``AutonomicExecutor`` and ``AirlockProxy``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._source = session.source("agents", "agent calls")
        self._tokens = session.source("tokens", "tokens of agent calls")

    def hooks(self) -> list[Hook]:
        executor = "aragora.debate.autonomic_executor"
        generate = ("self", "agent", "prompt", "context", "phase", "round_num")
        critique = (
            "self",
            "agent",
            "proposal",
            "task",
            "context",
            "phase",
            "round_num",
            "target_agent",
        )
        vote = ("self", "agent", "proposals", "task", "phase", "round_num")
        operations = {"generate": generate, "critique": critique, "vote": vote}
        return [
            *(
                Hook(
                    self._source,
                    executor,
                    f"AutonomicExecutor.{name}",
                    parameters,
                    self._operation(name, parameters.index("round_num") - 2),
                    is_async=True,
                )
                for name, parameters in operations.items()
            ),
            Hook(
                self._source,
                executor,
                "AutonomicExecutor.with_timeout",
                ("self", "coro", "agent_name", "timeout_seconds"),
                _wrap_limit,
                True,
            ),
            Hook(
                self._source,
                executor,
                "AutonomicExecutor._emit_agent_error",
                ("self", "agent_name", "error_type", "message", "recoverable", "phase"),
                _wrap_error,
            ),
            Hook(
                self._source,
                "aragora.agents.airlock",
                "AirlockProxy._safe_call",
                ("self", "operation", "coro_factory", "timeout", "fallback"),
                _wrap_airlock,
                True,
            ),
            Hook(
                self._tokens,
                "aragora.agents.api_agents.base",
                "APIAgent._record_token_usage",
                ("self", "tokens_in", "tokens_out"),
                self._wrap_tokens,
            ),
        ]

    def _operation(
        self, operation: str, round_at: int
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(function)
            async def called(executor: Any, agent: Any, *args: Any, **kwargs: Any) -> Any:
                if not self._source.on:
                    return await function(executor, agent, *args, **kwargs)
                call = Call()
                round_num = kwargs.get(
                    "round_num", args[round_at] if len(args) > round_at else None
                )
                token = CALL.set(call)
                completed = True
                try:
                    return await function(executor, agent, *args, **kwargs)
                except Exception as error:
                    call.failures.append(type(error).__name__)
                    raise
                except BaseException:
                    # Without a limit that has passed, nobody waits for the answer any more.
                    completed = time.perf_counter() >= LIMIT.get() - 0.005
                    call.failures.append("timeout")
                    raise
                finally:
                    traces.reset(CALL, token)
                    if completed:
                        self._completed(call, executor, agent, operation, round_num)

            return called

        return wrap

    def _wrap_tokens(self, record: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(record)
        def recorded(agent: Any, tokens_in: Any, tokens_out: Any, *args: Any, **kwargs: Any) -> Any:
            call = CALL.get()
            if call is not None and self._tokens.on:
                call.tokens_in += _count(tokens_in)
                call.tokens_out += _count(tokens_out)
            return record(agent, tokens_in, tokens_out, *args, **kwargs)

        return recorded

    @guarded
    def _completed(
        self, call: Call, executor: Any, agent: Any, operation: str, round_num: Any
    ) -> None:
        failure = call.failures[-1] if call.failures else None
        debate_id = DEBATE.get() or attribute(executor, "loop_id")
        above = traces.here()
        span = traces.child(above, self._session.sampler)
        self._session.producer.agent_call_completed(
            uuid.uuid4().hex,
            attribute(agent, "name") or "unknown",
            "success" if failure is None else "timeout" if failure in _TIMEOUTS else "error",
            time.perf_counter() - call.began,
            operation=operation,
            model=attribute(agent, "model"),
            provider=attribute(agent, "provider") or attribute(agent, "agent_type"),
            input_tokens=call.tokens_in or None,
            output_tokens=call.tokens_out or None,
            error_type=failure[:MAX_NAME] if failure else None,
            debate_id=debate_id,
            round=_count(round_num) or None,
            trace=span.trace(above),
        )


def _wrap_limit(with_timeout: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(with_timeout)
    async def limited(
        executor: Any,
        coro: Any,
        agent_name: Any,
        timeout_seconds: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        token = LIMIT.set(_end_of(executor, timeout_seconds) or float("inf"))
        try:
            return await with_timeout(executor, coro, agent_name, timeout_seconds, *args, **kwargs)
        finally:
            traces.reset(LIMIT, token)

    return limited


@guarded
def _end_of(executor: Any, timeout_seconds: Any) -> float | None:
    seconds = timeout_seconds or getattr(executor, "default_timeout", None)
    return time.perf_counter() + float(seconds) if isinstance(seconds, (int, float)) else None


def _wrap_error(emit_agent_error: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(emit_agent_error)
    def emitted(executor: Any, agent_name: Any, error_type: Any, *args: Any, **kwargs: Any) -> Any:
        if (call := CALL.get()) is not None:
            call.failures.append(_text(error_type) or "error")
        return emit_agent_error(executor, agent_name, error_type, *args, **kwargs)

    return emitted


def _wrap_airlock(safe_call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(safe_call)
    async def called(
        airlock: Any,
        operation: Any,
        coro_factory: Any,
        timeout: Any,
        fallback: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        failures: list[str] = []

        async def watched() -> Any:
            try:
                return await coro_factory()
            except asyncio.CancelledError:
                failures.append("timeout")
                raise
            except BaseException as error:
                failures.append(type(error).__name__)
                raise

        result = await safe_call(airlock, operation, watched, timeout, fallback, *args, **kwargs)
        call = CALL.get()
        if call is not None and failures and result is fallback:
            call.failures.append(failures[-1])
        return result

    return called


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: Any) -> int:
    return value if type(value) is int and 0 < value < 1 << 31 else 0
