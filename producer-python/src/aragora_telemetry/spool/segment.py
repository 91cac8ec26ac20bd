"""One segment of a topic's log: a file of events and the journal beside it."""

from __future__ import annotations

import os
from pathlib import Path

from .frames import Frame, frames, is_torn, start_of
from .journal import Journal


class Segment:
    """A file of frames. The host's threads append, the sender thread reads."""

    def __init__(self, directory: Path, first: int, descriptor: int, size: int, durable: bool):
        self.first = first
        self.stop: int | None = None  # first ordinal of the next segment
        self.size = size
        self.events = 0
        self.settled = 0
        self.last = first - 1
        self.snapshot_written = False
        self._directory = directory
        self._descriptor = descriptor
        self._durable = durable
        self._journal: Journal | None = None

    @staticmethod
    def create(directory: Path, first: int, durable: bool) -> Segment:
        """A new segment, whose first event will have this ordinal."""
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        descriptor = os.open(directory / f"{first:020d}.log", flags, 0o600)
        if durable:
            _sync_directory(directory)
        return Segment(directory, first, descriptor, 0, durable)

    @staticmethod
    def open(directory: Path, first: int, durable: bool) -> Segment:
        """A segment that another process has left."""
        descriptor = os.open(directory / f"{first:020d}.log", os.O_RDWR | os.O_CLOEXEC)
        size = os.fstat(descriptor).st_size
        return Segment(directory, first, descriptor, size, durable)

    def append(self, frame: bytes, ordinal: int) -> None:
        """Writes a frame behind the others. What failed half-way is written over by the next."""
        written = os.pwrite(self._descriptor, frame, self.size)
        if written < len(frame):
            raise OSError(28, "No space left on device")
        self.last = ordinal
        self.events += 1
        self.size += len(frame)

    def sync(self) -> None:
        """Waits for the disk."""
        os.fdatasync(self._descriptor)

    def read(self, start: int, most: int) -> bytes:
        """Bytes of the file from ``start`` on."""
        return os.pread(self._descriptor, most, start)

    def all_frames(self) -> tuple[list[Frame], bool]:
        """The readable frames, and if something unreadable but a torn frame follows them.

        Damage may have put a frame there twice, or one of another segment: each ordinal of this
        segment comes once, in its order.
        """
        data = os.pread(self._descriptor, self.size, 0)
        raw = list(frames(data))
        end = raw[-1].end if raw else 0
        found = {
            frame.ordinal: frame
            for frame in raw
            if self.first <= frame.ordinal and (self.stop is None or frame.ordinal < self.stop)
        }
        torn = end >= len(data) or is_torn(data, end)
        return [found[ordinal] for ordinal in sorted(found)], not torn

    def keep_damaged(self, directory: Path, name: str) -> None:
        """Copies the bytes between the readable frames, for a repair."""
        data = os.pread(self._descriptor, self.size, 0)
        at = 0
        holes = []
        for frame in frames(data):
            if start_of(frame) > at:
                holes.append((at, start_of(frame)))
            at = frame.end
        if at < len(data) and not (self.stop is None and is_torn(data, at)):
            holes.append((at, len(data)))
        for start, end in holes:
            directory.mkdir(mode=0o700, exist_ok=True)
            (directory / f"{name}.{self.first}.{start}").write_bytes(data[start:end])

    @property
    def journal(self) -> Journal:
        """Its journal; the file begins with the first line."""
        if self._journal is None:
            self._journal = Journal(self._directory / f"{self.first:020d}.num", self._durable)
        return self._journal

    def close(self) -> None:
        """Closes the files."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        if self._journal is not None:
            self._journal.close()

    def delete(self) -> None:
        """Removes the files; the journal goes last, for it alone would be harmless."""
        self.close()
        for kind in ("log", "num"):
            (self._directory / f"{self.first:020d}.{kind}").unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
