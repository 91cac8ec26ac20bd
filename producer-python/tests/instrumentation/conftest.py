"""Fixtures of the instrumentation's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from recorder import Recorder

from aragora_telemetry import Settings
from aragora_telemetry.aragora import redact, traces
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.guard import FAULTS
from aragora_telemetry.aragora.runs import DEBATE
from aragora_telemetry.aragora.session import Session


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
    redact.KNOWN.clear()
    for variable, value in ((traces.RUNNING, None), (traces.REQUEST, None), (DEBATE, "")):
        variable.set(value)
    yield
    assert not list(FAULTS)
