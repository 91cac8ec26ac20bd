"""Secrets that have a form: keys of services, web tokens, private keys, credentials of headers."""

from __future__ import annotations

import re
from collections.abc import Callable

from .mark import REDACTED

_PREFIXES = (
    r"[spr]k[-_]|whsec_|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt)-|xox[abeoprs]-|xapp-|hf[-_]|npm_"
    r"|pypi-|gsk[-_]|xai-|pplx-|fw_|tgp_|ya29\.|AIza|GOCSPX-|SG\.|do[oprv]_v1_|shp(?:at|ca|pa|ss)_"
    r"|dckr_pat_|hv[sb]\.|lin_api_|rubygems_|sq0(?:atp|csp)-|ATATT3|figd_|r8_|AGE-SECRET-KEY-"
)
_LEAST = 12
_NO_WORD = re.compile(r"[a-z]{16}")

# A match is a whole run of signs, also of one that is kept: no sign is read again.
_PREFIXED = re.compile(rf"(?<![A-Za-z0-9_])({_PREFIXES})([\w.-]+)")
_WEB_TOKEN = re.compile(r"(?<![A-Za-z0-9_])ey[JK][\w.-]+")
_AWS = re.compile(
    r"\b(?:AKIA|ASIA|AROA)[0-9A-Z]{16}\b(?:[ :,/]{1,3}[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/]))?"
)
_TELEGRAM = re.compile(r"(?<!\w)(?:bot)?\d{6,12}:([\w-]{30,50})(?![\w-])")
_MAILCHIMP = re.compile(r"\b[0-9a-f]{32}-us\d{1,2}\b")
_WEBHOOK = re.compile(
    r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/)"
    r"[\w./-]{16,}"
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----"
    r".*?(?:-----END [A-Z0-9 ]{0,80}-----|\Z)",
    re.DOTALL,
)
_HEADER = re.compile(r"(?<!\w)(bearer|basic|token)(\s{1,8})([\w.~+/=-]{8,})", re.IGNORECASE)
_PROSE = re.compile(r".[a-z.-]*")


def without_tokens(value: str, found: list[str]) -> str:
    """Returns the text without these secrets, which are added to ``found``."""

    def removing(is_secret: Callable[[re.Match[str]], bool]) -> Callable[[re.Match[str]], str]:
        def replaced(match: re.Match[str]) -> str:
            if not is_secret(match):
                return match[0]
            found.append(match[0])
            return REDACTED

        return replaced

    def header(match: re.Match[str]) -> str:
        if not _is_credential(match[1].lower(), match[3]):
            return match[0]
        found.append(match[3])
        return f"{match[1]}{match[2]}{REDACTED}"

    for pattern, is_secret in _PATTERNS:
        value = pattern.sub(removing(is_secret), value)
    return _HEADER.sub(header, value)


def _is_random(text: str) -> bool:
    """A digit or a capital: words with hyphens have none."""
    return any(c.isdigit() or c.isupper() for c in text)


def _is_prefixed(match: re.Match[str]) -> bool:
    run = match[2]
    return len(run) >= _LEAST and (_is_random(run) or _NO_WORD.search(run) is not None)


def _is_web_token(match: re.Match[str]) -> bool:
    parts = match[0].split(".")
    return len(parts) > 1 and len(parts[0]) >= 8 and len(parts[1]) >= 5


def _is_credential(scheme: str, text: str) -> bool:
    if scheme == "token":  # a word of prose too
        return len(text) >= 16 and any(c.isdigit() for c in text)
    # "basic authentication" is prose: a credential is not letters of one case.
    prose = _PROSE.fullmatch(text) is not None
    return not (prose and (text[1:4] == "uth" or len(text) < 16))


def _always(_: re.Match[str]) -> bool:
    return True


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (_PRIVATE_KEY, _always),
    (_WEBHOOK, _always),
    (_WEB_TOKEN, _is_web_token),
    (_PREFIXED, _is_prefixed),
    (_AWS, _always),
    (_TELEGRAM, lambda match: _is_random(match[1])),
    (_MAILCHIMP, _always),
)
