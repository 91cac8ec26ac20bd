"""Environments with packages from PyPI for the tests. As a program it makes all of them before."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
TARGET = PROJECT / "target"
REQUIREMENTS = PROJECT / "requirements-aragora.txt"
PINNED = ("2.7.2", "2.9.0")
NEWEST = "newest"

_UNREACHABLE = (
    "NewConnectionError",
    "Max retries",
    "(from versions: none)",
    "timed out",
    "ProxyError",
)


class UnreachableError(Exception):
    """PyPI cannot be reached."""


def aragora() -> Path:
    """Returns the Python of an environment with Aragora and this package's wheel."""
    python = _python()
    directory = python.parents[1]
    with _alone():
        if not (directory / "complete").exists():
            shutil.rmtree(directory, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", directory], check=True)
            _install(python, "--require-hashes", "-r", str(REQUIREMENTS))
            (directory / "complete").touch()
        _install(python, "--no-deps", "--no-build-isolation", "--force-reinstall", str(PROJECT))
    return python


def version(name: str) -> Path:
    """Returns a directory with another version of Aragora, which belongs before the path."""
    python = _python()
    directory = TARGET / f"aragora-{name}"
    pinned = HERE / f"aragora-{name}.txt"
    with _alone():
        if not (directory / "complete").exists():
            which = ["--require-hashes", "-r", str(pinned)] if pinned.exists() else ["aragora"]
            _install(python, "--no-deps", "--upgrade", "--target", str(directory), *which)
            if pinned.exists():
                (directory / "complete").touch()
    return directory


def _python() -> Path:
    content = REQUIREMENTS.read_bytes() + sys.version.encode()
    return TARGET / f"aragora-{hashlib.sha256(content).hexdigest()[:12]}" / "bin" / "python"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Lets one process at a time install."""
    TARGET.mkdir(exist_ok=True)
    with (TARGET / "aragora.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(python: Path, *arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile")
    done = subprocess.run(
        [python, "-m", "pip", "install", *quiet, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and any(text in done.stdout + done.stderr for text in _UNREACHABLE):
        raise UnreachableError(f"PyPI is unreachable: {done.stderr.strip().splitlines()[-1]}")
    if done.returncode:
        raise RuntimeError(done.stderr)


def main() -> None:
    """Makes every environment that the tests use."""
    try:
        aragora()
        for name in (*PINNED, NEWEST):
            version(name)
    except UnreachableError as error:
        print(error, file=sys.stderr)


if __name__ == "__main__":
    main()
