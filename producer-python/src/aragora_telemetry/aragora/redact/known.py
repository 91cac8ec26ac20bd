"""Words of secrets that were seen before."""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable

from .mark import REDACTED

_WORD = re.compile(r"[A-Za-z0-9]{8,}")
_MAX_WORD = 64


class Known:
    """Words of the secrets that were removed last, and of the environment's; thread-safe.

    Aragora logs the words of a question in lower case and one by one: such a word of a secret has
    neither a form nor a name, so it is found as a word that stood in a secret before.
    """

    _MAX = 256
    _MAX_OF_ONE = 32

    def __init__(self) -> None:
        # Reentrant: a signal handler or a finaliser may log while its thread is in here.
        self._lock = threading.RLock()
        self._words: OrderedDict[str, None] = OrderedDict()
        self._kept: frozenset[str] = frozenset()
        self._seen: tuple[str, ...] = ()
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        self._lock = threading.RLock()

    def add(self, secret: str) -> None:
        """Remembers the words of the secret that are no words of a language."""
        words = _words(secret)
        if words <= self._words.keys() | self._kept:
            return
        with self._lock:
            for word in sorted(words, key=len, reverse=True)[: self._MAX_OF_ONE]:
                self._words[word] = None
                if len(self._words) > self._MAX:
                    self._words.popitem(last=False)
            self._seen = (*self._kept, *self._words)

    def keep(self, secrets: Iterable[str]) -> None:
        """Remembers words of secrets which no later ones displace."""
        with self._lock:
            self._kept = self._kept.union(*map(_words, secrets))
            self._seen = (*self._kept, *self._words)

    def clear(self) -> None:
        """Forgets all words."""
        with self._lock:
            self._words.clear()
            self._kept, self._seen = frozenset(), ()

    def remove(self, value: str) -> str:
        """Returns the text without the words, in any case, and what is grown together with them."""
        if not self._seen:
            return value
        lower = value.lower()
        found = [word for word in self._seen if word in lower]
        if not found:
            return value
        # Each character is read once: a pattern for what stands before the word would read on.
        pattern = re.compile("|".join(found), re.IGNORECASE)
        parts: list[str] = []
        at = 0
        while (match := pattern.search(value, at)) is not None:
            start = match.start()
            while start > at and _is_word(value[start - 1]):
                start -= 1
            parts += (value[at:start], REDACTED)
            rest = _REST.match(value, match.end())
            at = match.end() if rest is None else rest.end()
        return "".join((*parts, value[at:]))


_REST = re.compile(r"\w*")


def _is_word(sign: str) -> bool:
    return sign == "_" or sign.isalnum()


def _words(secret: str) -> set[str]:
    words = {word[:_MAX_WORD].lower() for word in _WORD.findall(secret)}
    return {word for word in words if not word.isalpha() and not word.isdigit()}
