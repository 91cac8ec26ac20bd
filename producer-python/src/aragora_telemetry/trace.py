"""Place of an event in a distributed trace."""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

_TRACEPARENT = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", re.DOTALL
)
_SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}")


class Trace(NamedTuple):
    """Span of an operation and the span above it.

    ``traceparent`` is the W3C context of the operation itself, ``parent_span_id`` the id of the
    span above it, 16 hex digits. A value of another form is left out of the event.
    """

    traceparent: str | None = None
    parent_span_id: str | None = None


NO_TRACE = Trace()
"""Leaves the event out of every trace, also where a span is current."""


def is_traceparent(text: object) -> bool:
    """Recognizes a W3C traceparent: version 00, or a later version with more fields.

    Over 1,024 characters readers ignore it.
    """
    if type(text) is not str or len(text) > 1_024:
        return False
    match = _TRACEPARENT.fullmatch(text)
    return match is not None and (match.group(2) is None or match.group(1) != "00")


def is_span_id(text: object) -> bool:
    """Recognizes 16 lower case hex digits that are not all 0."""
    return type(text) is str and _SPAN_ID.fullmatch(text) is not None


def current_trace() -> Trace:
    """The OpenTelemetry span that is current here, or ``NO_TRACE``.

    OpenTelemetry is never imported: a host that has not imported it has no current span.
    """
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return NO_TRACE
    try:
        span = api.get_current_span()
        context = span.get_span_context()
        if not context.is_valid:
            return NO_TRACE
        parent = getattr(span, "parent", None)
        return Trace(
            f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}",
            f"{parent.span_id:016x}" if parent is not None else None,
        )
    except Exception:
        return NO_TRACE  # half imported, or not OpenTelemetry's
