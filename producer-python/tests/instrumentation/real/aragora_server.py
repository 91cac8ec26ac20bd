"""A real Aragora server in a process of its own, and a client that counts for itself."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline import wait


def free_ports(count: int) -> list[int]:
    """Returns ports that nothing listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def environment(servers: str, instance: str, **more: str) -> dict[str, str]:
    """Returns the environment that switches telemetry on."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ARAGORA", "KAFKA", "OTEL"))}
    return {
        **kept,
        "ARAGORA_TELEMETRY": "on",
        "ARAGORA_TELEMETRY_INSTANCE_ID": instance,
        "ARAGORA_TELEMETRY_HEARTBEAT_SECONDS": "1",
        "ARAGORA_TELEMETRY_CLOSE_SECONDS": "30",  # machines of tests are busy
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "ARAGORA_DISABLE_ALL_RATE_LIMITS": "true",
        # Nothing here may reach another machine.
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1,localhost",
        **more,
    }


class AragoraServer:
    """``python -m aragora.server --offline`` on free ports."""

    def __init__(
        self,
        python: Path,
        directory: Path,
        variables: dict[str, str],
        command: tuple[Any, ...] = (),
    ) -> None:
        http, websocket, *others = free_ports(5)
        self.http, self.websocket = f"http://127.0.0.1:{http}", f"ws://127.0.0.1:{websocket}/ws"
        self.requests: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()
        self._log = directory / "server.log"
        names = ("CONTROL_PLANE", "NOMIC_LOOP", "CANVAS")
        ports = {f"ARAGORA_{n}_WS_PORT": str(p) for n, p in zip(names, others, strict=True)}
        self._process = subprocess.Popen(
            [
                *(*command, python, "-m", "aragora.server", "--offline", "--host", "127.0.0.1"),
                *("--http-port", str(http), "--port", str(websocket)),
            ],
            cwd=directory,
            env={**variables, **ports, "HOME": str(directory)},
            stdout=self._log.open("w"),
            stderr=subprocess.STDOUT,
        )
        wait(lambda: self._process.poll() is not None or self._answers(), 300, self.log)

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> str:
        return self.whole_log()[-6000:]

    def whole_log(self) -> str:
        return self._log.read_text()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.http + "/healthz", timeout=20) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        counted_as: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Sends a request, counts its answer, and returns status and body."""
        request = urllib.request.Request(
            self.http + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, data = error.code, error.read()
        with self._lock:
            self.requests[method, counted_as or path.split("?")[0], str(status)] += 1
        try:
            return status, json.loads(data)
        except ValueError:
            return status, None

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stops the server. Returns its exit code."""
        self._process.send_signal(number)
        return self._process.wait(120)


@contextlib.contextmanager
def serving(
    python: Path, directory: Path, variables: dict[str, str], command: tuple[Any, ...] = ()
) -> Iterator[AragoraServer]:
    """Runs the server; ``command`` comes before its own, as of a program that starts it."""
    server = AragoraServer(python, directory, variables, command)
    try:
        yield server
    finally:
        if server._process.poll() is None:
            server._process.kill()
            server._process.wait()


def handshake(stack: contextlib.ExitStack, url: str, protocol: str) -> str:
    """Opens a WebSocket connection. Returns the first line of the answer."""
    place = urlsplit(url)
    connection = stack.enter_context(socket.create_connection((place.hostname, place.port), 10))
    connection.sendall(
        f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: {protocol}\r\nOrigin: http://localhost:3000\r\n\r\n".encode()
    )
    return connection.recv(4096).decode("latin-1").splitlines()[0]
