"""Trace of what runs: OpenTelemetry's span, else Aragora's correlation ids, else our own chain.

OpenTelemetry is never imported. The chain is request, debate, agent call.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar, Token
from typing import Any, NamedTuple, TypeGuard

from ..sampling import Sampler
from ..trace import Trace
from .guard import guarded

#: Ids of requests are cut to this: longer than a name is, the request would not be counted.
MAX_REQUEST_ID = 200
_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}")


class Span(NamedTuple):
    """Ids of one operation."""

    trace_id: str
    span_id: str
    sampled: bool

    def trace(self, parent: Span | None = None) -> Trace:
        """Returns the context of this operation as an event carries it."""
        flags = "01" if self.sampled else "00"
        return Trace(
            f"00-{self.trace_id}-{self.span_id}-{flags}", parent.span_id if parent else None
        )


class Request:
    """The HTTP request that this code serves. Its ids are known once somebody asked for them."""

    def __init__(self, sampler: Sampler, headers: Mapping[str, str] | None = None) -> None:
        self._sampler = sampler
        self._headers = headers or {}
        self.request_id: str | None = None
        self._span: Span | None = None
        self.parent: Span | None = None

    @property
    def span(self) -> Span:
        if self._span is None:
            self.parent = recording() or parsed(self._headers.get("traceparent", ""))
            self._span = child(self.parent, self._sampler)
        return self._span

    def trace(self) -> None:
        """Fixes the ids, below OpenTelemetry's current span if there is one."""
        _ = self.span

    def correlated(self, correlation: Any) -> None:
        """Takes the ids that Aragora gave the request, the first time."""
        request_id = getattr(correlation, "request_id", None)
        if isinstance(request_id, str) and request_id:
            self.request_id = request_id[:MAX_REQUEST_ID]  # a header of the client may be it
        trace_id, span_id = (
            getattr(correlation, "trace_id", None),
            getattr(correlation, "span_id", None),
        )
        if self._span is None and _is(trace_id, _TRACE_ID) and _is(span_id, _SPAN_ID):
            caller = parsed(self._headers.get("traceparent", ""))
            above = caller.sampled if caller and caller.trace_id == trace_id else None
            self._span = Span(trace_id, span_id, self._sampler.sampled(trace_id, above))
            parent_id = getattr(correlation, "parent_span_id", None)
            if _is(parent_id, _SPAN_ID):
                self.parent = Span(trace_id, parent_id, self._span.sampled)


#: Span of the debate that this code runs in.
RUNNING: ContextVar[Span | None] = ContextVar("aragora_telemetry_running", default=None)
#: Request that this code serves.
REQUEST: ContextVar[Request | None] = ContextVar("aragora_telemetry_request", default=None)


def child(parent: Span | None, sampler: Sampler) -> Span:
    """Returns a new span below the parent, or the root of a new trace."""
    trace_id = parent.trace_id if parent else os.urandom(16).hex()
    return Span(
        trace_id, os.urandom(8).hex(), sampler.sampled(trace_id, parent.sampled if parent else None)
    )


def ids(trace_id: Any, span_id: Any, sampler: Sampler) -> Span | None:
    """Returns the ids as a span, if they have the form of W3C ids."""
    if _is(trace_id, _TRACE_ID) and _is(span_id, _SPAN_ID):
        return Span(trace_id, span_id, sampler.sampled(trace_id))
    return None


def reset(variable: ContextVar[Any], token: Token[Any]) -> None:
    """Resets the variable, unless the code was taken to another context since."""
    with contextlib.suppress(ValueError):
        variable.reset(token)


@guarded
def recording() -> Span | None:
    """Returns OpenTelemetry's current span, if its SDK records one here."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    span = api.get_current_span()
    context = span.get_span_context()
    if not context.is_valid or not (span.is_recording() or context.is_remote):
        return None
    return Span(
        f"{context.trace_id:032x}", f"{context.span_id:016x}", bool(context.trace_flags & 1)
    )


def here() -> Span | None:
    """Returns the span that this code runs in."""
    found = recording() or RUNNING.get()
    if found is None and (request := REQUEST.get()) is not None:
        found = request.span
    return found


@guarded
def enter(span: Span) -> Any:
    """Makes the span OpenTelemetry's current one, so that Aragora's own spans lie below it."""
    api, contexts = sys.modules.get("opentelemetry.trace"), sys.modules.get("opentelemetry.context")
    if api is None or contexts is None:
        return None
    context = api.SpanContext(
        int(span.trace_id, 16),
        int(span.span_id, 16),
        False,
        api.TraceFlags(1 if span.sampled else 0),
    )
    return contexts.attach(api.set_span_in_context(api.NonRecordingSpan(context)))


@guarded
def leave(token: Any) -> None:
    """Undoes ``enter``."""
    if token is not None:
        sys.modules["opentelemetry.context"].detach(token)


def _is(text: Any, pattern: re.Pattern[str]) -> TypeGuard[str]:
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def parsed(traceparent: str) -> Span | None:
    parts = traceparent.strip().split("-")
    if len(parts) < 4 or not _is(parts[1], _TRACE_ID) or not _is(parts[2], _SPAN_ID):
        return None
    return Span(parts[1], parts[2], parts[3][-1:] in "13579bdf" and parts[3] != "")
