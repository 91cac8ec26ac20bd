"""Ends of values in a text; each sign is read a bounded number of times."""

from __future__ import annotations

import re

from .mark import REDACTED

ASSIGNMENT = re.compile(r"[\w.-]{1,64}[=:]")
_PLACEHOLDER = re.compile(r"\$\{[\w.-]{0,62}\}|<[\w.-]{0,62}>")
_STOP = re.compile(r"[\x00- \u00a0\u2028,;&\"'`)\]}><%\\]")
BRACKETS = {"[": "]", "{": "}", "(": ")"}
_BLANKS = re.compile(r"[ \t]*")


def blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match is not None else at


def word_at(text: str, at: int) -> bool:
    sign = text[at : at + 1]
    return sign == "_" or sign.isalnum()


def end_of_plain(text: str, at: int) -> int:
    """End of a value without quotes. A separator within the value does not end it."""
    placeholder = _PLACEHOLDER.match(text, at)
    if placeholder is not None:
        at = placeholder.end()
    while True:
        if text.startswith(REDACTED, at):
            at += len(REDACTED)
        match = _STOP.search(text, at)
        if match is None:
            return len(text)
        mark = text.find(REDACTED, at, match.start() + 1)
        if mark >= 0:
            at = mark
            continue
        at = match.start()
        sign = match[0]
        if sign == "\\":
            quote = at
            while text[quote : quote + 1] == "\\":
                quote += 1
            if text[quote : quote + 1] in ("'", '"', "`") and not word_at(text, quote + 1):
                return at
            if text.startswith("\\u0026", at):
                return at
            at = quote
            continue
        if sign in ",;&":
            ends = not word_at(text, at + 1) or ASSIGNMENT.match(text, at + 1) is not None
        elif sign == "<":
            ends = text.startswith("</", at)
        elif sign == "%":
            ends = text.startswith("%26", at)
        elif sign <= " " or sign in "\u00a0\u2028":
            ends = True
        else:
            ends = not word_at(text, at + 1)
        if ends:
            return at
        at += 1


def end_of_quoted(text: str, at: int, quote: str, level: int) -> int:
    """Index of the closing quote and its backslashes, the length of the text without one."""
    if level == 0 and text.startswith(quote * 2, at):
        end = text.find(quote * 3, at + 2)
        return len(text) if end < 0 else end
    period = 2 * (level + 1)
    start = at
    while (found := text.find(quote, at)) >= 0:
        slashes = 0
        while found - slashes > at and text[found - slashes - 1] == "\\":
            slashes += 1
        if slashes < level or slashes % period == level:
            if level or found == start or text[found + 1 : found + 2] != quote:
                return found - min(slashes, level)
            found += 1
        at = found + 1
    return len(text)


def end_of_brackets(text: str, start: int) -> int:
    """Index after the bracket that closes the one at ``start``, the length without one."""
    opening, closing = text[start], BRACKETS[text[start]]
    depth, quote = 0, ""
    for at in range(start, len(text)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign == '"' or (sign == "'" and not word_at(text, at - 1)):
            quote = sign
        elif sign == opening:
            depth += 1
        elif sign == closing:
            depth -= 1
            if depth == 0:
                return at + 1
    return len(text)


_LINE_STOP = re.compile(r"[\n\r]|\\+r\\+n|\\*\"(?:[}\]]|, ?\\*\")")


def end_of_line(text: str, start: int, at: int) -> int:
    """End of a value that extends to the end of its line, or to the quote that encloses it."""
    enclosing = text[max(0, start - 1) : start]
    if enclosing in ("'", '"', "`") and enclosing:
        slashes = 0
        while slashes < 64 and start - 2 - slashes >= 0 and text[start - 2 - slashes] == "\\":
            slashes += 1
        end = end_of_quoted(text, at, enclosing, slashes)
        if end < len(text):
            return end
    stop = _LINE_STOP.search(text, at)
    end = len(text) if stop is None else stop.start()
    while end > at and text[end - 1] <= " ":
        end -= 1
    return end


def end_of_pairs(text: str, at: int) -> int:
    """End of a header's value after ``=``: pairs behind a semicolon or comma belong to it."""
    end = end_of_plain(text, at)
    while text[end : end + 1] in (";", ",") and end < len(text):
        following = blanks(text, end + 1)
        stop = end_of_plain(text, following)
        if stop == following:
            break
        end = stop
    return end
