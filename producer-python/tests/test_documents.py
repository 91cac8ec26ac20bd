"""The commands and programs of docs/python.md do what it describes, on a real broker."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import NewTopic

from aragora_telemetry.numbering import partition_of
from tests.support.broker import ROOT, Broker
from tests.support.java import class_path, cross_check
from tests.support.reader import read_all

pytestmark = pytest.mark.broker

DOCUMENT = (ROOT / "docs" / "python.md").read_text()
PREFIX = "aragora."


def blocks(language: str, word: str) -> list[str]:
    """The fenced blocks of a language that contain a word."""
    found = re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    return [block for block in found if word in block]


@pytest.fixture(scope="module")
def documented(broker: Broker) -> Broker:
    """A broker with the topics that the document names."""
    broker.create_topics(PREFIX)
    admin = broker.admin()
    for future in admin.create_topics([NewTopic(f"{PREFIX}dead-letters", 4, 1)]).values():
        future.result(30)
    return broker


def test_program_of_five_lines(documented: Broker) -> None:
    [program] = blocks("python", "TelemetryProducer")
    assert len(program.split("\n\n")[1].splitlines()) <= 5
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "producer-python" / "src"),
            "KAFKA_BOOTSTRAP_SERVERS": documented.bootstrap,
        },
    )  # fmt: skip
    assert done.stderr == ""
    records = read_all(documented.bootstrap, [f"{PREFIX}debates"])
    assert [event["type"] for _, _, event in records.events] == [
        "ai.aragora.debate.started.v1",
        "ai.aragora.debate.completed.v1",
    ]


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
def test_event_without_a_library(documented: Broker) -> None:
    emits, reads = blocks("sh", "kcat")
    for command in (emits, reads):
        subprocess.run(
            ["bash", "-euc", command.replace("localhost:9092", documented.bootstrap)],
            check=True, timeout=30, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    consumer = Consumer({"bootstrap.servers": documented.bootstrap, "group.id": "reader"})
    consumer.assign([TopicPartition(f"{PREFIX}requests", n, 0) for n in range(4)])
    record = consumer.poll(20)
    consumer.close()
    assert record is not None and record.error() is None
    assert record.headers() == [("content-type", b"application/cloudevents+json")]
    assert record.partition() == partition_of(record.key(), 4)
    if class_path() is not None:
        [verdict] = cross_check([("requests", record.key(), record.value().strip())])
        assert verdict[1] == "valid", verdict
