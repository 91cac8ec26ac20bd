"""Programs that tests run as processes of their own: ``python -m tests.support.hosts NAME``."""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aragora_telemetry import TelemetryProducer


def emit(telemetry: TelemetryProducer, name: str, count: int) -> None:
    """Emits numbered requests."""
    for n in range(count):
        assert telemetry.request_completed(f"{name}-{n}", "GET", "/", 200, 0.01)


def work(telemetry: TelemetryProducer, name: str) -> None:
    """Body of a child."""
    emit(telemetry, name, 500)


def spawned(name: str) -> None:
    """Body of a spawned child, which has a producer of its own."""
    emit(TelemetryProducer(lazy=True), name, 500)


def fork() -> None:
    """Forks children while a thread emits; each ends in another way."""
    import threading

    telemetry = TelemetryProducer(lazy=True)
    emit(telemetry, "before", 100)
    thread = threading.Thread(target=emit, args=(telemetry, "parent", 3_000))
    thread.start()
    children = []
    for child in range(4):
        pid = os.fork()
        if pid == 0:
            emit(telemetry, f"child-{child}", 500)
            if child % 2:
                sys.exit(0)  # atexit
            telemetry.close()
            os._exit(0)
        children.append(pid)
    thread.join()
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0


def multi(method: str) -> None:
    """Runs children of multiprocessing, which end without atexit."""
    telemetry = TelemetryProducer(lazy=True)
    emit(telemetry, "parent", 100)
    context = multiprocessing.get_context(method)
    if method == "fork":
        children = [context.Process(target=work, args=(telemetry, f"child-{n}")) for n in range(3)]
    else:
        children = [context.Process(target=spawned, args=(f"child-{n}",)) for n in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0


def launcher() -> None:
    """Makes a producer, serves nothing, and lets a child serve."""
    telemetry = TelemetryProducer(lazy=True)
    pid = os.fork()
    if pid == 0:
        emit(telemetry, "child", 10)
        sys.exit(0)
    os.waitpid(pid, 0)


def endless(journal: str) -> None:
    """Emits until it is killed; writes down each id that was accepted, after it was."""
    telemetry = TelemetryProducer()
    descriptor = os.open(Path(journal), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for n in range(10_000_000):
        if telemetry.request_completed(f"{os.getpid()}-{n}", "GET", "/", 200, 0.01):
            os.write(descriptor, f"{os.getpid()}-{n}\n".encode())
        if n % 50 == 49:
            time.sleep(0.001)


def sends_what_is_left(seconds: str) -> None:
    """Stays until nothing is left in the spool."""
    with TelemetryProducer() as telemetry:
        root = Path(os.environ["ARAGORA_TELEMETRY_SPOOL_DIR"])
        until = time.monotonic() + float(seconds)
        while len(list(root.glob("py-*"))) > 1 and time.monotonic() < until:
            time.sleep(0.05)
        print(telemetry.stats().recovered, telemetry.stats().damaged)


def make_fatal(telemetry: TelemetryProducer) -> None:
    """Raises a fatal error within the librdkafka client, by its own function for tests."""
    run = telemetry._run
    assert run is not None and run._link is not None
    client = run._link._client
    with open("/proc/self/maps") as maps:
        [library] = {line.split()[-1] for line in maps if "librdkafka" in line}
    handle = ctypes.c_void_p.from_address(id(client) + object.__basicsize__)
    inject = ctypes.CDLL(library).rd_kafka_test_fatal_error
    inject.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]
    assert inject(handle, 47, b"injected by a test") == 0


def serves(switch: str) -> None:
    """Serves HTTP as Aragora does, a thread a connection, until SIGTERM.

    The first line of stdout is the port, the last one the account. ``switch`` is on or off.
    """
    telemetry = TelemetryProducer() if switch == "on" else None
    catalogue = {f"agent-{n}": {"elo": 1500.0 + n, "matches": n} for n in range(700)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        served = 0

        def do_GET(self) -> None:
            began = time.perf_counter()
            Handler.served += 1  # one connection, so one thread
            name = f"r-{Handler.served}"
            if telemetry is not None:
                if self.path == "/fatal":
                    make_fatal(telemetry)
                telemetry.log_emitted("INFO", "host", "answers", request_id=name)
            body = json.dumps(catalogue).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)
            if telemetry is not None:
                seconds = time.perf_counter() - began
                telemetry.request_completed(name, "GET", "/api/v1/agents", 200, seconds)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True

    def stop(*_: object) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    print(server.server_address[1], flush=True)
    try:
        server.serve_forever()
    finally:
        if telemetry is not None:
            telemetry.close(60)
            topics = telemetry.stats().topics.items()
            print(json.dumps({name: asdict(account) for name, account in topics}), flush=True)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
