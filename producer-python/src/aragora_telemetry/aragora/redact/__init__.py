"""Removal of secrets from texts: Aragora's own rules where they are loaded, and ours.

Ours are those of the exporters, written for ``re``: secrets by their form (``tokens``), by the name
before them (``names`` and ``values``), in URLs, and words of secrets seen before (``known``).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ...plain import text_of
from .harmless import is_count, is_harmless
from .known import Known
from .mark import REDACTED
from .names import Form, form
from .tokens import without_tokens
from .urls import without_credentials
from .values import without_values

__all__ = ["KNOWN", "REDACTED", "field", "learn", "path", "text"]

_UPSTREAM = (
    "aragora.server.middleware.structured_logging",
    "aragora.observability.middleware.structured_logging",
)
_ASSIGNED = re.compile(r"(?<![\w.-])([\w.-]{2,64}=)([^/;&]+)")  # a colon may be a verb of an API
_MAX_VARIABLE = 4_096

KNOWN = Known()


def learn(environment: Mapping[str, str]) -> None:
    """Remembers the secrets of the process's environment, so that no text has them."""
    KNOWN.keep(_secrets_of(environment))


def _secrets_of(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        found: list[str] = []
        value = value[:_MAX_VARIABLE]
        _without(value, found)
        yield from found
        is_place = "://" in value or (value.startswith(("/", "~")) and os.path.exists(value))
        if form(name) is not Form.NONE and not is_place and not is_harmless(value):
            yield value


def text(value: str) -> str:
    """Returns the text without secrets.

    A word of a secret that was removed from one text is removed from later ones, in any case.
    """
    found: list[str] = []
    value = _without(value, found)
    for secret in found:
        KNOWN.add(secret)
    return KNOWN.remove(_upstream(value))


def _without(value: str, found: list[str]) -> str:
    return without_values(without_credentials(without_tokens(value, found), found), found)


def field(name: str, value: Any) -> Any:
    """Returns the value of a field without secrets, of which its name may be one."""
    kind = form(name)
    if kind is Form.NONE or isinstance(value, bool):
        return text(value) if isinstance(value, str) else value
    shown = text_of(value)
    if kind is Form.SIGNATURE and len(shown) < 16:
        return value
    counts = kind in (Form.COUNTABLE, Form.WEAK)
    if is_harmless(shown) or (counts and not isinstance(value, str) and is_count(shown)):
        return value
    KNOWN.add(shown)
    return REDACTED


@lru_cache(maxsize=1_024)
def path(value: str) -> str:
    """Returns the path of a request without secrets that have a form, such as an API key."""
    return _ASSIGNED.sub(_assigned, without_tokens(value, []))


def _assigned(match: re.Match[str]) -> str:
    secret = form(match[1][:-1]) is not Form.NONE and not is_harmless(match[2])
    return f"{match[1]}{REDACTED}" if secret else match[0]


def _upstream(value: str) -> str:
    for name in _UPSTREAM:
        redact: Any = getattr(sys.modules.get(name), "redact_string", None)
        if redact is not None:
            try:
                return str(redact(value))
            except Exception:
                return value
    return value
