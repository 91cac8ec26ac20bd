"""Nothing of the producer hurts its host: signals, forks and finalisers within it, odd hosts."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from aragora_telemetry import Settings, TelemetryProducer
from aragora_telemetry.gate import Gate
from tests.support.broker import ROOT
from tests.support.capture import Capture


def test_work_within_work_is_postponed() -> None:
    gate = Gate()
    order: list[str] = []

    def outer() -> str:
        assert gate.run(order.append, "inner", postponed="later") == "later"
        order.append("outer")
        return "done"

    assert gate.run(outer, postponed="later") == "done"
    assert order == ["outer", "inner"]


def test_gate_that_an_interrupt_left_half_entered_is_opened_by_the_sender() -> None:
    gate = Gate()
    gate._inside = True
    order: list[str] = []
    gate.run(order.append, "kept", postponed=None)
    gate.run_own(order.append, "own")
    assert order == ["own", "kept"]


def test_signal_handlers_may_emit_at_any_moment() -> None:
    capture = Capture()
    telemetry = capture.telemetry
    handled = 0

    def handler(*_: Any) -> None:
        nonlocal handled
        handled += 1
        telemetry.log_emitted("INFO", "signal", str(handled))

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    try:
        for n in range(20_000):
            assert telemetry.log_emitted("INFO", "main", str(n))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert handled > 100
    telemetry.log_emitted("INFO", "main", "last")
    events = [json.loads(value)["data"] for _, _, value in capture.records()]
    assert len(events) == 20_001 + handled
    account = telemetry.stats().topics["aragora.logs"]
    assert (account.offered, account.dropped) == (20_001 + handled, 0)


def test_listener_and_log_that_lead_back_do_no_harm() -> None:
    settings = Settings(instance_id="a", queue_events=10, heartbeat_seconds=0)
    reports: list[int] = []

    class Listener:
        def dropped(self, topic: str, reason: str, count: int, message: str) -> None:
            reports.append(count)
            telemetry.log_emitted("INFO", "listener", "dropped")
            raise RuntimeError("of the host")

        def send_failed(self, topic: str, cause: str) -> None:
            raise RuntimeError("of the host")

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            telemetry.log_emitted("INFO", "handler", record.getMessage())

    telemetry = TelemetryProducer(settings=settings, listener=Listener())
    log = logging.getLogger("aragora_telemetry")
    handler = Handler()
    log.addHandler(handler)
    try:
        for n in range(100):
            telemetry.log_emitted("INFO", "main", str(n))
        until = time.monotonic() + 10
        while not reports and time.monotonic() < until:
            telemetry.flush(0.1)
        assert 90 <= sum(reports) <= 100
    finally:
        log.removeHandler(handler)
        telemetry.close(0.5)


def test_producer_that_was_never_started_ends_at_once() -> None:
    telemetry = TelemetryProducer("a", lazy=True)
    telemetry.close()
    assert not telemetry.debate_started("d", ["a"])
    assert telemetry.stats().off is None


def test_instance_id_has_the_process_id_in_all_processes_but_the_first() -> None:
    program = (
        "import os, aragora_telemetry as t; p = t.TelemetryProducer('api', lazy=True);"
        "print(p.instance_id, os.getpid(), flush=True);"
        "os.fork() or print(p.instance_id, os.getpid(), flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "producer-python" / "src")},
    )  # fmt: skip
    (first, _), (child, pid) = (line.split() for line in done.stdout.splitlines())
    assert (first, child) == ("api", f"api-{pid}")


def test_current_span_of_opentelemetry_is_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    context = SimpleNamespace(is_valid=True, trace_id=0xABC, span_id=0xDEF, trace_flags=1)
    span = SimpleNamespace(get_span_context=lambda: context, parent=SimpleNamespace(span_id=0x123))
    module = SimpleNamespace(get_current_span=lambda: span)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)
    capture = Capture()
    assert capture.telemetry.debate_started("d", ["a"])
    event = capture.one()
    assert event["traceparent"] == f"00-{0xABC:032x}-{0xDEF:016x}-01"
    assert event["parentspanid"] == f"{0x123:016x}"


def test_broken_opentelemetry_costs_the_trace_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", object())
    capture = Capture()
    assert capture.telemetry.debate_started("d", ["a"])
    assert "traceparent" not in capture.one()


def test_emit_of_many_threads_counts_each() -> None:
    capture = Capture()

    def work() -> None:
        for n in range(5_000):
            capture.telemetry.websocket_opened(f"c-{n}", n)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert capture.telemetry.stats().topics["aragora.requests"].offered == 40_000
    records = capture.records()
    assert len({json.loads(value)["id"] for _, _, value in records}) == 40_000


def test_sender_thread_imports_nothing() -> None:
    """A child that is forked during an import of another thread waits for it for ever."""
    program = """
import sys
from aragora_telemetry.link import HEADERS, Link
before = set(sys.modules)
link = Link({"bootstrap.servers": "mock", "test.mock.num.brokers": "1"}, "c")
link.partitions(5)
link.poll(0.1)
link.close(1)
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT / "producer-python/src")},
    )
    assert done.stdout == "[]\n", done.stderr
