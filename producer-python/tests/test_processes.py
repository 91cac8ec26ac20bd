"""Forked and spawned processes, their ends, and the spool behind a SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.broker import ROOT, TOPICS, Broker
from tests.support.reader import Records, read_all

pytestmark = pytest.mark.broker

HOSTS = [sys.executable, "-m", "tests.support.hosts"]


def environment(broker: Broker, prefix: str, **more: str) -> dict[str, str]:
    home = ROOT / "producer-python"
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{home / 'src'}:{home}",
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap,
        "ARAGORA_TELEMETRY_TOPIC_PREFIX": prefix,
        "ARAGORA_TELEMETRY_INSTANCE_ID": "api-1",
        "ARAGORA_TELEMETRY_CLOSE_SECONDS": "30",  # machines of tests are busy
        **more,
    }


def run(broker: Broker, prefix: str, *command: str) -> Records:
    """Runs a host to its end and reads all that it has written."""
    broker.create_topics(prefix)
    subprocess.run(
        [*HOSTS, *command], check=True, timeout=90, env=environment(broker, prefix),
        cwd=ROOT / "producer-python",
    )  # fmt: skip
    return read_all(broker.bootstrap, [prefix + topic for topic in TOPICS])


def per_host(records: Records, prefix: str) -> Counter[str]:
    """Requests by the first part of their ids."""
    return Counter(
        event["data"]["request_id"].rpartition("-")[0] for event in records.of(prefix + "requests")
    )


def check_runs(records: Records, prefix: str, processes: int) -> None:
    """Each process is an instance with a run of its own, from first number to instance.stopped."""
    assert records.gaps() == {}
    instances = records.of(prefix + "instances")
    sources = {event["source"].rpartition("/")[2]: event["epoch"] for event in instances}
    assert len(sources) == processes and len(set(sources.values())) == processes
    assert "api-1" in sources
    assert all(name == "api-1" or name.startswith("api-1-") for name in sources)
    stopped = [event for event in instances if event["type"] == "ai.aragora.instance.stopped.v1"]
    assert {event["data"]["instance_id"] for event in stopped} == set(sources)


def test_forked_children_have_runs_of_their_own(broker: Broker, prefix: str) -> None:
    records = run(broker, prefix, "fork")
    assert per_host(records, prefix) == {
        "before": 100,
        "parent": 3_000,
        **{f"child-{n}": 500 for n in range(4)},
    }
    check_runs(records, prefix, 5)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_send_their_tail(
    broker: Broker, prefix: str, method: str
) -> None:
    records = run(broker, prefix, "multi", method)
    assert per_host(records, prefix) == {"parent": 100, **{f"child-{n}": 500 for n in range(3)}}
    check_runs(records, prefix, 4)


def test_launcher_that_serves_nothing_is_not_an_instance(broker: Broker, prefix: str) -> None:
    records = run(broker, prefix, "launcher")
    assert per_host(records, prefix) == {"child": 10}
    [source] = {event["source"] for event in records.of(prefix + "instances")}
    assert source.startswith("/aragora/instances/api-1-")


def test_spool_survives_twenty_kills(broker: Broker, prefix: str, tmp_path: Path) -> None:
    broker.create_topics(prefix)
    journal, spool = tmp_path / "accepted", tmp_path / "spool"
    variables = environment(broker, prefix, ARAGORA_TELEMETRY_SPOOL_DIR=str(spool))
    home = ROOT / "producer-python"
    for kill in range(20):
        host = subprocess.Popen([*HOSTS, "endless", str(journal)], env=variables, cwd=home)
        size = journal.stat().st_size if journal.exists() else 0
        until = time.monotonic() + 30
        while not journal.exists() or journal.stat().st_size <= size:
            assert host.poll() is None and time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.03 + 0.06 * (kill % 10))  # before, between and behind the batches
        host.send_signal(signal.SIGKILL)
        host.wait()
    last = subprocess.run(
        [*HOSTS, "sends_what_is_left", "60"], check=True, timeout=90, env=variables, cwd=home,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    recovered, damaged = map(int, last.stdout.split())
    assert recovered > 0 and damaged == 0
    assert list(spool.glob("py-*")) == []
    accepted = journal.read_text().split()
    records = read_all(broker.bootstrap, [prefix + topic for topic in TOPICS])
    read = [event["data"]["request_id"] for event in records.of(prefix + "requests")]
    assert len(read) == len(set(read))
    lost = set(accepted) - set(read)
    assert not lost, f"{len(lost)} of {len(accepted)} are lost"
    assert len(read) - len(accepted) <= 20, "one a kill may be accepted and not written down"
    assert records.gaps() == {}
    # A kill within a line of the journal costs the epoch, for what had no number yet.
    assert 20 <= len({event["epoch"] for event in records.of(prefix + "requests")}) <= 30
