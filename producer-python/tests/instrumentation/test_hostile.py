"""Hostile objects of a host in every hook: nothing reaches the host, and every event is valid."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from test_agents import AgentHooks, AirlockProxy, APIAgent, AutonomicExecutor

from aragora_telemetry import Settings
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.elo import EloHooks
from aragora_telemetry.aragora.guard import FAULTS
from aragora_telemetry.aragora.logs import LogHooks
from aragora_telemetry.aragora.requests import Requests
from aragora_telemetry.aragora.runs import RunHooks
from aragora_telemetry.aragora.session import Session
from aragora_telemetry.aragora.stream import StreamHooks
from tests.support.capture import Capture
from tests.support.java import class_path, cross_check


class Raising:
    """Raises whatever is asked of it."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__
    __len__ = __iter__ = __float__ = __bool__ = __str__  # type: ignore[assignment]

    @property
    def name(self) -> str:
        raise RuntimeError("no name")

    model = provider = agent_type = loop_id = domain = error = name


class NoText(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


HOSTILE: list[Any] = [
    Raising(),
    None,
    float("nan"),
    float("-inf"),
    10**400,
    -1,
    True,
    "",
    "\ud800",
    "a\udc00\ud83d\ude00\ud83d",
    "x" * 10_000_000,
    "😀" * 2_000,
    b"\xff",
    [Raising(), "\udfff"],
    {"a": Raising()},
]
KINDS = ("debate_start", "round_start", "consensus", "match_recorded", "error", "debate_end")


@pytest.fixture
def capture() -> Capture:
    return Capture()


@pytest.fixture
def hostile_session(capture: Capture) -> Session:
    session = Session(capture.telemetry, Settings(log_level="DEBUG"), {})
    session.active = True
    return session


@pytest.fixture(scope="module")
def accepted() -> Iterator[list[tuple[str, bytes, bytes]]]:
    """All that the tests have emitted, which the codec of the pipeline reads at the end."""
    records: list[tuple[str, bytes, bytes]] = []
    yield records
    if class_path() is not None:
        verdicts = cross_check(records)
        assert [v for v in verdicts if v[1] != "valid"] == [] and len(verdicts) == len(records)


@pytest.fixture(autouse=True)
def every_event_is_kept(
    capture: Capture, accepted: list[tuple[str, bytes, bytes]]
) -> Iterator[None]:
    yield
    records = capture.records()
    assert records
    accepted += records


def events(capture: Capture) -> list[dict[str, Any]]:
    """The data of what was accepted; the records stay for the check at the end."""
    found = capture.records()
    capture.records = lambda: found  # type: ignore[method-assign]
    return [json.loads(value)["data"] for _, _, value in found]


@pytest.fixture
def logger(hostile_session: Session, monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    [hook] = LogHooks(hostile_session).hooks()
    monkeypatch.setattr(logging.Logger, "callHandlers", hook.wrap(logging.Logger.callHandlers))
    logger = logging.Logger("aragora.test")
    logger.addHandler(logging.NullHandler())
    return logger


def test_record_of_another_process_may_lack_anything(
    logger: logging.Logger, capture: Capture
) -> None:
    for attribute in ("name", "levelno", "msg", "args", "module", "funcName", "lineno", "created"):
        for value in HOSTILE:
            fields = {"name": "x", "levelno": 40, "msg": "text", attribute: value}
            record = logging.makeLogRecord(fields)
            with contextlib.suppress(TypeError):  # logging compares the level
                logger.handle(record)
    with pytest.raises(AttributeError, match="levelno"):
        logger.handle(SimpleNamespace())  # type: ignore[arg-type]
    FAULTS.clear()  # a name that has no text costs the event
    assert events(capture)


def test_text_that_cannot_be_made_is_an_event_all_the_same(
    logger: logging.Logger, capture: Capture
) -> None:
    logger.error("%d", "not a number")
    logger.error(Raising())
    logger.error("%s", Raising())
    try:
        raise NoText
    except NoText:
        logger.exception("failed")
    for value in HOSTILE:
        logger.error("extra", extra={"value": value})
        logger.error("%r", value if not isinstance(value, Raising) else "-")
    found = events(capture)
    assert [event["message"] for event in found[:4]] == [
        "%d",
        "<Raising without text>",
        "%s",
        "failed",
    ]
    assert found[3]["fields"] == {
        "exception_type": "NoText",
        "exception": "<NoText without text>",
    }
    assert len(found) == 4 + 2 * len(HOSTILE)


def test_streamed_debate_with_hostile_values_starts_once_and_ends_once(
    hostile_session: Session, capture: Capture
) -> None:
    [hook] = StreamHooks(hostile_session, Debates(hostile_session)).hooks()
    emit = hook.wrap(lambda self, event: "sent")
    number = 0
    for value in HOSTILE:
        for field in ("agents", "task", "timestamp", "trace_id", "reached", "duration", "error"):
            if field == "timestamp" and value == -1:
                continue  # a time before 2020 is refused, and counted as a drop
            number += 1
            for kind in KINDS:
                data = {"agents": ["a"], "task": "t", "reached": True, "confidence": value}
                data.update(duration=1.0, round=1, domain="law")
                data.pop("error", None)
                event = {"timestamp": 1_790_000_000.0, "trace_id": "", "span_id": "", "round": 0}
                (event if field in event else data)[field] = value
                if kind != "debate_end" and field == "error":
                    data["debate_id"] = f"d-{number}"
                kind_of = SimpleNamespace(value=kind)
                shown = SimpleNamespace(**event, data=data, loop_id=f"d-{number}", type=kind_of)
                assert emit(None, shown) == "sent"
        for data in (value, {"agents": value, "status": value, "debate_id": value}):
            for kind in KINDS:
                kind_of = SimpleNamespace(value=kind)
                odd = SimpleNamespace(
                    type=kind_of, data=data, loop_id=value, timestamp=value, round=value
                )
                assert emit(None, odd) == "sent"
                assert emit(self=None, event=odd) == "sent"
    FAULTS.clear()  # a verdict without a truth value is left out
    found = [event for event in events(capture) if event["debate_id"].startswith("d-")]
    starts = [event["debate_id"] for event in found if "agents" in event]
    ends = [event["debate_id"] for event in found if "outcome" in event]
    assert sorted(starts) == sorted(ends) == sorted({f"d-{n + 1}" for n in range(number)})


def test_arena_with_hostile_attributes_runs_and_counts(
    hostile_session: Session, capture: Capture
) -> None:
    run, _, phases = RunHooks(hostile_session, Debates(hostile_session)).hooks()

    async def result(self: Any, *_: Any) -> Any:
        return self.result

    for value in HOSTILE:
        arena = SimpleNamespace(
            agents=[SimpleNamespace(name=value), Raising()],
            env=SimpleNamespace(task=value),
            protocol=SimpleNamespace(rounds=value, timeout_seconds=value),
            result=SimpleNamespace(consensus_reached=True, confidence=value, rounds_used=value),
            loop_id="",
        )
        assert asyncio.run(run.wrap(result)(arena)) is arena.result
        arena.result = Raising()
        assert asyncio.run(phases.wrap(result)(arena, Raising())) is arena.result
    ends = [event for event in events(capture) if "outcome" in event]
    assert len(ends) == len(HOSTILE)


def test_calls_of_hostile_agents_are_counted(
    hostile_session: Session, capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = {each.__name__: each for each in (AutonomicExecutor, AirlockProxy, APIAgent)}
    for hook in AgentHooks(hostile_session).hooks():
        owner, name = hook.path.split(".")
        monkeypatch.setattr(owners[owner], name, hook.wrap(getattr(owners[owner], name)))

    class Agent(Raising):
        async def generate(self, _: Any) -> Any:
            return Raising()

    async def fails(_: Any) -> Any:
        raise NoText

    executor = AutonomicExecutor()
    assert isinstance(asyncio.run(executor.vote(Agent(), {}, "t")), Raising)
    for value in HOSTILE:
        agent = SimpleNamespace(name=value, model=value, provider=value, generate=fails)
        with pytest.raises(NoText):
            asyncio.run(executor.vote(agent, {}, "t", "phase", value))
    calls = events(capture)
    assert len(calls) == 1 + len(HOSTILE)
    assert [call["status"] for call in calls] == ["success"] + ["error"] * len(HOSTILE)
    assert calls[0]["agent"] == "unknown"


def test_one_bad_rating_loses_no_other(hostile_session: Session, capture: Capture) -> None:
    batch, one = EloHooks(hostile_session, Debates(hostile_session)).hooks()
    written: list[Any] = []
    entries = [(value, 1500.0, value) for value in HOSTILE] + [
        ("a", value, "m") for value in HOSTILE
    ]
    batch.wrap(lambda self, entries: written.extend(entries))(None, [*entries, ("last", 1.0, "m")])
    one.wrap(lambda self, name, elo, debate_id: written.append(name))(None, "one", 2.0)
    FAULTS.clear()  # a rating that is not a number cannot be an event
    assert len(written) == 2 * len(HOSTILE) + 2
    assert {"last", "one"} <= {event["agent"] for event in events(capture)}


def test_request_of_any_client_is_counted(hostile_session: Session, capture: Capture) -> None:
    requests = Requests(hostile_session)
    paths = [
        "",
        "/" * 10_000,
        "/\ud800",
        "/a\x00b?q=" + "x" * 5_000,
        "/" + "😀" * 5_000,
        "?x",
        "#y",
    ]
    for path in paths:
        for method in ("GET", "X" * 70_000, "\udfff"):
            for request_id in ("", "r" * 70_000, "\udc00"):
                request = requests.begin({"x-request-id": request_id, "traceparent": path})
                requests.completed(request, method, path, 200, 0.0)
    assert len(events(capture)) == len(paths) * 9
