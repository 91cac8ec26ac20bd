"""Events as CloudEvents 1.0 in structured JSON, checked by the rules of the readers."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .events import EventType
from .plain import well_formed
from .rules import RefusedError, checked
from .trace import Trace, is_span_id, is_traceparent

__all__ = ["MAX_VALUE_BYTES", "RefusedError", "encode", "event_time", "numbered"]

MAX_VALUE_BYTES = 1_048_576
NUMBER_BYTES = 96
"""Room for epoch and seq, which come in when the partition is known."""

_EARLIEST = 1_577_836_800
_HOUR = 3_600
_dumps = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False
).encode
_second: tuple[int, str] = (-1, "")


def event_time(when: float | datetime | None) -> str:
    """RFC 3339 in UTC with microseconds; raises ``RefusedError`` outside of what is counted."""
    now = time.time_ns()
    if when is None:
        if now < _EARLIEST * 1_000_000_000:
            raise RefusedError("The clock of the host is before 2020.")
        return _rfc3339(now // 1_000)
    seconds = when.timestamp() if isinstance(when, datetime) else when
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise RefusedError("The time of an event must be POSIX seconds or a datetime.")
    if not math.isfinite(seconds) or not _EARLIEST <= seconds <= now / 1e9 + _HOUR:
        raise RefusedError("The time of an event must be from 2020 to one hour from now.")
    return _rfc3339(round(seconds * 1_000_000))


def _rfc3339(micros: int) -> str:
    global _second
    second, fraction = divmod(micros, 1_000_000)
    known, text = _second
    if known != second:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        _second = (second, text)  # one store: threads see a matching pair
    return f"{text}.{fraction:06d}Z"


def encode(
    event_type: EventType,
    data: Mapping[str, Any],
    source: str,
    event_id: str,
    when: float | datetime | None,
    trace: Trace,
) -> tuple[bytes, bytes]:
    """Key and value of an event without epoch and seq; raises ``RefusedError``.

    ``source`` and ``event_id`` are the producer's own, without signs that JSON escapes.
    """
    trace_members = ""
    if trace.traceparent is not None and is_traceparent(trace.traceparent):
        trace_members = f'"traceparent":{_dumps(trace.traceparent)},'
    if trace.parent_span_id is not None and is_span_id(trace.parent_span_id):
        trace_members += f'"parentspanid":"{trace.parent_span_id}",'
    plain = checked(event_type, data)
    key = source
    for name in event_type.keys:
        if name in plain:
            key = plain[name]
            break
    # What is not the host's needs no escapes: ids, source and type are ours.
    body = _bytes(
        f'{{"specversion":"1.0","id":"{event_id}","source":"{source}","type":"{event_type.name}",'
        f'"time":"{event_time(when)}",{trace_members}"data":{_dumps(plain)}}}'
    )
    if len(body) + NUMBER_BYTES > MAX_VALUE_BYTES:
        raise RefusedError(
            f"The event would take {len(body) + NUMBER_BYTES} bytes, "
            f"more than the {MAX_VALUE_BYTES} that are counted.",
            "too_large",
        )
    return _bytes(key), body


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return well_formed(text).encode()


def numbered(body: bytes, epoch: str, seq: int) -> bytes:
    """The value with its number first in the object: valid whatever follows."""
    return b'{"epoch":"%s","seq":%d,%s' % (epoch.encode(), seq, body[1:])
