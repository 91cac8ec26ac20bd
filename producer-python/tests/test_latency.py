"""Latency of a host in every fault of its broker, beside that of the same host without telemetry."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from tests.conftest import record_figure
from tests.support.broker import ROOT, TOPICS, Broker
from tests.support.reader import Records, partitions_may_differ, read_all
from tests.test_processes import HOSTS, environment

pytestmark = pytest.mark.broker

LIMIT = 1.2
PAIRS = 1_000
"""Requests to each host that a fault is measured by."""


@dataclass
class Served:
    """A host that serves HTTP, a connection to it, and the time of each request."""

    process: subprocess.Popen[str]
    connection: http.client.HTTPConnection
    times: list[float] = field(default_factory=list)
    requests: int = 0

    def get(self, path: str = "/") -> None:
        start = time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        answer.read()
        self.times.append(time.perf_counter() - start)
        assert answer.status == 200
        self.requests += 1

    def stop(self) -> str:
        """Ends the host. Returns the last line that it has written."""
        self.process.terminate()
        out, _ = self.process.communicate(timeout=90)
        assert self.process.returncode == 0
        return out


class Pair:
    """The host with telemetry and the host without, which take turns."""

    def __init__(self, on: Served, off: Served) -> None:
        self.on = on
        self.off = off

    def measure(self, seconds: float = 0.0, pairs: int = PAIRS) -> None:
        """Sends requests, at least so many and for so long."""
        until = time.monotonic() + seconds
        sent = 0
        while sent < pairs or time.monotonic() < until:
            order = (self.on, self.off) if sent % 2 else (self.off, self.on)
            for host in order:
                host.get()
            sent += 1

    def forget(self) -> None:
        """Leaves out what was measured so far."""
        self.on.times.clear()
        self.off.times.clear()

    def ratio(self) -> float:
        """Median with telemetry by that without."""
        return statistics.median(self.on.times) / statistics.median(self.off.times)


@contextmanager
def serving(switch: str, variables: dict[str, str]) -> Iterator[Served]:
    host = subprocess.Popen(
        [*HOSTS, "serves", switch], env=variables, cwd=ROOT / "producer-python",
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert host.stdout is not None
        port = int(host.stdout.readline())
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        yield Served(host, connection)
    finally:
        host.kill()
        host.wait()


@contextmanager
def hosts(broker: Broker, prefix: str, **more: str) -> Iterator[Pair]:
    variables = environment(broker, prefix, ARAGORA_TELEMETRY_HEARTBEAT_SECONDS="1", **more)
    with ExitStack() as stack:
        on, off = (stack.enter_context(serving(switch, variables)) for switch in ("on", "off"))
        pair = Pair(on, off)
        pair.measure(pairs=100)
        pair.forget()
        yield pair


def expect(name: str, pair: Pair, broker: Broker, prefix: str) -> Records:
    """Ends the hosts. What was offered is read back, or dropped and reported."""
    ratio = pair.ratio()
    medians = [statistics.median(host.times) * 1_000 for host in (pair.on, pair.off)]
    record_figure(
        f"latency, {name}: p50 {medians[0]:.3f} ms with telemetry, {medians[1]:.3f} ms without, "
        f"ratio {ratio:.2f} ({len(pair.on.times)} requests each)"
    )
    assert ratio < LIMIT, name
    accounts = json.loads(pair.on.stop())
    records = read_all(broker.bootstrap, [prefix + topic for topic in TOPICS])
    beat = records.of(prefix + "instances", "instance.heartbeat")[-1]["data"]
    for topic in (prefix + "requests", prefix + "logs"):
        account = accounts[topic]
        assert account["offered"] == pair.on.requests
        assert account["offered"] == account["acknowledged"] + account["dropped"]
        assert beat["emitted"][topic] == account["acknowledged"]
        assert beat["dropped"][topic] == account["dropped"]
        if not name.startswith("recreated"):
            assert len(records.of(topic)) == account["acknowledged"]
    assert records.gaps() == {} or name.startswith("recreated")
    return records


def dropped(records: Records, prefix: str) -> int:
    """Drops of both topics, as the last heartbeat reports them."""
    beat = records.of(prefix + "instances", "instance.heartbeat")[-1]["data"]
    return sum(int(count) for count in beat["dropped"].values())


def test_without_a_fault(broker: Broker, prefix: str) -> None:
    broker.create_topics(prefix)
    with hosts(broker, prefix) as pair:
        pair.measure()
        assert dropped(expect("no fault", pair, broker, prefix), prefix) == 0


@pytest.mark.parametrize("fault", ["stopped for 20 s", "killed"])
def test_broker_that_goes_away(own_broker: Broker, fault: str) -> None:
    own_broker.start().create_topics("o.")
    with hosts(own_broker, "o.") as pair:
        if fault == "killed":
            own_broker.kill()
            pair.measure(3)
            own_broker.start()
        else:
            own_broker.pause()
            pair.measure(20)
            own_broker.resume()
        pair.measure()
        assert dropped(expect(fault, pair, own_broker, "o."), "o.") == 0


@pytest.mark.parametrize("fault", ["absent from the start", "queue full"])
def test_broker_that_is_absent(own_broker: Broker, fault: str) -> None:
    full = fault == "queue full"
    more = {"ARAGORA_TELEMETRY_QUEUE_EVENTS": "500"} if full else {}
    with hosts(own_broker, "o.", **more) as pair:
        pair.measure(3)
        offered = 2 * pair.on.requests
        own_broker.start().create_topics("o.")
        lost = dropped(expect(fault, pair, own_broker, "o."), "o.")
        assert lost == (offered - 2 * 500 if full else 0)


def test_topic_that_is_missing(broker: Broker, prefix: str) -> None:
    broker.create_topics(prefix, names=("debates", "instances", "agent-calls", "logs"))
    with hosts(broker, prefix) as pair:
        pair.measure(3)
        broker.create_topics(prefix, names=("requests",))
        assert dropped(expect("topic missing", pair, broker, prefix), prefix) == 0


@pytest.mark.parametrize("partitions", [2, 7])
def test_topic_that_is_recreated(broker: Broker, prefix: str, partitions: int) -> None:
    topic = prefix + "requests"
    partitions_may_differ(topic)
    broker.create_topics(prefix)
    with hosts(broker, prefix) as pair:
        pair.measure(pairs=300)
        broker.delete_topic(topic)
        pair.measure(pairs=300)
        broker.create_topics(prefix, partitions, names=("requests",))
        pair.measure(4)
        expect(f"recreated with {partitions} partitions for 4", pair, broker, prefix)


def test_client_that_fails_permanently(broker: Broker, prefix: str) -> None:
    broker.create_topics(prefix)
    with hosts(broker, prefix) as pair:
        for _ in range(3):
            pair.measure(pairs=400)
            pair.on.get("/fatal")
        pair.measure(pairs=400)
        assert dropped(expect("fatal error of the client", pair, broker, prefix), prefix) == 0
