"""Partition and number of each event of one run in one topic."""

from __future__ import annotations

from struct import unpack_from

_M = 0x5BD1E995
_MASK = 0xFFFFFFFF
_CACHED = 4_096


def murmur2(data: bytes) -> int:
    """Kafka's hash of a key, as an unsigned 32-bit integer."""
    length = len(data)
    h = 0x9747B28C ^ length
    words = length >> 2
    for k in unpack_from(f"<{words}I", data):
        k = (k * _M) & _MASK
        h = ((h * _M) & _MASK) ^ (((k ^ (k >> 24)) * _M) & _MASK)
    rest = length & 3
    if rest:
        h ^= int.from_bytes(data[length - rest :], "little")
        h = (h * _M) & _MASK
    h = ((h ^ (h >> 13)) * _M) & _MASK
    return h ^ (h >> 15)


def partition_of(key: bytes, partitions: int) -> int:
    """Partition that Kafka's default partitioner chooses for a key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


class Numbering:
    """Next number of every partition. The partition count is fixed: with another one, numbers
    that were given would belong to other partitions."""

    def __init__(self, epoch: str, following: list[int]) -> None:
        self.epoch = epoch
        self.following = following
        self._partitions: dict[bytes, int] = {}

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return len(self.following)

    def number(self, key: bytes) -> tuple[int, int]:
        """Partition and number of the next event with this key."""
        partition = self._partitions.get(key)
        if partition is None:
            partition = partition_of(key, len(self.following))
            if len(self._partitions) >= _CACHED:
                self._partitions.clear()
            self._partitions[key] = partition
        seq = self.following[partition]
        self.following[partition] = seq + 1
        return partition, seq
