"""Names of fields that contain secrets, compared without case and punctuation.

They may be plural and have digits and further words: ``db_password_prod``. A name that ends with a
word such as ``count``, ``id`` or ``expires`` is not one of them.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class Form(Enum):
    """Kind of a name: it decides which values stay."""

    NONE = "not the name of a secret"
    VALUE = "every value is a secret, but states such as 'missing'"
    COUNTABLE = "as VALUE, but a short number is a count"
    WEAK = "as COUNTABLE, and a word of prose too: plain words after a colon stay"
    LINE = "a header or phrase: the value extends to the end of the line"
    SIGNATURE = "only a long value is a secret"


_LINES = frozenset(
    """
    cookie setcookie authorization passphrase mnemonic seedphrase
    """.split()  # noqa: SIM905
)
_EXACT = frozenset(
    """
    pwd pw pswd psw ssn cvv cvc dsn pin jwt cred bearer htpasswd
    """.split()  # noqa: SIM905
)
_WEAK = frozenset(("pass", "auth"))
_SIGNATURES = frozenset(("sig", "signature"))
_ENDINGS = (
    "password", "passwd", "passcode", "passwort", "secret", "secretkey", "apikey", "accesskey",
    "accountkey", "masterkey", "privatekey", "signingkey", "encryptionkey", "authkey", "credential",
    "creditcard", "cardnumber",
)  # fmt: skip
_OF_KEYS = frozenset(
    """
    api access account app auth client consumer deploy encryption hmac jwt license master
    private secret service session shared signing ssh storage webhook
    """.split()  # noqa: SIM905
)
_FACTS = frozenset(
    """
    age at attempts backend bytes change changed changes chars class configured count counter
    created date days deleted enabled endpoint engine error errors exists expired expires expiry
    failed failure failures field file format found header hours id ids index issuer kind label
    len length level limit limits manager max min minutes missing mode ms name names needed path
    policy present provider rate ratio reason refreshed required requests reset resets result
    rotated rotation rule rules seconds size source state status store strength time timeout
    total ttl type types updated uri url usage used valid validation validator version window
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MAX_NAME = 1_024


def form(name: str) -> Form:
    """Kind of a name."""
    return _form(name) if 1 < len(name) <= _MAX_NAME else Form.NONE


@lru_cache(maxsize=4_096)
def _form(name: str) -> Form:
    words = [part.lower() for word in _WORD.findall(name) for part in _CAMEL.split(word)]
    if not words:
        return Form.NONE
    bare = "".join(c for c in name if c.isalnum()).lower()
    if bare == "secretid":
        return Form.VALUE
    if words[-1] == "code":
        return Form.VALUE if "authorization" in words else Form.NONE
    if words[-1] in _FACTS:
        return Form.NONE
    found = _by_words(words)
    return _by_words([bare.rstrip("0123456789")]) if found is Form.NONE else found


def _by_words(words: list[str]) -> Form:
    found = Form.NONE
    before = ""
    for word in words:
        one = _singular(word)
        if one.endswith(_ENDINGS) or (one == "key" and before in _OF_KEYS):
            return Form.COUNTABLE if _singular(words[-1]) != words[-1] else Form.VALUE
        if one.endswith("token"):
            found = Form.COUNTABLE
        elif found is Form.NONE and (one in _LINES or one.endswith(("cookie", "passphrase"))):
            found = Form.LINE
        before = one
    if found is not Form.NONE:
        return found
    one = _singular(words[-1])
    if one in _EXACT:
        return Form.VALUE
    if one in _SIGNATURES:
        return Form.SIGNATURE
    return Form.WEAK if one in _WEAK else Form.NONE


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
