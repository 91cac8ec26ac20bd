"""Removal of secrets from texts: Aragora's own rules where they are loaded, and ours."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import Any

REDACTED = "[REDACTED]"

_UPSTREAM = (
    "aragora.server.middleware.structured_logging",
    "aragora.observability.middleware.structured_logging",
)

_SECRETS = (
    re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
    ),
    re.compile(r"\bey[JK][\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"),  # JSON web token
    re.compile(r"\b(?:sk|pk|rk)[-_][\w-]{12,}"),  # OpenAI, Anthropic, OpenRouter, Stripe
    re.compile(r"\b(?:xai|gsk|hf|r8|pplx|fw|tgp)[-_]\w{16,}"),  # xAI, Groq, Hugging Face, ...
    re.compile(r"\bAIza[\w-]{30,}"),  # Google
    re.compile(r"\bya29\.[\w-]{20,}"),
    re.compile(r"\b(?:AKIA|ASIA|AROA)[0-9A-Z]{16}\b"),  # AWS
    re.compile(r"\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}"),
    re.compile(r"\bxox[abeoprs]-[\w-]{10,}"),  # Slack
    re.compile(r"\b\d{8,10}:[\w-]{35}\b"),  # Telegram
    re.compile(r"\b[0-9a-f]{32}-us\d{1,2}\b"),  # Mailchimp
)
_URL = re.compile(r"\b([a-z][a-z0-9+.-]{0,20}://)[^\s/@:]*:[^\s/@]+@", re.IGNORECASE)
_HEADER = re.compile(r"\b(Bearer|Basic|Token)(\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
#: Begins at the word that names a secret: a search for what stands before it would cost more.
_NAME = (
    r"(?:password|passwd|secret|api[_-]?key|private[_-]?key|session[_-]?(?:id|key)|"
    r"(?:auth|access|refresh|csrf|bot|id)[_-]?token(?!s)|(?<![a-z])token(?!s)|authorization|"
    r"credential|cookie|dsn)[\w-]{0,40}"
)
_PAIR = re.compile(
    rf"""({_NAME}["']?\s*(?:=|:)\s*)("[^"]*"|'[^']*'|[^\s,;&"'}}\])]+)""", re.IGNORECASE
)
_ASSIGNED = re.compile(rf"({_NAME}=)[^/;&]+", re.IGNORECASE)  # a colon may be a verb of an API
_KEY = re.compile(_NAME, re.IGNORECASE)


def text(value: str) -> str:
    """Returns the text without secrets."""
    for pattern in _SECRETS:
        value = pattern.sub(REDACTED, value)
    value = _URL.sub(rf"\1{REDACTED}@", value)
    value = _HEADER.sub(rf"\1\2{REDACTED}", value)
    return _upstream(_PAIR.sub(_pair, value))


@lru_cache(maxsize=1_024)
def path(value: str) -> str:
    """Returns the path of a request without secrets that have a form, such as an API key."""
    for pattern in _SECRETS:
        value = pattern.sub(REDACTED, value)
    return _ASSIGNED.sub(rf"\1{REDACTED}", value)


def names_secret(key: str) -> bool:
    """Returns true if the value of a field with this name is a secret."""
    return _KEY.search(key) is not None


def _pair(match: re.Match[str]) -> str:
    value = match.group(2)
    if REDACTED in value or value.lower() in ("none", "null", "true", "false", "bearer", "basic"):
        return match.group(0)
    quote = value[0] if value[0] in "\"'" else ""
    return f"{match.group(1)}{quote}{REDACTED}{quote}"


def _upstream(value: str) -> str:
    for name in _UPSTREAM:
        redact: Any = getattr(sys.modules.get(name), "redact_string", None)
        if redact is not None:
            try:
                return str(redact(value))
            except Exception:
                return value
    return value
