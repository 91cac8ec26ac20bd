"""Real Aragora, a real broker and the pipeline of this checkout. ``pytest -m real`` runs these."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline import Pipeline
from pypi import pip
from receiver import Receiver

PROJECT = Path(__file__).parents[3]
REQUIREMENTS = PROJECT / "requirements-aragora.txt"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real: needs Aragora from PyPI, Java and some minutes")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "real" not in str(config.option.markexpr):
        items[:] = [item for item in items if item.get_closest_marker("real") is None]


@pytest.fixture(scope="session")
def aragora() -> Path:
    """The Python of an environment with Aragora and this package's wheel."""
    content = REQUIREMENTS.read_bytes() + sys.version.encode()
    directory = PROJECT / "target" / f"aragora-{hashlib.sha256(content).hexdigest()[:12]}"
    python = directory / "bin" / "python"
    if not (directory / "complete").exists():
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", directory], check=True)
        pip(python, "--require-hashes", "-r", str(REQUIREMENTS))
        (directory / "complete").touch()
    pip(python, "--no-deps", "--no-build-isolation", "--force-reinstall", str(PROJECT))
    return python


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
    code = pipeline.stop()
    assert code == 0, pipeline.log()[-3000:]
