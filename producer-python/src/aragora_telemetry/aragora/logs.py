"""Log records of the process, without secrets.

The hook is on ``Logger.callHandlers``: three configurators of Aragora remove the root's handlers.
"""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from typing import Any

from ..events import MAX_NAME
from ..plain import text_of
from ..trace import NO_TRACE
from . import redact, traces
from .guard import attribute, guarded
from .hooks import Hook
from .runs import DEBATE
from .session import MAX_TEXT, Session

_OWN = "aragora_telemetry"
_MAX_FIELDS = 50
_MAX_VALUE = 2_000
_LEVELS = ((50, "CRITICAL"), (40, "ERROR"), (30, "WARNING"), (20, "INFO"))
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LogHooks:
    """Hook on ``logging.Logger.callHandlers``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._source = session.source("logs", "log records")
        level = session.settings.log_level
        self._level = logging.CRITICAL + 1_000_000 if level == "OFF" else getattr(logging, level)
        self._inside = threading.local()

    def hooks(self) -> list[Hook]:
        return [
            Hook(self._source, "logging", "Logger.callHandlers", ("self", "record"), self._wrap)
        ]

    def _wrap(self, call_handlers: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call_handlers)
        def called(logger: Any, record: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return call_handlers(logger, record, *args, **kwargs)
            finally:
                self._emit(record)

        return called

    @guarded
    def _emit(self, record: logging.LogRecord) -> None:
        # A record that another process has made may lack any attribute, or have None.
        level = getattr(record, "levelno", None)
        if not isinstance(level, int) or level < self._level or not self._source.on:
            return
        name = getattr(record, "name", None)
        if getattr(self._inside, "on", False) or str(name).split(".", 1)[0] == _OWN:
            return
        if not self._session.serves():
            return
        self._inside.on = True
        try:
            self._emitted(record)
        finally:
            self._inside.on = False

    @guarded
    def _emitted(self, record: logging.LogRecord) -> None:
        request, span = traces.REQUEST.get(), traces.here()
        self._session.producer.log_emitted(
            _level(record.levelno),
            text_of(record.name or "root")[:MAX_NAME],
            redact.text(_message(record)[:MAX_TEXT]),
            module=attribute(record, "module"),
            function=attribute(record, "funcName"),
            line=_line(record.lineno),
            request_id=request.request_id if request else None,
            debate_id=DEBATE.get() or None,
            fields=_fields(record) or None,
            time=record.created,
            trace=span.trace() if span else NO_TRACE,
        )


def _message(record: logging.LogRecord) -> str:
    """Returns the message, or its form if the arguments do not fit it."""
    try:
        return text_of(record.getMessage())
    except Exception:
        return text_of(record.msg)


def _line(number: Any) -> int | None:
    return number if type(number) is int and 0 <= number < 1 << 31 else None


def _level(number: int) -> str:
    return next((name for level, name in _LEVELS if number >= level), "DEBUG")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Returns what the caller added to the record, and its exception."""
    fields: dict[str, Any] = {}
    extra = dict(vars(record))
    structured = extra.pop("structured_fields", None)
    if isinstance(structured, dict):
        extra.update(structured)
    for name, value in extra.items():
        if name in _STANDARD or not isinstance(name, str) or name.startswith("_"):
            continue
        if len(fields) < _MAX_FIELDS and _is_plain(value):
            fields[name] = redact.field(name, _value(value))
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None:
        fields["exception_type"] = type(error).__name__
        fields["exception"] = redact.text(text_of(error)[:MAX_TEXT])
    return fields


def _is_plain(value: Any) -> bool:
    try:
        return isinstance(value, (str, int, float, bool))
    except Exception:
        return False  # a proxy raises where it is asked for its class


def _value(value: Any) -> Any:
    return text_of(value)[:_MAX_VALUE] if isinstance(value, str) else value
