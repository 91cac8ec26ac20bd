"""Servers on uvicorn and aiohttp, and beside other tools: every request is counted once."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aragora_server import environment, free_ports, handshake, serving
from pipeline import Event, Pipeline, of, wait
from receiver import Receiver

from aragora_telemetry.sampling import Sampler

pytestmark = pytest.mark.real

HOSTS = Path(__file__).parent / "hosts"
REQUESTS = Counter[tuple[str, str, str]]


class Client:
    """Sends requests and counts their answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: REQUESTS = Counter()
        self._lock = threading.Lock()

    def send(self, method: str, path: str, headers: dict[str, str] | None = None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            answer.read()
        with self._lock:
            self.answers[method, path.split("?")[0], str(answer.status)] += 1
        return answer.status

    def send_all(self, requests: list[tuple[str, str]]) -> None:
        """Sends requests from several threads."""
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda request: self.send(*request), requests))

    def is_up(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/healthz")  # is not an event
            return connection.getresponse().status > 0
        return False


@contextlib.contextmanager
def started(command: list[Any], log: Path, environ: dict[str, str]) -> Iterator[Client]:
    """Runs a server whose command ends with its port, until SIGTERM ends it in order."""
    [port] = free_ports(1)
    arguments = [str(word).replace("PORT", str(port)) for word in command]
    server = subprocess.Popen(
        arguments, cwd=log.parent, stdout=log.open("w"), stderr=subprocess.STDOUT,
        env={**environ, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(log.parent)},
    )  # fmt: skip
    client = Client(port)
    try:
        wait(lambda: server.poll() is not None or client.is_up(), 300, log.read_text)
        yield client
        server.send_signal(signal.SIGTERM)
        server.wait(120)
    finally:
        server.kill()
        server.wait()
    assert "aragora-telemetry" not in log.read_text()


def requests_of(events: list[Event]) -> REQUESTS:
    return Counter(
        (data["method"], data["endpoint"], str(data["status"]))
        for data in of(events, "request.completed")
    )


def test_fastapi_mode_of_aragora(aragora: Path, pipeline: Pipeline, tmp_path: Path) -> None:
    """The server is started by ``aragora-telemetry run``, and traces half of its requests."""
    variables = environment(
        pipeline.servers,
        "real-fastapi",
        ARAGORA_USE_FASTAPI="true",
        OTEL_TRACES_SAMPLER="parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG="0.5",
    )
    del variables["ARAGORA_TELEMETRY"]
    command = (aragora.parent / "aragora-telemetry", "run", "--")
    callers = {f"00-{n:032x}-{'c' * 16}-{n % 2:02x}" for n in range(1, 9)}
    with serving(aragora, tmp_path, variables, command) as server, contextlib.ExitStack() as stack:
        for number in range(60):
            server.request("GET", "/api/v2/agents")
            server.request("GET", f"/api/v2/debates?limit={number}")
            server.request("GET", "/api/v1/nothing")
            server.request("POST", "/api/v2/debates", {})
        for caller in callers:
            server.request("GET", "/api/v2/agents", headers={"traceparent": caller})
        statuses = [handshake(stack, server.websocket, "aragora-v1") for _ in range(2)]
        assert all(" 101 " in status for status in statuses)
        assert server.stop() == 0
        assert "aragora-telemetry" not in server.whole_log()
    events = pipeline.events("real-fastapi")
    assert requests_of(events) == server.requests
    assert {status for _, _, status in server.requests} >= {"200", "401", "404"}
    assert len(of(events, "websocket.opened")) == len(of(events, "websocket.closed")) == 2
    assert of(events, "instance.stopped") == [{"instance_id": "real-fastapi"}]
    assert events_behind_the_stop(events) == []
    expect_sampling(events, callers)


def events_behind_the_stop(events: list[Event]) -> list[Event]:
    """Events of Aragora's own shutdown come before the last one of the instance."""
    [stopped] = [event["time"] for event in events if event["type"].endswith("instance.stopped.v1")]
    return [event for event in events if event["time"] > stopped]


def expect_sampling(events: list[Event], callers: set[str]) -> None:
    """A root is sampled by its trace id; the flag of a caller is kept."""
    decide = Sampler.from_environment(
        {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"}
    )
    theirs = {caller.split("-")[1]: caller.split("-")[3] for caller in callers}
    flags: Counter[str] = Counter()
    for event in events:
        if event["type"].endswith("request.completed.v1"):
            _, trace_id, _, flag = event["traceparent"].split("-")
            assert flag == (theirs.get(trace_id) or decide.flags(trace_id))
            flags[flag] += trace_id not in theirs
    assert min(flags["00"], flags["01"]) > 0.3 * flags.total()


def test_server_on_aiohttp(aragora: Path, pipeline: Pipeline, tmp_path: Path) -> None:
    requests = [("GET", "/known"), ("PUT", "/known?x=1"), ("GET", "/broken"), ("GET", "/moved")]
    requests += [("GET", "/streamed"), ("DELETE", "/none")]
    environ = environment(pipeline.servers, "real-aiohttp")
    command = [aragora, HOSTS / "aiohttp_host.py", "PORT"]
    with started(command, tmp_path / "log", environ) as client, contextlib.ExitStack() as stack:
        client.send_all(requests * 40)
        url = f"ws://127.0.0.1:{client.port}/ws"
        assert all(" 101 " in handshake(stack, url, "any") for _ in range(3))
        stack.close()
    events = pipeline.events("real-aiohttp")
    assert requests_of(events) == client.answers
    assert {s for _, _, s in client.answers} == {"200", "202", "302", "404", "500"}
    connections = [data["connections"] for data in of(events, "websocket.opened")]
    assert sorted(connections) == [1, 2, 3]
    assert len(of(events, "websocket.closed")) == 3
    assert of(events, "instance.stopped") == [{"instance_id": "real-aiohttp"}]


class Sentry:
    """Takes what the Sentry SDK sends."""

    def __init__(self) -> None:
        self.envelopes: list[str] = []
        sentry = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                sentry.envelopes.append(body.decode("utf-8", "replace"))
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.dsn = f"http://key@127.0.0.1:{self._server.server_address[1]}/1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def errors(self) -> list[str]:
        """Errors of the host that arrived."""
        return [envelope for envelope in self.envelopes if "of the host" in envelope]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    sentry = Sentry()
    yield sentry
    sentry.close()


def beside(
    aragora: Path, pipeline: Pipeline, directory: Path, instance: str, first: str, **more: str
) -> list[Event]:
    """Runs the server beside another tool. Returns its events, of which each is there once."""
    environ = environment(pipeline.servers, instance, ARAGORA_OFFLINE="true", **more)
    if first == "theirs":
        environ["ARAGORA_TELEMETRY"] = "off"
    command = [aragora, HOSTS / "beside_host.py", "PORT", first]
    if "OTEL_SERVICE_NAME" in more:
        command.insert(0, aragora.parent / "opentelemetry-instrument")
    with started(command, directory / "log", environ) as client:
        paths = ["/known"] * 40 + ["/broken"] * 10 + ["/logs"] * 10 + ["/none"] * 10
        client.send_all([("GET", path) for path in paths])
        for name in ("one", "two"):
            assert client.send("GET", f"/debate/{instance}-{name}") == 200
    events = pipeline.events(instance)
    assert requests_of(events) == client.answers
    logged = Counter(data["message"] for data in of(events, "log.emitted"))
    assert logged["logged by the host"] == 10
    debates = Counter({f"{instance}-{name}": 1 for name in ("one", "two")})
    assert Counter(data["debate_id"] for data in of(events, "debate.started")) == debates
    ends = of(events, "debate.completed")
    assert Counter(data["debate_id"] for data in ends) == debates
    assert {data["outcome"] for data in ends} == {"consensus"}
    calls = of(events, "agent.call_completed")
    assert {data["status"] for data in calls if data["agent"] == "failing"} == {"error"}
    assert {data["status"] for data in calls if data["agent"] != "failing"} == {"success"}
    assert of(events, "instance.stopped") == [{"instance_id": instance}]
    return events


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_beside_sentry(
    aragora: Path, pipeline: Pipeline, tmp_path: Path, sentry: Sentry, first: str
) -> None:
    beside(aragora, pipeline, tmp_path, f"real-sentry-{first}", first, SENTRY_DSN=sentry.dsn)
    wait(lambda: len(sentry.errors()) >= 10, 60, lambda: len(sentry.envelopes))


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_beside_opentelemetry_instrument(
    aragora: Path, pipeline: Pipeline, receiver: Receiver, tmp_path: Path, first: str
) -> None:
    service = f"otel-{first}"
    events = beside(
        aragora,
        pipeline,
        tmp_path,
        f"real-{service}",
        first,
        OTEL_SERVICE_NAME=service,
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
        OTEL_METRICS_EXPORTER="none",
        OTEL_LOGS_EXPORTER="none",
    )
    spans = [span for span in receiver.spans if span.service == service]
    assert Counter(span.name for span in spans)["GET /known"] == 40
    theirs = {span.trace_id for span in spans}
    traced = [event for event in events if "traceparent" in event]
    for kind in ("request.completed", "debate.completed", "agent.call_completed"):
        ours = {e["traceparent"].split("-")[1] for e in traced if e["type"].endswith(f"{kind}.v1")}
        assert ours and ours <= theirs, kind
