"""Directory of one run, with a lock that dies with its process."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

SUPPORTED = fcntl is not None
_PREFIX = "py-"
_NAME = re.compile(r"(\.?)py-([0-9a-f]{32})")
_LOCK = "lock"
_UNBORN_SECONDS = 60


class RunDirectory:
    """A locked directory: this process alone reads and writes what is in it."""

    def __init__(self, path: Path, epoch: str, descriptor: int) -> None:
        self.path = path
        self.epoch = epoch
        self._descriptor = descriptor

    @staticmethod
    def create(root: Path, epoch: str) -> RunDirectory:
        """The directory of a new run. It gets its name when it is locked."""
        root.mkdir(parents=True, exist_ok=True)
        hidden = root / f".{_PREFIX}{epoch}"
        hidden.mkdir(mode=0o700)
        descriptor = os.open(hidden / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path = root / f"{_PREFIX}{epoch}"
        hidden.rename(path)
        return RunDirectory(path, epoch, descriptor)

    def restore(self) -> None:
        """Makes and locks the directory again if it was deleted under the process."""
        if self._descriptor < 0 or (self.path / _LOCK).exists():
            return
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fresh, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(self._descriptor)
        self._descriptor = fresh

    @staticmethod
    def orphan(root: Path) -> RunDirectory | None:
        """A directory whose process is gone, locked for this one."""
        for name in sorted(os.listdir(root)):
            match = _NAME.fullmatch(name)  # what else lies there is not ours to remove
            if match is None:
                continue
            if match[1]:
                _remove_unborn(root / name)
            elif (directory := RunDirectory._lock(root / name, match[2])) is not None:
                return directory
        return None

    @staticmethod
    def _lock(path: Path, epoch: str) -> RunDirectory | None:
        try:
            descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            _remove_empty(path)  # its process died at the very end of remove
            return None
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(path / _LOCK).st_ino == os.fstat(descriptor).st_ino:
                return RunDirectory(path, epoch, descriptor)
        except OSError:
            pass  # its process lives, or another one has just finished with it
        os.close(descriptor)
        return None

    def topics(self) -> list[str]:
        """Names of the topics with events in it."""
        return sorted(entry.name for entry in os.scandir(self.path) if entry.is_dir())

    def remove(self) -> None:
        """Deletes the directory, when all in it is settled. The lock goes last."""
        for topic in self.topics():
            shutil.rmtree(self.path / topic, ignore_errors=True)
        (self.path / _LOCK).unlink(missing_ok=True)
        _remove_empty(self.path)
        self.release()

    def release(self) -> None:
        """Leaves the directory to whichever process locks it next."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _remove_empty(path: Path) -> None:
    try:
        path.rmdir()
    except OSError:
        pass  # another process has removed it, or it is not ours to remove


def _remove_unborn(path: Path) -> None:
    """Removes the directory of a process that died while it made it."""
    try:
        if time.time() - path.stat().st_mtime > _UNBORN_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
    except OSError:
        pass
