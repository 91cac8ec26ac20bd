"""The wall between this package and its host: no exception of ours gets through."""

from __future__ import annotations

import functools
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from ..events import MAX_NAME
from ..plain import text_of

log = logging.getLogger("aragora_telemetry")
F = TypeVar("F", bound=Callable[..., Any])

#: The last faults of our own code, for tests. A healthy process has none.
FAULTS: deque[str] = deque(maxlen=50)
_reported: set[str] = set()


def guarded(function: F) -> F:
    """Returns the function's result, or None if it raises."""

    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as fault:
            _note(function, fault)
            return None

    return inner  # type: ignore[return-value]


def attribute(owner: Any, name: str) -> str | None:
    """Returns a text that an object of the host has, or None. Its property may raise."""
    try:
        value = getattr(owner, name, None)
        return text_of(value)[:MAX_NAME] or None if isinstance(value, str) else None
    except Exception:
        return None


def _note(function: Callable[..., Any], fault: Exception) -> None:
    try:
        text = str(fault)
    except Exception:
        text = "?"
    name = getattr(function, "__qualname__", "?")
    report = f"{name}: {type(fault).__name__}: {text[:200]}"
    FAULTS.append(report)
    if name not in _reported:
        _reported.add(name)
        warn(f"an event is lost: {report}")


def warn(text: str) -> None:
    """Logs a warning. A handler of the host that raises is not our caller's concern."""
    try:
        log.warning("aragora-telemetry: %s", text)
    except Exception:
        pass
