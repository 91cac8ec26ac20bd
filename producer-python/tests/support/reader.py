"""All records of the input topics, read back from the broker."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from aragora_telemetry.numbering import partition_of


@dataclass
class Records:
    """The events of some topics. A copy of an event under its own number counts as a copy."""

    events: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    copies: int = 0

    def of(self, topic: str, kind: str | None = None) -> list[dict[str, Any]]:
        """Events of one topic, and of one type such as ``request.completed``."""
        wanted = None if kind is None else f"ai.aragora.{kind}.v1"
        return [e for t, _, e in self.events if t == topic and wanted in (None, e["type"])]

    def gaps(self) -> dict[tuple[str, str, str, int], list[int]]:
        """Numbers that are missing below the highest, by (source, epoch, topic, partition)."""
        runs: dict[tuple[str, str, str, int], set[int]] = defaultdict(set)
        for topic, partition, event in self.events:
            runs[event["source"], event["epoch"], topic, partition].add(event["seq"])
        missing = {run: sorted(set(range(1, max(seqs) + 1)) - seqs) for run, seqs in runs.items()}
        return {run: seqs for run, seqs in missing.items() if seqs}


def read_all(bootstrap: str, topics: list[str]) -> Records:
    """Reads the topics to their ends, and checks key, partition and numbers of each record."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "reader",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 20,
        }
    )
    records = Records()
    seen: dict[tuple[Any, ...], str] = {}
    ids: Counter[str] = Counter()
    counts: dict[str, int] = {}
    left: dict[tuple[str, int], int] = {}
    for topic in topics:
        counts[topic] = len(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
        for partition in range(counts[topic]):
            low, high = _ends(consumer, TopicPartition(topic, partition))
            if low < high:
                left[topic, partition] = high
    consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in left])
    while left:
        message = consumer.poll(10)
        assert message is not None, f"these do not reach their ends: {left}"
        assert message.error() is None, message.error()
        topic, partition = message.topic(), message.partition()
        if message.offset() + 1 >= left.get((topic, partition), 0):
            left.pop((topic, partition), None)
        event = json.loads(message.value())
        place = (event["source"], event["epoch"], topic, partition, event["seq"])
        if place in seen:
            assert seen[place] == event["id"], f"{place} belongs to two events"
            records.copies += 1
            continue
        seen[place] = event["id"]
        ids[event["id"]] += 1
        records.events.append((topic, partition, event))
        assert message.headers() == [("content-type", b"application/cloudevents+json")]
        if topic not in _RECREATED:
            assert partition == partition_of(message.key(), counts[topic])
    consumer.close()
    assert all(count == 1 for count in ids.values()), "an event has two numbers"
    return records


def _ends(consumer: Consumer, place: TopicPartition) -> tuple[int, int]:
    """Lowest and next offset; a partition that was just created may have no leader yet."""
    until = time.monotonic() + 30
    while True:
        try:
            low, high = consumer.get_watermark_offsets(place, timeout=10)
            return low, high
        except KafkaException:
            if time.monotonic() > until:
                raise


_RECREATED: set[str] = set()


def partitions_may_differ(topic: str) -> None:
    """Leaves out the check of partitions for a topic whose partition count has changed."""
    _RECREATED.add(topic)
