"""Removal of secrets from texts: Aragora's own rules where they are loaded, and ours."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
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
_WORD = re.compile(r"[A-Za-z0-9]{8,}")


class _Known:
    """Words of the secrets that were removed last; thread-safe.

    Aragora logs the words of a question in lower case and one by one: such a word of a secret has
    neither a form nor a name, so it is found as a word that stood in a secret before.
    """

    _MAX = 256
    _MAX_OF_ONE = 32

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: OrderedDict[str, re.Pattern[str]] = OrderedDict()
        self._seen: tuple[tuple[str, re.Pattern[str]], ...] = ()
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        self._lock = threading.Lock()

    def add(self, secret: str) -> None:
        """Remembers the words of the secret that are no words of a language."""
        words = {word.lower() for word in _WORD.findall(secret)}
        words = {word for word in words if not word.isalpha() and not word.isdigit()}
        if words <= self._words.keys():
            return
        with self._lock:
            for word in sorted(words, key=len, reverse=True)[: self._MAX_OF_ONE]:
                self._words[word] = re.compile(rf"\w*{word}\w*", re.IGNORECASE)
                if len(self._words) > self._MAX:
                    self._words.popitem(last=False)
            self._seen = tuple(self._words.items())

    def clear(self) -> None:
        """Forgets all words."""
        with self._lock:
            self._words.clear()
            self._seen = ()

    def remove(self, value: str) -> str:
        """Returns the text without the words, in any case."""
        if not self._seen:
            return value
        lower = value.lower()
        for word, pattern in self._seen:
            if word in lower:
                value = pattern.sub(REDACTED, value)
        return value


KNOWN = _Known()


def learn(environment: Mapping[str, str]) -> None:
    """Remembers the secrets of the process's environment, so that no text has them."""
    for name, value in environment.items():
        if names_secret(name):
            KNOWN.add(value)


def text(value: str) -> str:
    """Returns the text without secrets.

    A word of a secret that was removed from one text is removed from later ones, in any case.
    """
    for pattern in _SECRETS:
        value = pattern.sub(_secret, value)
    value = _URL.sub(_url, value)
    value = _HEADER.sub(_header, value)
    return KNOWN.remove(_upstream(_PAIR.sub(_pair, value)))


@lru_cache(maxsize=1_024)
def path(value: str) -> str:
    """Returns the path of a request without secrets that have a form, such as an API key."""
    for pattern in _SECRETS:
        value = pattern.sub(REDACTED, value)
    return _ASSIGNED.sub(rf"\1{REDACTED}", value)


def names_secret(key: str) -> bool:
    """Returns true if the value of a field with this name is a secret."""
    return _KEY.search(key) is not None


def _secret(match: re.Match[str]) -> str:
    KNOWN.add(match.group(0))
    return REDACTED


def _url(match: re.Match[str]) -> str:
    KNOWN.add(match.group(0)[len(match.group(1)) :].partition(":")[2])
    return f"{match.group(1)}{REDACTED}@"


def _header(match: re.Match[str]) -> str:
    KNOWN.add(match.group(0)[len(match.group(1)) :])
    return f"{match.group(1)}{match.group(2)}{REDACTED}"


def _pair(match: re.Match[str]) -> str:
    value = match.group(2)
    if REDACTED in value or value.lower() in ("none", "null", "true", "false", "bearer", "basic"):
        return match.group(0)
    KNOWN.add(value)
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
