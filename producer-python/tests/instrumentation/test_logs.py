from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from recorder import Recorder
from secret_list import CORE, SECRETS

from aragora_telemetry import Settings
from aragora_telemetry.aragora import redact, traces
from aragora_telemetry.aragora.logs import LogHooks
from aragora_telemetry.aragora.runs import DEBATE
from aragora_telemetry.aragora.session import Session


@pytest.mark.parametrize("secret", SECRETS)
def test_secret_is_removed_and_the_text_around_it_stays(secret: str) -> None:
    text = redact.text(f"before {secret} after")
    assert CORE.lower() not in text.lower()
    assert text.startswith("before ")


@pytest.mark.parametrize("secret", SECRETS)
def test_word_of_a_secret_is_removed_from_later_texts_in_any_case(secret: str) -> None:
    question = f"Is it safe to use {secret}"  # a header extends to the end of its line
    redact.text(question)
    keywords = [word for word in re.findall(r"\w+", question.lower()) if len(word) > 2]
    for later in (f"Searching for keywords: {keywords}", question.upper(), question):
        assert CORE.lower() not in redact.text(later).lower()
        assert "safe" in redact.text(later).lower()


def test_secrets_of_the_environment_are_in_no_text(recorder: Recorder) -> None:
    Session(recorder, Settings(), {"MISTRAL_API_KEY": "q7Wm2Zk3v9QmT0x", "HOME": "/home/user1234"})
    assert (
        redact.text("sent q7wm2zk3v9qmt0x to /home/user1234") == "sent [REDACTED] to /home/user1234"
    )


def test_question_that_no_event_carries_is_searched_for_secrets(recorder: Recorder) -> None:
    session = Session(recorder, Settings(content=False), {})
    assert session.content("why is password=q7Wm2Zk3v9 weak") is None
    assert redact.text("keywords: ['q7wm2zk3v9', 'weak']") == "keywords: ['[REDACTED]', 'weak']"


def test_words_of_secrets_are_bounded() -> None:
    for number in range(1_000):
        redact.text(f"password=word{number:08} secret=" + "-".join(f"a{n:09}" for n in range(99)))
    assert len(redact.KNOWN._words) <= 256


@pytest.mark.parametrize("secret", [secret for secret in SECRETS if " " not in secret])
def test_secret_with_a_form_is_removed_from_a_path(secret: str) -> None:
    if "://" not in secret and not secret.startswith("-"):
        assert CORE.lower() not in redact.path(f"/api/v1/{secret}/x").lower()


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v1/debates/adhoc_1a2b3c4d", "/api/v1/token:refresh", "/sk-8/passwords", "/a=b"],
)
def test_path_without_a_secret_stays(path: str) -> None:
    assert redact.path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Debate adhoc_1a2b3c4d started with 3 agents",
        "tokens: 160, max_tokens=4096",
        "GET /api/v1/debates 200 in 12 ms",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "token=None password: null",
        "a task-force of sk-8 and the password was wrong",
    ],
)
def test_text_without_a_secret_stays(text: str) -> None:
    assert redact.text(text) == text


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "a-",
        "password",
        "pass-",
        "://",
        "eyJ",
        "x:",
        "sk-",
        '"a":',
        "a:b@",
        "Bearer ",
        "token \t",
    ],
)
def test_long_text_is_searched_in_linear_and_in_little_time(part: str) -> None:
    import time

    def seconds(length: int) -> float:
        text = (part * length)[:length]
        began = time.thread_time()
        redact.text(text)
        redact.path.__wrapped__(text)
        return time.thread_time() - began

    seconds(1_000)
    longest = min(seconds(65_536) for _ in range(3))
    assert longest < 40 * max(seconds(8_192), 0.002)  # quadratic would be 64 times
    assert longest < 0.6  # of CPU, within a call of the host


def test_long_text_with_a_known_word_is_searched_in_little_time() -> None:
    import time

    redact.text(" ".join(f"password=zzzzz{n:05}a" for n in range(300)))
    for text in ("a" * 65_000 + " zzzzz00299a", "zzzzz00299a" * 6_000, "zzzzz00299" * 6_500):
        began = time.thread_time()
        assert "zzzzz00299a" not in redact.text(text)
        assert time.thread_time() - began < 1.0


def test_words_of_the_environment_are_not_displaced(recorder: Recorder) -> None:
    Session(recorder, Settings(), {"MISTRAL_API_KEY": "q7Wm2Zk3v9QmT0x"})
    for number in range(1_000):
        redact.text(f"password=word{number:08}")
    assert redact.text("keywords: q7wm2zk3v9qmt0x") == "keywords: [REDACTED]"
    assert redact.text("İQ7WM2ZK3V9QMT0X_x-y") == "[REDACTED]-y"


@pytest.fixture
def logger(session: Session, monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    hook_logs(session, monkeypatch)
    logger = logging.Logger("aragora.debate.test")
    logger.addHandler(logging.NullHandler())
    return logger


def hook_logs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    [hook] = LogHooks(session).hooks()
    monkeypatch.setattr(logging.Logger, "callHandlers", hook.wrap(logging.Logger.callHandlers))


def test_record_is_an_event(logger: logging.Logger, recorder: Recorder) -> None:
    DEBATE.set("d")
    logger.warning(
        "%s timed out", "alpha", extra={"attempt": 3, "structured_fields": {"phase": "vote"}}
    )
    [event] = recorder.of("log_emitted")
    assert (event["level"], event["logger"], event["message"]) == (
        "WARNING",
        "aragora.debate.test",
        "alpha timed out",
    )
    assert (event["module"], event["function"], event["debate_id"]) == (
        "test_logs",
        "test_record_is_an_event",
        "d",
    )
    assert event["fields"] == {"attempt": 3, "phase": "vote"}


@pytest.mark.parametrize(
    "number, level",
    [(30, "WARNING"), (35, "WARNING"), (40, "ERROR"), (50, "CRITICAL"), (99, "CRITICAL")],
)
def test_levels_are_those_of_the_contract(
    logger: logging.Logger, recorder: Recorder, number: int, level: str
) -> None:
    logger.log(number, "x")
    assert [event["level"] for event in recorder.of("log_emitted")] == [level]


def test_record_below_the_level_is_not_an_event(logger: logging.Logger, recorder: Recorder) -> None:
    logger.info("x")
    assert recorder.events == []


@pytest.mark.parametrize("level, count", [("DEBUG", 1), ("OFF", 0)])
def test_level_is_a_setting(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, level: str, count: int
) -> None:
    session = Session(recorder, Settings(log_level=level), {})
    session.active = True
    hook_logs(session, monkeypatch)
    logging.Logger("x").debug("x")
    assert len(recorder.events) == count


@pytest.mark.parametrize("secret", SECRETS)
def test_secret_in_a_record_is_in_no_event(
    logger: logging.Logger, recorder: Recorder, secret: str
) -> None:
    try:
        raise ValueError(f"cannot log in with {secret}")
    except ValueError:
        logger.exception("failed: %s", secret, extra={"detail": secret, "db_password": CORE})
    [event] = recorder.of("log_emitted")
    assert CORE.lower() not in repr(event).lower()
    assert event["fields"]["exception_type"] == "ValueError"


def test_rules_of_aragora_apply_too(
    logger: logging.Logger, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    from types import SimpleNamespace

    module = SimpleNamespace(redact_string=lambda text: text.replace("hidden", "[REDACTED]"))
    monkeypatch.setitem(sys.modules, "aragora.server.middleware.structured_logging", module)
    logger.error("a hidden text")
    assert recorder.of("log_emitted")[0]["message"] == "a [REDACTED] text"


def test_record_that_logs_while_it_is_read_does_not_loop(
    logger: logging.Logger, recorder: Recorder
) -> None:
    class Loud:
        def __str__(self) -> str:
            logger.warning("inside")
            return "outside"

    logger.warning("%s", Loud())
    assert [event["message"] for event in recorder.of("log_emitted")].count("outside") == 1


def test_own_records_are_no_events(
    session: Session, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_logs(session, monkeypatch)
    logging.Logger("aragora_telemetry").warning("x")
    assert recorder.events == []


def test_launcher_that_serves_nothing_has_no_events(
    session: Session, logger: logging.Logger, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    session.active = False
    monkeypatch.delitem(sys.modules, "aragora", raising=False)
    logger.error("x")
    assert recorder.events == []


def test_record_belongs_to_the_trace_that_runs(logger: logging.Logger, recorder: Recorder) -> None:
    span = traces.Span("a" * 32, "b" * 16, True)
    traces.RUNNING.set(span)
    logger.error("x")
    assert recorder.of("log_emitted")[0]["trace"] == span.trace()


def test_handlers_run_and_raise_as_before(
    session: Session, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_logs(session, monkeypatch)

    class Handler(logging.Handler):
        def handle(self, record: logging.LogRecord) -> Any:
            raise OSError("of a handler")

    logger = logging.Logger("x")
    logger.addHandler(Handler())
    with pytest.raises(OSError, match="of a handler"):
        logger.error("x")
    assert len(recorder.events) == 1
