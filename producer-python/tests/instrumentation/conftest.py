"""Fixtures of the instrumentation's tests."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from aragora_telemetry import Settings, TelemetryProducer
from aragora_telemetry.aragora import traces
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.guard import FAULTS
from aragora_telemetry.aragora.runs import DEBATE
from aragora_telemetry.aragora.session import Session

_EVENTS = [
    name
    for name in vars(TelemetryProducer)
    if name.endswith(("_started", "_completed", "_updated", "_opened", "_closed", "_emitted"))
]


class Recorder(TelemetryProducer):
    """Keeps what the instrumentation hands to the producer, bound to the producer's signatures."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.closed = 0

    def of(self, name: str) -> list[dict[str, Any]]:
        return [event for kind, event in self.events if kind == name]

    def flush(self, timeout: float = 5.0) -> bool:
        return True

    def close(self, timeout: float | None = None) -> None:
        self.closed += 1


def _record(name: str) -> Any:
    signature = inspect.signature(getattr(TelemetryProducer, name))

    def record(self: Recorder, *args: Any, **kwargs: Any) -> bool:
        event = dict(signature.bind(self, *args, **kwargs).arguments)
        event.pop("self")
        self.events.append((name, event))
        return True

    return record


for _name in _EVENTS:
    setattr(Recorder, _name, _record(_name))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def session(recorder: Recorder) -> Session:
    session = Session(recorder, Settings(), {})
    session.active = True
    return session


@pytest.fixture
def debates(session: Session) -> Debates:
    return Debates(session)


@pytest.fixture(autouse=True)
def healthy() -> Iterator[None]:
    """Fails a test in which our own code raised behind the guard, and clears the context."""
    FAULTS.clear()
    for variable, value in ((traces.RUNNING, None), (traces.REQUEST, None), (DEBATE, "")):
        variable.set(value)
    yield
    assert not list(FAULTS)
