"""Fixtures of all tests: settings for a test, and one broker for those that may share it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aragora_telemetry import Settings
from aragora_telemetry.process import MARK
from tests.support.broker import Broker, broker_library

_prefixes = itertools.count(1)
_figures: list[str] = []


def record_figure(line: str) -> None:
    """Keeps a figure for the end of the run."""
    _figures.append(line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Writes the figures that tests have measured."""
    for line in _figures:
        terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def first_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets each test begin as the first process of its host."""
    monkeypatch.delenv(MARK, raising=False)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that tests share; they do not stop it."""
    if broker_library() is None:
        pytest.skip("the broker's jars are not built; see producer-python/verify")
    started = Broker(tmp_path_factory.mktemp("broker")).start()
    yield started
    started.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker of the test's own, not started yet."""
    if broker_library() is None:
        pytest.skip("the broker's jars are not built; see producer-python/verify")
    own = Broker(tmp_path / "broker")
    yield own
    own.stop()


@pytest.fixture
def prefix() -> str:
    """A topic prefix of the test's own."""
    return f"t{next(_prefixes)}."


@pytest.fixture
def settings(broker: Broker, prefix: str) -> Settings:
    """Settings for topics of the test's own, which exist."""
    broker.create_topics(prefix)
    return settings_for(broker, prefix)


def settings_for(broker: Broker, prefix: str) -> Settings:
    """Settings of a producer for a broker, whether it runs or not."""
    return replace(
        Settings(instance_id="api-1", topic_prefix=prefix, heartbeat_seconds=1.0),
        kafka={"bootstrap.servers": broker.bootstrap},
    )
