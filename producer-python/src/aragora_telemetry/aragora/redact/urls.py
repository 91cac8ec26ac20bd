"""Credentials of URLs, ``scheme://user:password@host``; a password may contain slashes."""

from __future__ import annotations

import re

from .mark import REDACTED

_MAX_CHARS = 512
_END = re.compile(r"[\x00- \"'<>\\]|://")


def without_credentials(value: str, found: list[str]) -> str:
    """Returns the text without passwords of URLs, which are added to ``found``."""
    if "://" not in value or "@" not in value:
        return value
    parts: list[str] = []
    at = copied = 0
    while (start := value.find("://", at)) >= 0:
        at = start = start + 3
        sign = _sign(value[start : start + _MAX_CHARS])
        if sign < 0:
            continue
        user, colon, password = value[start : start + sign].partition(":")
        secret = password if colon else user
        if secret in ("", REDACTED) or (not colon and secret == "git"):
            continue
        found.append(secret)
        parts += (value[copied : start + sign - len(secret)], REDACTED)
        at = copied = start + sign
    return "".join((*parts, value[copied:]))


def _sign(text: str) -> int:
    """Index of the sign that ends the credentials, else -1."""
    end = _END.search(text)
    if end is not None:
        text = text[: end.start()]
    slash = next((n for n, c in enumerate(text) if c in "/?#"), len(text))
    colon = text.find(":", 0, slash)
    before = text.rfind("@", 0, slash)
    if before >= 0 or colon < 0:
        return before
    return -1 if text[colon + 1 : slash].isdigit() else text.rfind("@")  # a port, or a password
