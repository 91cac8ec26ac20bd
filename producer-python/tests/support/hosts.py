"""Programs that tests run as processes of their own: ``python -m tests.support.hosts NAME``."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
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


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
