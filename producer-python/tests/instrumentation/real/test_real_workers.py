"""Servers with several processes: every request is counted once, every process is stopped."""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aragora_server import environment, free_ports
from pipeline import Pipeline, of, wait

pytestmark = pytest.mark.real

HOSTS = Path(__file__).parent / "hosts"
SERVERS = {
    "gunicorn": [
        "-m",
        "gunicorn",
        "-k",
        "uvicorn.workers.UvicornWorker",
        "-w",
        "3",
        "-b",
        "127.0.0.1:{port}",
    ],
    "uvicorn": ["-m", "uvicorn", "--workers", "3", "--port", "{port}", "--log-level", "warning"],
}


@pytest.mark.parametrize("name", SERVERS)
def test_every_request_is_counted_once(
    aragora: Path, pipeline: Pipeline, tmp_path: Path, name: str
) -> None:
    [port] = free_ports(1)
    arguments = [argument.format(port=port) for argument in SERVERS[name]]
    log = tmp_path / "server.log"
    server = subprocess.Popen(
        [aragora, *arguments, "worker_app:app"],
        cwd=HOSTS,
        env={**environment(pipeline.servers, f"real-{name}"), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        wait(lambda: answers(port), 300, log.read_text)
        with ThreadPoolExecutor(8) as pool:
            statuses = Counter(
                pool.map(lambda n: get(port, "/known" if n % 3 else "/none"), range(300))
            )
        server.send_signal(signal.SIGTERM)
        server.wait(120)
    finally:
        server.kill()
        server.wait()
    assert statuses == Counter({200: 200, 404: 100})
    events = pipeline.events(f"real-{name}")
    requests = of(events, "request.completed")
    assert (
        Counter(request["status"] for request in requests if request["endpoint"] != "/healthz")
        == statuses
    )
    started = {event["source"] for event in events}
    stopped = {event["source"] for event in events if event["type"].endswith("instance.stopped.v1")}
    assert stopped == started
    assert 2 <= len(started) <= 3
    assert "aragora-telemetry" not in log.read_text()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return get(port, "/healthz") == 404
    return False


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()
