"""Rules of fields: each takes a host's value and returns the JSON value, or refuses it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from .events import MAX_CONNECTIONS, MAX_ENDPOINT, MAX_NAME, EventType, Field
from .plain import plain_object, well_formed

MAX_SECONDS = 1_000_000_000.0
MAX_TEXT = 65_536
MAX_MEMBERS = 1_000
MAX_ELEMENTS = 10_000


class RefusedError(Exception):
    """An event that the processor would not count; ``reason`` is the label of the drop."""

    def __init__(self, sentence: str, reason: str = "invalid") -> None:
        super().__init__(sentence)
        self.reason = reason


def _refused(field: str, must: str, value: object) -> RefusedError:
    shown = f'"{str.__str__(value)[:60]}"' if isinstance(value, str) else type(value).__name__
    if type(value) is int or type(value) is float or type(value) is bool:
        shown = f"{value!r:.60}" if abs(value) < 1e18 else "not, or too large"
    return RefusedError(f"Field data.{field} must be {must} but is {shown}.")


def _string(field: Field, value: object, must: str) -> str:
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    raise _refused(field.name, must, value)


def _bounded(field: Field, text: str, limit: int) -> str:
    # Code points, as readers get them: two halves of a surrogate pair are one.
    if len(text) > limit and len(well_formed(text)) > limit:
        raise RefusedError(f"Field data.{field.name} has more than {limit} characters.")
    return text


def _name(field: Field, value: object) -> str:
    text = _string(field, value, "a string that is not empty")
    if not text:
        raise _refused(field.name, "a string that is not empty", value)
    return _bounded(field, text, MAX_NAME)


def _endpoint(field: Field, value: object) -> str:
    text = _string(field, value, "a string that is not empty")
    if not text:
        raise _refused(field.name, "a string that is not empty", value)
    return _bounded(field, text, MAX_ENDPOINT)


def _label(field: Field, value: object) -> str:
    return _bounded(field, _string(field, value, "a string"), MAX_NAME)


def cut(text: str) -> str:
    """The text, or its beginning and a mark with the length that it had."""
    if len(text) <= MAX_TEXT:
        return text
    text = well_formed(text)
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}… [cut from {len(text)} characters]"


def _text(field: Field, value: object) -> str:
    return cut(_string(field, value, "a string"))


def _one_of(field: Field, value: object) -> str:
    text = str.__str__(value) if isinstance(value, str) else None
    if text is None or text not in field.values:
        raise _refused(field.name, f"one of {', '.join(sorted(field.values))}", value)
    return text


def _integer(value: object) -> int | None:
    if type(value) is int:
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    try:
        return int(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        return None


def _count(field: Field, value: object) -> int:
    number = _integer(value)
    if number is None or not 0 <= number <= field.high:
        raise _refused(field.name, f"an integer from 0 to {field.high}", value)
    return number


def connection_count(value: object) -> int | None:
    """The number of connections that an event may carry, or None."""
    try:
        number = _integer(value)
    except Exception:
        return None
    return number if number is not None and 0 <= number <= MAX_CONNECTIONS else None


def _status(field: Field, value: object) -> int:
    number = _integer(value)
    if number is None or not 100 <= number <= 599:
        raise _refused(field.name, "an integer from 100 to 599", value)
    return number


def _float(value: object) -> float | None:
    if type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, bool):
        return None
    try:
        number = float.__float__(value) if isinstance(value, float) else float(_index(value))
    except (TypeError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _index(value: object) -> int:
    return int(operator.index(value))  # type: ignore[arg-type]


def _seconds(field: Field, value: object) -> float:
    number = value.total_seconds() if isinstance(value, timedelta) else _float(value)
    if number is None or not 0.0 <= number <= MAX_SECONDS:
        raise _refused(field.name, "a number of seconds from 0 to 1000000000", value)
    return number + 0.0  # -0.0 becomes 0.0


def _interval(field: Field, value: object) -> float:
    number = _float(value)
    if number is None or not 1.0 <= number <= 3600.0:
        raise _refused(field.name, "a number of seconds from 1 to 3600", value)
    return number


def _number(field: Field, value: object) -> float:
    number = _float(value)
    if number is None:
        raise _refused(field.name, "a finite number", value)
    return number


def _names(field: Field, value: object) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise _refused(field.name, "a sequence of strings", value)
    elements = list(islice(value, MAX_ELEMENTS + 1))  # it may never end
    if len(elements) > MAX_ELEMENTS:
        raise RefusedError(f"Field data.{field.name} has more than {MAX_ELEMENTS} elements.")
    return [_label(field, element) for element in elements]


def _counts(field: Field, value: object) -> dict[str, int]:
    members = list(islice(value.items(), MAX_MEMBERS + 1)) if isinstance(value, Mapping) else None
    if members is None or len(members) > MAX_MEMBERS:
        raise _refused(field.name, f"a mapping of up to {MAX_MEMBERS} integers", value)
    return {well_formed(_label(field, n)): _count(field, number) for n, number in members}


def _object(field: Field, value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _refused(field.name, "a mapping", value)
    plain = plain_object(value)
    if plain is None:
        raise RefusedError(
            f"Field data.{field.name} has an object with more than {MAX_MEMBERS} members, "
            f"an array with more than {MAX_ELEMENTS} elements, or is too large."
        )
    return plain


_RULES: dict[str, Callable[[Field, object], Any]] = {
    "name": _name,
    "label": _label,
    "text": _text,
    "endpoint": _endpoint,
    "one_of": _one_of,
    "count": _count,
    "status": _status,
    "seconds": _seconds,
    "interval": _interval,
    "number": _number,
    "names": _names,
    "counts": _counts,
    "object": _object,
}

_BY_TYPE: dict[str, tuple[tuple[str, bool, bool, Callable[[Field, object], Any], Field], ...]] = {}


def checked(event_type: EventType, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an event as JSON values; raises ``RefusedError`` for the first bad one.

    An optional field that is None is left out, and so is an optional id that is empty. What
    the type does not list is left out too.
    """
    rules = _BY_TYPE.get(event_type.name)
    if rules is None:
        rules = _BY_TYPE[event_type.name] = tuple(
            (f.name, f.optional, f.kind == "name", _RULES[f.kind], f) for f in event_type.fields
        )
    plain: dict[str, Any] = {}
    for name, optional, is_id, rule, field in rules:
        value = data.get(name)
        if optional and (value is None or (is_id and value == "")):
            continue
        plain[name] = rule(field, value)
    return plain
