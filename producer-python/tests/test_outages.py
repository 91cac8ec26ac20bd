"""Outages of every kind: what is offered is read back, or dropped and reported."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from aragora_telemetry import Settings, TelemetryProducer
from tests.conftest import settings_for
from tests.support.broker import TOPICS, Broker
from tests.support.hosts import make_fatal
from tests.support.reader import Records, partitions_may_differ, read_all

pytestmark = pytest.mark.broker


class Listener:
    """Counts what is reported to it."""

    def __init__(self) -> None:
        self.drops: Counter[tuple[str, str]] = Counter()
        self.failures: list[str] = []

    def dropped(self, topic: str, reason: str, count: int, message: str) -> None:
        self.drops[topic, reason] += count

    def send_failed(self, topic: str, cause: str) -> None:
        self.failures.append(f"{topic}: {cause}")


class Host:
    """A thread that emits steadily, and the time that each call took."""

    def __init__(self, telemetry: TelemetryProducer) -> None:
        self.offered = 0
        self.accepted = 0
        self.slowest = 0.0
        self.times: list[float] = []
        self._telemetry = telemetry
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._end.wait(0.002):
            start = time.perf_counter()
            accepted = self._telemetry.request_completed(
                f"r-{self.offered}", "GET", "/api/debates", 200, 0.01
            )
            self.times.append(time.perf_counter() - start)
            self.offered += 1
            self.accepted += accepted

    def __enter__(self) -> Host:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def has_offered(self, more: int) -> None:
        """Waits until this many events more are offered."""
        goal = self.offered + more
        while self.offered < goal:
            self._end.wait(0.01)


def names(settings: Settings) -> list[str]:
    return [settings.topic_prefix + topic for topic in TOPICS]


def check(
    telemetry: TelemetryProducer, listener: Listener, broker: Broker, settings: Settings
) -> Records:
    """Everything offered is read back, or dropped and reported; no number is missing or double."""
    stats = telemetry.stats()
    records = read_all(broker.bootstrap, names(settings))
    for topic, account in stats.topics.items():
        assert account.offered == account.acknowledged + account.dropped, (topic, account)
        assert account.queued == 0
        assert len(records.of(topic)) == account.acknowledged, (topic, account)
        for reason, count in account.reasons.items():
            assert listener.drops[topic, reason] == count
    return records


@contextmanager
def producing(broker: Broker, settings: Settings) -> Iterator[tuple[TelemetryProducer, Listener]]:
    listener = Listener()
    telemetry = TelemetryProducer(settings=settings, listener=listener)
    yield telemetry, listener
    telemetry.close(30)
    assert telemetry.stats().off is None


def test_stopped_broker_delays_and_loses_nothing(own_broker: Broker) -> None:
    own_broker.start().create_topics("o.")
    settings = settings_for(own_broker, "o.")
    with producing(own_broker, settings) as (telemetry, listener):
        with Host(telemetry) as host:
            host.has_offered(500)
            before = list(host.times)
            own_broker.pause()
            stopped_at = time.monotonic()
            while time.monotonic() < stopped_at + 20:
                host.has_offered(100)
            during = host.times[len(before) :]
            own_broker.resume()
            host.has_offered(500)
        assert host.accepted == host.offered
        assert statistics.median(during) < 1.2 * statistics.median(before) + 0.0001
        assert telemetry.flush(60)
    records = check(telemetry, listener, own_broker, settings)
    assert records.gaps() == {}
    assert len(records.of("o.requests")) == host.offered


def test_killed_broker_comes_back_and_loses_nothing(own_broker: Broker) -> None:
    own_broker.start().create_topics("o.")
    settings = settings_for(own_broker, "o.")
    with producing(own_broker, settings) as (telemetry, listener):
        with Host(telemetry) as host:
            host.has_offered(500)
            own_broker.kill()
            host.has_offered(1_000)
            own_broker.start()
            host.has_offered(500)
        assert telemetry.flush(60)
    records = check(telemetry, listener, own_broker, settings)
    assert records.gaps() == {}
    assert len(records.of("o.requests")) == host.offered
    assert listener.failures


def test_broker_that_is_absent_from_the_start(own_broker: Broker) -> None:
    settings = settings_for(own_broker, "o.")
    with producing(own_broker, settings) as (telemetry, listener):
        with Host(telemetry) as host:
            host.has_offered(1_000)
            assert listener.failures
            own_broker.start().create_topics("o.")
        assert telemetry.flush(60)
    records = check(telemetry, listener, own_broker, settings)
    assert records.gaps() == {}
    assert len(records.of("o.requests")) == host.offered


def test_missing_topic_holds_up_no_other(broker: Broker, prefix: str) -> None:
    broker.create_topics(prefix, names=("debates", "instances", "agent-calls", "logs"))
    settings = settings_for(broker, prefix)
    with producing(broker, settings) as (telemetry, listener):
        for n in range(100):
            assert telemetry.request_completed(f"r-{n}", "GET", "/", 200, 0.1)
            assert telemetry.debate_started(f"d-{n}", ["a"])
        until = time.monotonic() + 20
        while telemetry.stats().topics[prefix + "debates"].queued and time.monotonic() < until:
            telemetry.flush(0.2)
        assert telemetry.stats().topics[prefix + "debates"].acknowledged == 100
        assert telemetry.stats().topics[prefix + "requests"].queued == 100
        broker.create_topics(prefix, names=("requests",))
        assert telemetry.flush(30)
    assert len(check(telemetry, listener, broker, settings).of(prefix + "requests")) == 100


@pytest.mark.parametrize("partitions", [2, 4, 7])
def test_recreated_topic(broker: Broker, prefix: str, partitions: int) -> None:
    topic = prefix + "requests"
    partitions_may_differ(topic)
    broker.create_topics(prefix)
    settings = settings_for(broker, prefix)
    with producing(broker, settings) as (telemetry, listener):
        for n in range(200):
            assert telemetry.request_completed(f"old-{n}", "GET", "/", 200, 0.1)
        assert telemetry.flush(20)
        with Host(telemetry) as host:
            host.has_offered(50)
            broker.delete_topic(topic)
            gone = host.offered  # what comes from now on cannot lie in the old topic
            host.has_offered(200)
            broker.create_topics(prefix, partitions, names=("requests",))
            host.has_offered(200)
        assert telemetry.flush(90), (telemetry.stats().topics[topic], listener.failures)
    account = telemetry.stats().topics[topic]
    assert account.offered == 200 + host.offered
    assert account.offered == account.acknowledged + account.dropped
    assert account.dropped == listener.drops[topic, "undelivered"]
    events = read_all(broker.bootstrap, [topic]).of(topic)
    read = {int(event["data"]["request_id"][2:]) for event in events}
    assert len(read) == len(events)
    missing = set(range(gone + 1, host.offered)) - read
    assert len(missing) <= account.dropped
    epochs = {event["epoch"] for event in events}
    if partitions < 4:
        assert len(epochs) == 2 and account.dropped > 0
    else:
        assert len(epochs) == 1 and account.dropped == 0 and not missing


def test_full_queue_drops_and_reports(own_broker: Broker) -> None:
    settings = replace(settings_for(own_broker, "o."), queue_events=1_000)
    with producing(own_broker, settings) as (telemetry, listener):
        accepted = sum(
            telemetry.request_completed(f"r-{n}", "GET", "/", 200, 0.1) for n in range(3_000)
        )
        assert accepted == 1_000
        assert telemetry.debate_started("d", ["a"]), "each topic has its own bound"
        own_broker.start().create_topics("o.")
        assert telemetry.flush(60)
        assert telemetry.request_completed("last", "GET", "/", 200, 0.1), "there is room again"
    records = check(telemetry, listener, own_broker, settings)
    assert len(records.of("o.requests")) == 1_001
    assert listener.drops["o.requests", "full"] == 2_000
    beat = records.of("o.instances", "instance.heartbeat")[-1]["data"]
    assert (beat["emitted"]["o.requests"], beat["dropped"]["o.requests"]) == (1_001, 2_000)


def test_fatal_error_of_the_client_loses_nothing(broker: Broker, settings: Settings) -> None:
    with producing(broker, settings) as (telemetry, listener):
        with Host(telemetry) as host:
            for _ in range(3):
                host.has_offered(400)
                make_fatal(telemetry)
            host.has_offered(400)
        assert telemetry.flush(30)
        run = telemetry._run
        assert run is not None and run._link is not None and run._link.generation == 3
    records = check(telemetry, listener, broker, settings)
    assert records.gaps() == {}
    assert len(records.of(settings.topic_prefix + "requests")) == host.offered
    epochs = {event["epoch"] for _, _, event in records.events}
    assert len(epochs) == 1


def test_close_without_a_broker_keeps_its_bound_and_counts(own_broker: Broker) -> None:
    settings = settings_for(own_broker, "o.")
    listener = Listener()
    telemetry = TelemetryProducer(settings=settings, listener=listener)
    for n in range(100):
        telemetry.request_completed(f"r-{n}", "GET", "/", 200, 0.1)
    start = time.monotonic()
    telemetry.close(2)
    assert time.monotonic() - start < 2.5
    assert telemetry.stats().topics["o.requests"].reasons == {"undelivered": 100}
    assert listener.drops["o.requests", "undelivered"] == 100
    assert not telemetry.request_completed("late", "GET", "/", 200, 0.1)
    assert telemetry.stats().topics["o.requests"].reasons["closed"] == 1


def test_event_over_the_limit_of_its_topic_is_dropped_alone(broker: Broker, prefix: str) -> None:
    broker.create_topics(prefix, names=("debates", "requests", "agent-calls", "instances"))
    broker.create_topics(prefix, names=("logs",), config={"max.message.bytes": "2000"})
    settings = settings_for(broker, prefix)
    kafka = {**settings.kafka, "compression.type": "none"}
    with producing(broker, replace(settings, kafka=kafka)) as (telemetry, listener):
        telemetry.log_emitted("INFO", "app", "short")
        assert telemetry.flush(20)
        telemetry.log_emitted("INFO", "app", "x" * 5_000)
        assert telemetry.flush(20)
        telemetry.log_emitted("INFO", "app", "short")
    records = check(telemetry, listener, broker, settings)
    assert listener.drops[prefix + "logs", "undelivered"] == 1
    assert len(records.of(prefix + "logs")) == 2


def test_topic_of_this_moment_loses_no_first_batch(broker: Broker, prefix: str) -> None:
    """A broker that does not lead a new partition yet refuses one batch and takes the next."""
    for attempt in range(5):
        name = f"{prefix}{attempt}."
        broker.create_topics(name, partitions=12)
        settings = settings_for(broker, name)
        with producing(broker, settings) as (telemetry, listener):
            with Host(telemetry) as host:
                host.has_offered(250)
            assert telemetry.flush(60)
        records = check(telemetry, listener, broker, settings)
        assert records.gaps() == {}
        assert len(records.of(name + "requests")) == host.offered
