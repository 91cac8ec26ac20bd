"""Journal of a segment: the places that its events got, and which of them are settled.

A line is written before the events of a batch go out, so that another process can send them again
under the same numbers. Each line has a checksum.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

Place = tuple[str, int, int]
"""Epoch, partition and number."""


@dataclass
class History:
    """What the journals of a run hold: places by ordinal, settled ordinals, the numbers after."""

    places: dict[int, Place] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    epoch: str | None = None
    following: list[int] | None = None
    damaged: bool = False
    highest: int = 0

    def read(self, path: Path) -> None:
        """Adds the lines of one journal; segments come in their order."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        lines = data.split(b"\n")
        for line in lines:
            if line:
                self._add(_parsed(line))

    def _add(self, entry: dict[str, Any] | None) -> None:
        if entry is None:
            self.damaged = True
        elif "d" in entry:
            self.settled.update(entry["d"])
        elif "n" in entry:
            self._snapshot(entry["e"], list(entry["n"]))
        else:
            epoch = entry["e"]
            numbers = iter(entry["s"])
            for ordinal, partition, seq in zip(numbers, numbers, numbers, strict=True):
                self.places[ordinal] = (epoch, partition, seq)
                self.highest = max(self.highest, ordinal)
                if self.following is not None and epoch == self.epoch:
                    self.following[partition] = max(self.following[partition], seq + 1)

    def _snapshot(self, epoch: str, following: list[int]) -> None:
        """Takes the numbers that come next. Segments may hold an older snapshot than before."""
        if epoch == self.epoch and self.following is not None:
            following = [max(pair) for pair in zip(self.following, following, strict=True)]
        self.epoch, self.following = epoch, following


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        if int(line[:8], 16) != crc32(line[9:]):
            return None
        entry = json.loads(line[9:])
        return entry if isinstance(entry, dict) else None
    except ValueError:
        return None


class Journal:
    """Appends lines to one journal."""

    def __init__(self, path: Path, durable: bool) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, 0o600)
        except FileNotFoundError:  # the directory was deleted under the host
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._descriptor = os.open(path, flags, 0o600)
        self._durable = durable

    def snapshot(self, epoch: str, following: list[int]) -> None:
        """Writes the numbers that come next."""
        self._write({"e": epoch, "n": following})

    def numbered(self, epoch: str, places: list[int]) -> None:
        """Writes ordinal, partition and number of each event of a batch."""
        self._write({"e": epoch, "s": places})

    def settled(self, ordinals: list[int]) -> None:
        """Writes which events need not go out again."""
        self._write({"d": ordinals}, False)

    def _write(self, entry: dict[str, Any], durable: bool = True) -> None:
        text = json.dumps(entry, separators=(",", ":")).encode()
        line = b"%08x %s\n" % (crc32(text), text)
        end = os.fstat(self._descriptor).st_size
        written = os.write(self._descriptor, line)
        if written < len(line):
            os.ftruncate(self._descriptor, end)
            raise OSError(28, "No space left on device")
        if durable and self._durable:
            os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Closes the file."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
