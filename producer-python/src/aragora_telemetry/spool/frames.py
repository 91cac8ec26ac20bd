"""Frames of a segment: one event each, with a checksum."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

MAGIC = b"\xa7AE1"
_HEAD = struct.Struct("<4sIQII")  # magic, checksum of all behind it, ordinal, key and body length
_CHECKED_FROM = 8
MAX_FRAME = 4 << 20


class Frame(NamedTuple):
    """An event in a segment, and where the next one begins."""

    ordinal: int
    key: bytes
    body: bytes
    end: int


def encode_frame(ordinal: int, key: bytes, body: bytes) -> bytes:
    """The bytes of one event."""
    rest = _HEAD.pack(MAGIC, 0, ordinal, len(key), len(body))[_CHECKED_FROM:] + key + body
    return MAGIC + struct.pack("<I", crc32(rest)) + rest


def _frame_at(data: bytes, start: int) -> Frame | None:
    if start + _HEAD.size > len(data):
        return None
    magic, checksum, ordinal, key_length, body_length = _HEAD.unpack_from(data, start)
    end = start + _HEAD.size + key_length + body_length
    if magic != MAGIC or end > len(data) or key_length + body_length > MAX_FRAME:
        return None
    if crc32(memoryview(data)[start + _CHECKED_FROM : end]) != checksum:
        return None
    body_at = start + _HEAD.size + key_length
    return Frame(ordinal, data[start + _HEAD.size : body_at], data[body_at:end], end)


def frames(data: bytes) -> Iterator[Frame]:
    """The readable frames. What is damaged is passed over, up to the next whole frame."""
    at = 0
    while at < len(data):
        frame = _frame_at(data, at)
        if frame is None:
            at = data.find(MAGIC, at + 1)
            if at < 0:
                return
        else:
            yield frame
            at = frame.end


def start_of(frame: Frame) -> int:
    """Offset of a frame that was read."""
    return frame.end - _HEAD.size - len(frame.key) - len(frame.body)


def is_torn(data: bytes, start: int) -> bool:
    """True if the rest is the beginning of one frame, which was never accepted."""
    rest = data[start:]
    if len(rest) < _HEAD.size:
        return rest[:4] == MAGIC[: len(rest[:4])]
    magic, _, _, key_length, body_length = _HEAD.unpack_from(rest)
    length = _HEAD.size + key_length + body_length
    return bool(magic == MAGIC and length <= MAX_FRAME and length > len(rest))
