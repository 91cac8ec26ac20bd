"""The spool without a broker: what a process leaves, another one finds, whatever is damaged."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from aragora_telemetry.account import FULL
from aragora_telemetry.numbering import Numbering
from aragora_telemetry.outbox import Entry, Sent
from aragora_telemetry.spool import Spool
from aragora_telemetry.spool.adopted import AdoptedOutbox
from aragora_telemetry.spool.frames import encode_frame, frames, is_torn
from aragora_telemetry.spool.outbox import SpoolOutbox

MIB = 1 << 20
E1, E2 = "e1" * 16, "e2" * 16


class Host:
    """One process: what it accepts, numbers and settles. ``dies`` leaves everything as it is."""

    def __init__(self, root: Path, epoch: str = E1, most: int = 64 * MIB) -> None:
        self.spool = Spool.open(root, epoch, most, False)
        self.outbox = self.spool.outbox("t")
        self.path = Path(self.spool.path) / "t"

    def accept(self, count: int, size: int = 100) -> None:
        for _ in range(count):
            n = self.outbox.accepted() + 1
            assert self.outbox.admit(b"k%d" % n, b'{"n":%d,%s}' % (n, b"x" * size)) is None

    def number(self, count: int) -> list[Sent]:
        return number(self.outbox, count)

    def settle(self, sents: list[Sent]) -> None:
        self.outbox.release(sents)
        self.outbox.record_settled(sents)

    def dies(self) -> None:
        self.spool.abandon()


def number(outbox: SpoolOutbox | AdoptedOutbox, count: int) -> list[Sent]:
    """Takes events and gives them the numbers that they would go out with."""
    if outbox.numbering() is None:
        epoch = outbox.fresh_epoch() if isinstance(outbox, AdoptedOutbox) else E1
        outbox.pin(Numbering(epoch, [1, 1, 1]))
    numbering = outbox.numbering()
    assert numbering is not None
    entries = outbox.take(count)
    sents = []
    for entry in entries:
        partition, seq = entry.place[1:] if entry.place else numbering.number(entry.key)
        sents.append(Sent(entry.ordinal, entry.key, entry.body, partition, seq, entry.size))
    fresh = [s for s, e in zip(sents, entries, strict=True) if e.place is None]
    if fresh:
        outbox.record_numbered(numbering, fresh)
    return sents


def adopt(root: Path) -> tuple[Spool, AdoptedOutbox]:
    """The next process, which finds what is left."""
    spool = Spool.open(root, E2, 64 * MIB, False)
    left = spool.adopt()
    assert left is not None
    return spool, left.topics["t"]


def places(sents: list[Sent]) -> dict[bytes, tuple[int, int]]:
    return {sent.key: (sent.partition, sent.seq) for sent in sents}


def rest(outbox: AdoptedOutbox) -> list[Entry]:
    found: list[Entry] = []
    while entries := outbox.take(100):
        found += entries
    return found


def test_unnumbered_events_are_all_found(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(1_000)
    host.dies()
    _, outbox = adopt(tmp_path)
    assert outbox.left() == 1_000 and outbox.unreadable == 0
    assert outbox.fresh_epoch() == E1
    assert [entry.ordinal for entry in rest(outbox)] == list(range(1, 1_001))


def test_numbers_are_never_given_to_another_event(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(300)
    before = host.number(120)
    host.settle(before[:50])
    host.dies()
    _, outbox = adopt(tmp_path)
    assert outbox.left() == 250
    after = []
    while sents := number(outbox, 40):
        after += sents
    numbering = outbox.numbering()
    assert numbering is not None and numbering.epoch == E1
    both = places(before) | places(after)
    assert len(set(both.values())) == 300
    assert all(places(after)[s.key] == (s.partition, s.seq) for s in before[50:])
    for partition in range(3):
        seqs = sorted(seq for p, seq in both.values() if p == partition)
        assert seqs == list(range(1, len(seqs) + 1))


def test_numbers_go_on_behind_deleted_segments(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(60, size=200_000)  # three segments
    first = host.number(60)[:45]
    host.settle(first)
    assert len(list(host.path.glob("*.log"))) < 3
    host.accept(30, size=200_000)
    host.dies()
    for epoch in (E2, "e3" * 16):  # also if the next process dies as well
        spool = Spool.open(tmp_path, epoch, 64 * MIB, False)
        left = spool.adopt()
        assert left is not None
        numbering = left.topics["t"].numbering()
        assert numbering is not None and numbering.epoch == E1
        assert sum(numbering.following) == 60 + 3
        for sent in number(left.topics["t"], 5):
            left.topics["t"].release([sent])
            left.topics["t"].record_settled([sent])
        for outbox in left.topics.values():
            outbox.close()
        left.directory.release()
        spool.abandon()
        (Path(spool.path)).rename(tmp_path / f"gone-{epoch}")


def test_settled_run_leaves_nothing(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(10)
    host.settle(host.number(10))
    host.spool.close()
    assert list(tmp_path.iterdir()) == []


def test_directory_whose_removal_was_cut_off_goes(tmp_path: Path) -> None:
    (tmp_path / ("py-" + "e0" * 16)).mkdir()
    unborn = tmp_path / (".py-" + "e0" * 16)
    unborn.mkdir()
    os.utime(unborn, (0, 0))
    assert Spool.open(tmp_path, E1, 64 * MIB, False).adopt() is None
    assert [path.name for path in tmp_path.iterdir()] == ["py-" + E1]


def test_run_of_a_live_process_is_not_adopted(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(10)
    assert Spool.open(tmp_path, E2, 64 * MIB, False).adopt() is None


def test_bound_holds_and_room_comes_back(tmp_path: Path) -> None:
    host = Host(tmp_path, most=16 * MIB)
    while host.outbox.admit(b"k", b"{" + b"x" * 100_000) is None:
        pass
    accepted = host.outbox.accepted()
    assert 150 < accepted < 170
    assert host.outbox.admit(b"k", b"{" + b"x" * 100_000) == FULL
    host.settle(host.number(100))
    assert host.outbox.admit(b"k", b"{" + b"x" * 100_000) is None
    assert host.outbox.left() == accepted - 100 + 1


def test_reader_follows_the_writer_over_segments(tmp_path: Path) -> None:
    host = Host(tmp_path)
    seen = []
    for _ in range(40):
        host.accept(7, size=60_000)
        seen += host.number(5)
    while sents := host.number(50):
        seen += sents
    assert [sent.ordinal for sent in seen] == list(range(1, 281))
    assert host.outbox.damaged() == 0


@pytest.mark.parametrize("seed", range(30))
def test_damage_loses_only_what_is_damaged(tmp_path: Path, seed: int) -> None:
    generator = random.Random(seed)
    host = Host(tmp_path)
    host.accept(400)
    before = host.number(generator.randrange(0, 300))
    host.settle(before[: generator.randrange(0, len(before) + 1)])
    settled = 400 - host.outbox.left()
    host.dies()
    [log] = host.path.glob("*.log")
    data = bytearray(log.read_bytes())
    hit = set()
    whole = list(frames(bytes(data)))
    for _ in range(generator.randrange(1, 6)):
        at, length = generator.randrange(len(data)), generator.randrange(1, 300)
        for n in range(at, min(at + length, len(data))):
            data[n] ^= 0x55
        start = 0
        for frame in whole:
            if start < at + length and frame.end > at:
                hit.add(frame.ordinal)
            start = frame.end
    log.write_bytes(data)
    _, outbox = adopt(tmp_path)
    found = [entry.ordinal for entry in rest(outbox)]
    wanted = [n for n in range(settled + 1, 401) if n not in hit]
    assert found == wanted
    assert outbox.left() == len(wanted)
    lost = len([n for n in hit if n > settled])
    assert outbox.unreadable == lost or (400 in hit and outbox.unreadable <= lost)


@pytest.mark.parametrize("seed", range(60))
def test_any_damage_makes_no_number_double_and_is_accounted(tmp_path: Path, seed: int) -> None:
    generator = random.Random(seed)
    host = Host(tmp_path)
    host.accept(60, size=200_000)
    host.number(generator.randrange(0, 50))
    host.dies()
    logs = sorted(host.path.glob("*.log"))
    assert len(logs) >= 3
    log = logs[generator.randrange(len(logs) - 1)]  # behind the last one nothing can be counted
    data = log.read_bytes()
    starts = [0] + [frame.end for frame in frames(data)]
    at = generator.choice([generator.randrange(len(data)), generator.choice(starts)])
    length = generator.choice([1, 4_096, 100_000, 700_000])
    other = generator.choice([generator.randrange(len(data)), generator.choice(starts)])
    block = data[other : other + length]
    kind = generator.randrange(6)
    if kind == 0:
        at %= len(data)
        data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    elif kind == 1:
        data = data[:at] + bytes(min(length, len(data) - at)) + data[at + length :]
    elif kind == 2:
        data = data[:at]
    elif kind == 3:  # a block that is there twice, perhaps before its place
        data = data[:at] + block + data[at:]
    elif kind == 4:
        data = data[:at] + generator.randbytes(length) + data[at:]
    else:  # a block over another one
        data = data[:at] + block + data[at + len(block) :]
    log.write_bytes(data)
    _, outbox = adopt(tmp_path)
    unreadable = outbox.unreadable
    sents = []
    while more := number(outbox, 7):
        sents += more
    assert len({(sent.partition, sent.seq) for sent in sents}) == len(sents)
    assert len({sent.ordinal for sent in sents}) == len(sents)
    assert all(sent.key == b"k%d" % sent.ordinal for sent in sents)
    assert len(sents) + unreadable == 60


def test_damaged_bytes_are_kept_aside(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(20)
    host.dies()
    [log] = host.path.glob("*.log")
    data = bytearray(log.read_bytes())
    data[500] ^= 1
    log.write_bytes(data)
    _, outbox = adopt(tmp_path)
    assert (outbox.left(), outbox.unreadable) == (19, 1)
    [kept] = (tmp_path / "damaged").iterdir()
    assert kept.read_bytes() in bytes(data)


def test_directory_deleted_under_the_host_is_made_again(tmp_path: Path) -> None:
    root = tmp_path / "spool"
    host = Host(root)
    host.accept(10)
    shutil.rmtree(root)
    with pytest.raises(OSError):
        host.number(5)  # the lane waits and tries again
    assert host.spool.adopt() is None
    host.number(5)
    host.accept(60, size=200_000)
    assert len(list(host.path.glob("*.log"))) >= 2
    assert Spool.open(root, E2, 64 * MIB, False).adopt() is None, "it is locked again"


@pytest.mark.parametrize("cut", range(1, 150, 7))
def test_torn_end_was_never_accepted(tmp_path: Path, cut: int) -> None:
    host = Host(tmp_path)
    host.accept(5)
    host.dies()
    [log] = host.path.glob("*.log")
    data = log.read_bytes()
    frame = encode_frame(6, b"k6", b'{"n":6,' + b"x" * 120 + b"}")
    assert cut < len(frame)
    log.write_bytes(data + frame[:cut])
    assert is_torn(data + frame[:cut], len(data))
    _, outbox = adopt(tmp_path)
    assert (outbox.left(), outbox.unreadable) == (5, 0)


def test_damaged_journal_makes_no_number_double(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(90)
    first, second = host.number(30), host.number(30)
    host.dies()
    [journal] = host.path.glob("*.num")
    lines = journal.read_bytes().split(b"\n")
    assert len(lines) == 4  # snapshot, two batches, and the end
    lines[1] = lines[1][:-4] + b"0000"
    journal.write_bytes(b"\n".join(lines))
    _, outbox = adopt(tmp_path)
    assert outbox.unreadable == 30, "the numbers of the first batch are lost, so are its events"
    assert outbox.left() == 60
    found = rest(outbox)
    assert {e.place for e in found if e.place} == {(E1, s.partition, s.seq) for s in second}
    assert [entry.ordinal for entry in found if entry.place is None] == list(range(61, 91))
    assert outbox.numbering() is None and outbox.fresh_epoch() != E1
    assert len(first) == 30


def test_foreign_files_and_directories_are_left_alone(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(3)
    host.dies()
    for name in ("x.log", "notes.num", "00000000000000000001 (copy).log", ".nfs001.log"):
        (host.path / name).write_bytes(b"of another program")
    old = time.time() - 3_600
    for name in ("py-torch", ".py-cache", "py-" + "A" * 32, "py-" + "a" * 33):
        (tmp_path / name / "topic").mkdir(parents=True)
        (tmp_path / name / "lock").write_bytes(b"")
        (tmp_path / name / "topic" / "kept").write_bytes(b"of another program")
        os.utime(tmp_path / name, (old, old))
    (tmp_path / "py-notes.txt").write_bytes(b"of another program")
    spool, outbox = adopt(tmp_path)
    assert [entry.ordinal for entry in rest(outbox)] == [1, 2, 3]
    assert spool.adopt() is None
    kept = sorted(path.parent.parent.name for path in tmp_path.glob("*/topic/kept"))
    assert kept == [".py-cache", "py-" + "A" * 32, "py-" + "a" * 33, "py-torch"]


def test_own_log_that_is_damaged_while_it_is_read(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.accept(20)
    [log] = host.path.glob("*.log")
    data = bytearray(log.read_bytes())
    second = list(frames(bytes(data)))[1]
    data[second.end - 5] ^= 1
    log.write_bytes(data)
    assert [sent.ordinal for sent in host.number(100)] == [1, *range(3, 21)]
    assert host.outbox.damaged() == 1
    assert host.outbox.left() == 19


def test_spool_of_a_full_disk_drops_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(tmp_path)
    host.accept(2)
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: write(fd, data[:10], at))
    assert host.outbox.admit(b"k", b"{}") == "spool_failed"
    monkeypatch.undo()
    host.accept(2)
    host.dies()
    _, outbox = adopt(tmp_path)
    assert (outbox.left(), outbox.unreadable) == (4, 0)
