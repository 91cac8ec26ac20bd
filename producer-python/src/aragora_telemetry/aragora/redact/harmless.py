"""Values that stay under the name of a secret, because they describe it."""

from __future__ import annotations

import re

_STATES = frozenset(
    """
    - absent accepted active allowed bad blank changed created deleted denied disabled empty
    enabled error exists expired failed failure false forbidden found granted hidden ignored
    incorrect invalid loaded locked malformed masked match matched mismatch missing n/a na nil
    no none null off ok okay on optional passed present provided redacted refreshed rejected
    renewed required reset revoked rotated set skipped stored succeeded success successful true
    unauthorized unavailable undefined unknown unset updated valid validated verified wrong yes
    not-set notset filtered removed secret str string bytes secretstr optional[str]
    """.split()  # noqa: SIM905
)
_PHRASES = frozenset(
    ("not set", "not found", "not provided", "not valid", "is missing", "is expired")
)
_PROSE = frozenset(
    """
    a an and are already at be but by can cannot could did does expected for from had has have
    if in is it its may might must not of or please should the this to too unable unexpected was
    we were when will with without would you your
    """.split()  # noqa: SIM905
)
_METHODS = frozenset(  # of an API: they follow the last segment of a path after a colon
    """
    activate batchcreate batchdelete batchget batchupdate cancel check clear count create
    deactivate delete disable enable exchange exists export expire generate get grant import info
    introspect invalidate issue list purge refresh regenerate remove renew reset resolve restore
    revoke rotate search set sign status sync test undelete update upload validate verify
    """.split()  # noqa: SIM905
)
_COUNT = re.compile(r"(?=[^\d]*\d)[\d,./]{1,12}[kKM%]?")
_COUNTED = re.compile(r"(?:\\*[\"']?\w+\\*[\"']?\s*[:=]\s*)?\d{1,9}(?:\.\d+)?")
_MAX_CHARS = 64


def is_harmless(value: str) -> bool:
    """True for a state, an empty value, a mask or the mark."""
    if len(value) > _MAX_CHARS:
        return False
    plain = value.strip().rstrip(".!?:,;")
    while len(plain) >= 2 and plain[0] in "[(<{" and plain[-1] in "])>}":
        plain = plain[1:-1]
    plain = plain.strip().lower()
    return (
        not plain.strip("*•")
        or plain in _STATES
        or plain in _PHRASES
        or (value.startswith("${") and value.find("}") == len(value) - 1)
    )


def is_prose(word: str) -> bool:
    """True for a word that begins prose."""
    return word.lower() in _PROSE


def is_method(word: str) -> bool:
    """True for a method of an API: ``refresh`` of ``/token:refresh``."""
    return word.lower() in _METHODS


def is_count(value: str) -> bool:
    """True for a short number, and for a list or object of them: a count of tokens, not one."""
    plain = value.rstrip(".,")
    if _COUNT.fullmatch(plain) and len(plain) <= 12 and sum(c.isdigit() for c in plain) <= 9:
        return True
    if len(value) > 4 * _MAX_CHARS:
        return False
    parts = (part.strip() for part in value.strip(" \t\r\n[{()}]").split(","))
    return all(not part or _COUNTED.fullmatch(part) for part in parts)
