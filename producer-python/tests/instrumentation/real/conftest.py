"""Real Aragora, a real broker and the pipeline of this checkout. ``pytest -m real`` runs these."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pypi
import pytest
from pipeline import Pipeline
from receiver import Receiver


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real: needs Aragora from PyPI, Java and some minutes")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "real" not in str(config.option.markexpr):
        items[:] = [item for item in items if item.get_closest_marker("real") is None]


@pytest.fixture(scope="session")
def aragora() -> Path:
    """The Python of an environment with Aragora and this package's wheel."""
    if sys.version_info < (3, 11):
        pytest.skip("the pinned requirements of Aragora need Python 3.11")
    try:
        return pypi.aragora()
    except pypi.UnreachableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Pipeline]:
    """The pipeline. At its end every record that was ever written is counted once."""
    pipeline = Pipeline(tmp_path_factory.mktemp("pipeline"), receiver.url)
    yield pipeline
    pipeline.settle()
    code = pipeline.stop()
    assert code == 0, pipeline.log()[-3000:]
