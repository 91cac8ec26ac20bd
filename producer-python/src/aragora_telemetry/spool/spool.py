"""The spool directory of a host: this process's run in it, and what earlier ones have left."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..setting_error import SettingsError
from .adopted import AdoptedOutbox
from .directory import SUPPORTED, RunDirectory
from .outbox import Budget, SpoolOutbox


@dataclass
class Left:
    """What a run without its process has left, by topic."""

    directory: RunDirectory
    topics: dict[str, AdoptedOutbox]


class Spool:
    """Several processes may share the root; each has a directory of its own in it."""

    def __init__(self, root: Path, own: RunDirectory, most_bytes: int, fsync: bool) -> None:
        self._root = root
        self._own = own
        self._most_bytes = most_bytes
        self._fsync = fsync
        self._budgets: dict[str, Budget] = {}
        self._outboxes: list[SpoolOutbox] = []

    @staticmethod
    def open(root: Path, epoch: str, most_bytes: int, fsync: bool) -> Spool:
        """Makes this run's directory; raises ``SettingsError`` if that is not possible."""
        if not SUPPORTED:
            raise SettingsError("The spool directory cannot be used: there is no flock here.")
        try:
            return Spool(root, RunDirectory.create(root, epoch), most_bytes, fsync)
        except OSError as e:
            raise SettingsError(f"The spool directory {root} cannot be used: {e}.") from None

    def outbox(self, topic: str) -> SpoolOutbox:
        """The outbox of one topic of this run."""
        outbox = SpoolOutbox(self._own.path / topic, self._budget(topic), self._fsync)
        self._outboxes.append(outbox)
        return outbox

    def _budget(self, topic: str) -> Budget:
        return self._budgets.setdefault(topic, Budget(self._most_bytes))

    def adopt(self) -> Left | None:
        """A run whose process is gone, which belongs to this process now.

        One that cannot be read raises, and stays locked: it is not tried again and again.
        """
        self._own.restore()
        directory = RunDirectory.orphan(self._root)
        if directory is None:
            return None
        topics = {
            topic: AdoptedOutbox(
                directory.path / topic, self._budget(topic), self._fsync, directory.epoch
            )
            for topic in directory.topics()
        }
        return Left(directory, topics)

    def close(self) -> None:
        """Leaves the directory, and removes it if nothing is left in it."""
        if any(outbox.left() for outbox in self._outboxes):
            self._own.release()
        else:
            self._own.remove()

    def abandon(self) -> None:
        """In a forked child: closes what it has inherited, so that the lock is the parent's."""
        for outbox in self._outboxes:
            outbox.abandon()
        self._own.release()

    @property
    def path(self) -> str:
        """Directory of this run."""
        return os.fspath(self._own.path)
