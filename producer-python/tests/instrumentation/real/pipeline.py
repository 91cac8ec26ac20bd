"""The pipeline of this checkout, and what is in its topics."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition

ROOT = Path(__file__).parents[4]
TOPICS = ("debates", "requests", "agent-calls", "instances", "logs")
PREFIX = "ai.aragora."
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Event = dict[str, Any]


class Pipeline:
    """Runs ``bin/telemetry quickstart`` without a load, on free ports."""

    def __init__(self, directory: Path, otlp: str) -> None:
        self._log = directory / "quickstart.log"
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("ARAGORA", "KAFKA", "OTEL"))
        }
        self._process = subprocess.Popen(
            [
                ROOT / "bin/telemetry",
                "quickstart",
                "--no-load",
                "--kafka-port=0",
                "--metrics-port=0",
            ],
            cwd=directory,
            env={
                **clean,
                "OTEL_EXPORTER_OTLP_ENDPOINT": otlp,
                "TELEMETRY_JAVA_OPTS": f"-Djava.io.tmpdir={directory}",
            },
            stdout=self._log.open("w"),
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            self._start()
        except BaseException:
            self._process.kill()
            raise

    def _start(self) -> None:
        found = wait(
            lambda: re.search(r"Kafka +(localhost:\d+).*Metrics +(http\S+)", self.log(), re.DOTALL),
            600,
            self.log,
        )
        self.servers, self.metrics_url = found[1].replace("localhost", "127.0.0.1"), found[2]
        wait(lambda: self._ready(), 300, self.log)

    def log(self) -> str:
        return self._log.read_text()

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(
                self.metrics_url.replace("metrics", "health/ready"), timeout=5
            ) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def settle(self) -> None:
        """Waits until the processor has counted all that is written."""
        name = "aragora_telemetry_events_total"
        written = len(self.events())
        wait(lambda: sum(v for (n, _), v in self.metrics().items() if n == name) >= written, 300)

    def stop(self) -> int:
        """Stops it. Returns 0 if every record was counted once."""
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(180)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def events(self, instance: str | None = None) -> list[Event]:
        """Returns every event, or those of the instances whose ids begin so."""
        consumer = Consumer(
            {"bootstrap.servers": self.servers, "group.id": "test", "enable.auto.commit": False}
        )
        try:
            partitions, ends = [], {}
            for topic, found in consumer.list_topics(timeout=10).topics.items():
                if topic in {f"aragora.{name}" for name in TOPICS}:
                    for number in found.partitions:
                        place = TopicPartition(topic, number, 0)
                        _, ends[topic, number] = consumer.get_watermark_offsets(place, timeout=10)
                        partitions.append(place)
            partitions = [p for p in partitions if ends[p.topic, p.partition]]
            consumer.assign(partitions)
            read, left = [], {(p.topic, p.partition) for p in partitions}
            until = time.monotonic() + 180
            while left and time.monotonic() < until:
                for record in consumer.consume(1000, 0.2):
                    assert record.error() is None, record.error()
                    read.append({**json.loads(record.value()), "topic": record.topic()})
                for place in consumer.position(partitions):
                    if place.offset >= ends[place.topic, place.partition]:
                        left.discard((place.topic, place.partition))
            assert not left, "the topics could not be read to their ends"
        finally:
            consumer.close()
        source = "" if instance is None else f"/aragora/instances/{instance}"
        return [event for event in read if event["source"].startswith(source)]

    def metrics(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """Returns the samples of ``/metrics``."""
        with urllib.request.urlopen(self.metrics_url, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        samples = {}
        for line in lines:
            if match := _SAMPLE.match(line):
                labels = frozenset(_LABEL.findall(match[2] or ""))
                samples[match[1], labels] = float(match[3])
        return samples


def wait(condition: Callable[[], Any], seconds: float, explain: Callable[[], object] = str) -> Any:
    """Returns the first true value of the condition."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {explain()}")
        time.sleep(0.1)
    return value


def of(events: list[Event], kind: str) -> list[Event]:
    """Returns the data of the events of a type, such as ``debate.started``."""
    return [event["data"] for event in events if event["type"] == f"{PREFIX}{kind}.v1"]
