"""Removal of secrets, compared with the exporters' corpus: both sides of the pipeline agree."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from recorder import Recorder

from aragora_telemetry import Settings
from aragora_telemetry.aragora import redact
from aragora_telemetry.aragora.session import Session


class NoText(int):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


CORPUS = Path(__file__).parents[3] / "chassis/src/test/resources/redact/corpus.tsv"
PERSONAL = ("jane", "call ", "+", "(212", "1-212", "212.", "card", "4111", "cc=", "visa", "3782")
"""Addresses, phone and card numbers: the exporters remove them, a topic may have them."""


def cases(kind: str) -> list[tuple[str, str, str]]:
    found = []
    for line in CORPUS.read_text("utf-8").split("\n"):
        cells = [
            cell.replace("·", "").encode("latin-1", "backslashreplace").decode("unicode_escape")
            for cell in (*line.split("\t"), "", "", "")
        ]
        if cells[0] == kind:
            found.append((cells[1], cells[2], cells[3]))
    return found


def is_personal(text: str) -> bool:
    return any(part in text for part in ("jane", "pan: 4")) or text.startswith(PERSONAL)


def test_every_secret_of_the_corpus_goes_and_what_stands_beside_it_stays() -> None:
    missed = []
    secrets = [case for case in cases("go") if not is_personal(case[0])]
    for text, secret, keeps in secrets:
        redact.KNOWN.clear()
        clean = redact.text(text)
        if secret in clean or keeps not in clean or redact.REDACTED not in clean:
            missed.append((text, clean))
    assert missed == [] and len(secrets) > 150


def test_what_an_operator_needs_stays() -> None:
    kept = [text for text, _, _ in cases("stay")]
    assert [(text, redact.text(text)) for text in kept if redact.text(text) != text] == []
    assert len(kept) > 100


def test_key_without_a_digit_goes() -> None:
    assert redact.text("sk-proj-abcdefghijklmnopqrstuv x") == "[REDACTED] x"


@pytest.mark.parametrize(
    "text",
    [
        "agent claude-3-5-sonnet-20241022 answered, gpt-4o-2024-08-06 did not",
        "instance api-7f9c4d5b6-x2x9z of aragora-prod-1, pod aragora-6d5f7c9b8-abcde",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is the image",
        "debate adhoc_1a2b3c4d session_id=adhoc_1a2b3c4d request_id: req-12345678",
        "tokens: 160, max_tokens=4096, total_tokens: 1,204 token_count=17",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
        "Token validation failed: token expired",
        "basic configuration loaded, bearer authentication is on",
        "password_policy: strong, secret_version=4, credential_id=77",
    ],
)
def test_ids_models_counts_and_prose_stay(text: str) -> None:
    assert redact.text(text) == text
    assert redact.text(text.lower()) == text.lower()  # and nothing of it was learnt


@pytest.mark.parametrize(
    "name, value, shown",
    [
        ("tokens", 160, 160),
        ("token_count", 17, 17),
        ("max_tokens", 4096, 4096),
        ("session_id", "adhoc_1a2b3c4d", "adhoc_1a2b3c4d"),
        ("has_password", True, True),
        ("password", "missing", "missing"),
        ("password", 12345678, redact.REDACTED),
        ("db_password", "hunter2", redact.REDACTED),
        ("accessToken", "q7Wm2Zk3v9", redact.REDACTED),
        ("token", 1234567890123, redact.REDACTED),
        ("detail", "password=q7Wm2Zk3v9", "password=[REDACTED]"),
        ("detail", 5.5, 5.5),
        ("x" * 100_000, "text", "text"),
    ],
)
def test_field_is_judged_by_its_name_and_its_value(name: str, value: Any, shown: Any) -> None:
    assert redact.field(name, value) == shown


def test_secret_without_a_text_goes() -> None:
    assert redact.field("password", NoText(7)) is redact.REDACTED


def test_places_and_names_in_the_environment_are_not_secrets(recorder: Recorder) -> None:
    environment = {
        "GOOGLE_APPLICATION_CREDENTIALS": str(Path(__file__).resolve()),
        "DB_PASSWORD_FILE": "/run/secrets/database1234",
        "SECRET_NAME": "aragora-instance1234",
        "SESSION_KEY_ID": "sessions2024",
        "DATABASE_URL": "postgres://aragora:q7Wm2Zk3v9@database1234/aragora",
        "SENTRY_DSN": "https://a1b2c3d4e5f6@o4505.ingest1234.example/1",
        "EXTRA": "mode=fast;password=w4Tt8Lp1Qs",
    }
    Session(recorder, Settings(), environment)
    kept = f"{Path(__file__).resolve()} database1234 aragora-instance1234 sessions2024 ingest1234"
    assert redact.text(kept) == kept
    for secret in ("q7wm2zk3v9", "a1b2c3d4e5f6", "w4tt8lp1qs"):
        assert redact.text(f"keyword {secret}") == "keyword [REDACTED]"


@pytest.mark.parametrize(
    "part",
    [
        "Cookie: a ",
        "Cookie: [REDACTED] ",
        "cookie=a;",
        "x?code=",
        'password="',
        "password='''",
        'password=\\"',
        "password=[",
        "password={'",
        "password=a,",
        "password=a\\",
        "password: a ",
        "password:\n",
        "token: 1,",
        "api key: ",
        "<a>",
        "<password>",
        "a= ",
        "a[1]=",
        "%3d",
        "://a:",
        "://" + "a" * 500,
        "${a",
        "sk-a.",
        "eyJ.",
        "Basic auth ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "bot123456789:",
        "x.y-",
        'response="0',
        "password=[REDACTED]",
        "p" * 1_000 + "=",
    ],
)
def test_any_text_is_searched_in_linear_and_in_little_time(part: str) -> None:
    def seconds(length: int) -> float:
        text = (part * length)[:length]
        redact.KNOWN.clear()
        began = time.thread_time()
        redact.text(text)
        redact.path.__wrapped__(text)
        return time.thread_time() - began

    seconds(1_000)
    longest = min(seconds(65_536) for _ in range(2))
    assert longest < 40 * max(seconds(8_192), 0.003)  # quadratic would be 64 times
    assert longest < 1.0
