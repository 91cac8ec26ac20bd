"""Values that follow the name of a secret in a text.

``name=value``, ``"name": "value"``, ``'name' => 'value'``, the same within a JSON string, and kin.
Each sign is read a bounded number of times.
"""

from __future__ import annotations

import re

from .harmless import is_count, is_harmless, is_method, is_prose
from .limits import (
    ASSIGNMENT,
    BRACKETS,
    blanks,
    end_of_brackets,
    end_of_line,
    end_of_pairs,
    end_of_plain,
    end_of_quoted,
    word_at,
)
from .mark import REDACTED
from .names import Form, form

_OPERATOR = re.compile(
    r"""\w(?:\\*["'`])?(?:\[\d{1,7}(?=\]))?\]?[ \t]*"""
    r"""(?:(?P<sign>=|:(?!//|:))[=>]{0,2}|%3[da]|\\u003d)""",
    re.IGNORECASE,
)
_NAME_BEFORE = 64
_NAME = re.compile(r"[\w.-]")
_SCHEMES = frozenset(
    """
    bearer basic token digest apikey negotiate aws4-hmac-sha256
    """.split()  # noqa: SIM905
)
_METHOD = re.compile(r"""[A-Za-z]+(?=[ \t\r\n?#"'`,;)\]}]|\Z)""")
_QUOTED = re.compile(r"""(?P<literal>[bBuUrRfF@$](?=["'`]))?(?P<slashes>\\*)(?P<quote>["'`])""")
_MIN_SIGNATURE = 16
_MIN_CODE, _MAX_CODE = 10, 255
_DIGEST = re.compile(r"\\*[\"'](?:[0-9a-fA-F]{32}|[0-9a-fA-F]{64})(?![0-9a-fA-F])")


def without_values(value: str, found: list[str]) -> str:
    """Returns the text without these secrets, which are added to ``found``."""
    return _Scan(value, found).run()


class _Scan:
    """One pass over one text."""

    def __init__(self, text: str, found: list[str]) -> None:
        self._text = text
        self._found = found
        self._parts: list[str] = []
        self._copied = 0

    def run(self) -> str:
        text = self._text
        at = 0
        while (match := _OPERATOR.search(text, at)) is not None:
            end = match.start() + 1
            at = max(end, self._assigned(self._start_of_name(end), end, match))
        text = "".join((*self._parts, text[self._copied :]))
        return _tags(text, self._found) if "</" in text else text

    def _start_of_name(self, end: int) -> int:
        at = end
        while at > self._copied and word_at(self._text, at - 1):
            at -= 1
        floor = max(self._copied, at - _NAME_BEFORE)
        while at > floor and _NAME.match(self._text[at - 1]):
            at -= 1
        return at

    def _assigned(self, start: int, end: int, match: re.Match[str]) -> int:
        """Removes the value that follows a name, if the name is that of a secret."""
        text, sign = self._text, match["sign"] or "="
        name = text[start:end]
        kind = form(name)
        if kind is Form.NONE and name.lower() in ("key", "keys"):
            kind = form(self._with_word_before(start, name))
        at = self._start(match.end())
        if kind is Form.NONE:
            return self._value(start, at, kind, "=") if self._is_long(start, name, at) else end
        stop = self._value(start, at, kind, sign)
        # "password: str = 'x'": what follows the type is the value.
        following = blanks(text, stop)
        if sign == ":" and stop > at and text[following : following + 1] == "=":
            return self._value(start, self._start(following + 1), kind, "=")
        return stop

    def _with_word_before(self, start: int, name: str) -> str:
        if start - 1 <= self._copied or self._text[start - 1] != " ":
            return name
        return f"{self._text[self._start_of_name(start - 1) : start - 1]}_{name}"

    def _is_long(self, start: int, name: str, at: int) -> bool:
        """OAuth's ``?code=`` and Digest's ``response="…"``."""
        if name == "code" and self._text[max(0, start - 1) : start] in ("?", "&"):
            code = self._text[at : at + _MAX_CODE]
            code = code[: end_of_plain(code, 0)]
            mixed = any(c.isdigit() for c in code) and any(c.isalpha() for c in code)
            return mixed and len(code) >= _MIN_CODE
        return name.lower() == "response" and _DIGEST.match(self._text, at) is not None

    def _start(self, at: int) -> int:
        """Start of the value: blanks and one line break are skipped."""
        text = self._text
        at = blanks(text, at)
        if text[at : at + 1] not in ("\n", "\r"):
            return at
        line = blanks(text, at + 2 if text.startswith("\r\n", at) else at + 1)
        if text.startswith("- ", line):
            line = blanks(text, line + 2)
        here = text[line : line + 1]
        return line if here > " " and not ASSIGNMENT.match(text, line) else at

    def _value(self, start: int, at: int, kind: Form, sign: str) -> int:
        """Removes the value at ``at`` unless it is harmless; returns its end."""
        text = self._text
        if at >= len(text):
            return len(text)
        quoted = _QUOTED.match(text, at)
        if quoted is not None:
            level = len(quoted["slashes"])
            end = end_of_quoted(text, quoted.end(), quoted["quote"], level)
            return self._remove_unless_harmless(quoted.end(), end, kind)
        if sign == ":" and start and text[start - 1] == "/":
            method = _METHOD.match(text, at)
            if method is not None and is_method(method[0]):
                return method.end()
        if kind is Form.LINE:
            return self._line(start, at, sign)
        if text[at] in BRACKETS and not text.startswith(REDACTED, at):
            close = end_of_brackets(text, at)
            return self._remove_unless_harmless(at, max(close, end_of_plain(text, close)), kind)
        stop = end_of_plain(text, at)
        word = text[at:stop]
        if sign == ":" and text[stop : stop + 1] == " " and is_prose(word):
            return stop
        if kind is Form.WEAK and sign == ":" and word.rstrip(".").isalpha() and word.islower():
            return stop
        if word.lower() in _SCHEMES:
            stop = end_of_plain(text, blanks(text, stop))
        return self._remove_unless_harmless(at, stop, kind)

    def _line(self, start: int, at: int, sign: str) -> int:
        text = self._text
        word = end_of_plain(text, at)
        after = text[word : word + 1] or " "
        first = text[at:word]
        alone = after != ";" and (is_harmless(first) or is_count(first))
        marked = alone and sign == ":" and text.startswith(REDACTED, at)
        if not marked and (alone or (after == " " and is_prose(first))):
            return word
        line_end = end_of_line(text, start, at)
        if marked:
            return self._remove(at, line_end) if line_end > word else word
        whole = sign == ":" or first.lower() in _SCHEMES
        return self._remove(at, line_end if whole else end_of_pairs(text, at))

    def _remove_unless_harmless(self, start: int, end: int, kind: Form) -> int:
        value = self._text[start:end]
        if not value or is_harmless(value):
            return max(start, end)
        if kind in (Form.COUNTABLE, Form.WEAK) and is_count(value):
            return end
        if kind is Form.SIGNATURE and (len(value) < _MIN_SIGNATURE or " " in value):
            return end
        return self._remove(start, end)

    def _remove(self, start: int, end: int) -> int:
        if end <= start:
            return max(start, end)
        self._found.append(self._text[start:end])
        self._parts += (self._text[self._copied : start], REDACTED)
        self._copied = end
        return end


_TAG = re.compile(r"<([\w.-]{2,64})>([^<]+)(?=</)")


def _tags(text: str, found: list[str]) -> str:
    """Removes ``<password>value</password>``."""

    def replaced(match: re.Match[str]) -> str:
        if form(match[1]) is Form.NONE or is_harmless(match[2]):
            return match[0]
        found.append(match[2])
        return f"<{match[1]}>{REDACTED}"

    return _TAG.sub(replaced, text)
