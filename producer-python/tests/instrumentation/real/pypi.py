"""Installation of packages for the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

_UNREACHABLE = (
    "NewConnectionError",
    "Max retries",
    "No matching distribution",
    "timed out",
    "ProxyError",
)


def pip(python: Path, *arguments: str) -> None:
    """Installs, or skips the test with the reason if PyPI cannot be reached."""
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and any(text in done.stdout + done.stderr for text in _UNREACHABLE):
        pytest.skip(f"PyPI is unreachable: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
