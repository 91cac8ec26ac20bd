"""Any object of a host as JSON: it ends, it raises nothing, and readers accept what comes out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice
from typing import Any

MAX_MEMBERS = 1_000
MAX_ELEMENTS = 10_000
MAX_DEPTH = 60
"""Below the readers' 64, of which the envelope and ``data`` take two."""

MAX_TEXT = 65_536
MAX_NODES = 100_000
_MAX_BITS = 1_024


class _Budget:
    __slots__ = ("nodes",)

    def __init__(self) -> None:
        self.nodes = MAX_NODES


class _TooMuchError(Exception):
    pass


def plain_object(value: Mapping[Any, Any]) -> dict[str, Any] | None:
    """The mapping as a JSON object, or None if it breaks a bound of readers.

    NaN and infinities become null, so does what lies too deep; long texts are cut; whatever is
    not JSON becomes its ``str()``, or a mark with its type where that raises.
    """
    try:
        return _object(value, 0, _Budget())
    except _TooMuchError:
        return None


def _object(value: Mapping[Any, Any], depth: int, budget: _Budget) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    members = list(islice(value.items(), 2 * MAX_MEMBERS))  # it may never end
    for key, member in members:
        plain[well_formed(key if type(key) is str else text_of(key))] = _value(
            member, depth + 1, budget
        )
    if len(plain) > MAX_MEMBERS or any(len(name) > MAX_TEXT for name in plain):
        raise _TooMuchError
    return plain


def _value(value: Any, depth: int, budget: _Budget) -> Any:
    try:
        return _plain(value, depth, budget)
    except _TooMuchError:
        raise
    except Exception:  # a proxy raises where it is asked for its class
        return f"<{type(value).__name__} without text>"


def _plain(value: Any, depth: int, budget: _Budget) -> Any:
    budget.nodes -= 1
    if budget.nodes < 0:
        raise _TooMuchError
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return _cut(value)
    if kind is int:
        return value if value.bit_length() <= _MAX_BITS else f"<int of {value.bit_length()} bits>"
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is dict or isinstance(value, Mapping):
        return _object(value, depth, budget) if depth < MAX_DEPTH else None
    if isinstance(value, (list, tuple, set, frozenset)):
        return _array(value, depth, budget) if depth < MAX_DEPTH else None
    if isinstance(value, (bytes, bytearray)):
        return _cut(bytes(value[:MAX_TEXT]).decode("utf-8", "replace"))
    return _cut(text_of(value))


def _array(value: Any, depth: int, budget: _Budget) -> list[Any]:
    elements = list(islice(value, MAX_ELEMENTS + 1))
    if len(elements) > MAX_ELEMENTS:
        raise _TooMuchError
    return [_value(element, depth + 1, budget) for element in elements]


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    text = well_formed(text)
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}… [cut from {len(text)} characters]"


def text_of(value: object) -> str:
    """``str()`` of an object of the host, which may raise or return a hostile subclass."""
    try:
        if isinstance(value, str):
            return str.__str__(value)
        return str.__str__(str(value))
    except Exception:
        return f"<{type(value).__name__} without text>"


def well_formed(text: str) -> str:
    """The text with U+FFFD for each lone surrogate; a pair becomes its character."""
    if text.isascii():
        return text
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
