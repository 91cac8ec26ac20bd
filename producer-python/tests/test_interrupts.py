"""What interrupts a host within our own code: signals, finalisers, the recursion limit."""

from __future__ import annotations

import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from aragora_telemetry import Settings, TelemetryProducer
from aragora_telemetry.gate import Gate
from tests.support.capture import Capture

QUIET = Settings(
    instance_id="api-1", heartbeat_seconds=0, kafka={"bootstrap.servers": "127.0.0.1:1"}
)


def test_gate_opens_again_when_postponed_work_fails() -> None:
    gate = Gate()

    def fails() -> None:
        raise RecursionError

    def outer() -> None:
        gate.run(fails, postponed=None)
        gate.run(order.append, "kept", postponed=None)

    order: list[str] = []
    with pytest.raises(RecursionError):
        gate.run(outer, postponed=None)
    assert gate.run(lambda: "done", postponed="stuck") == "done"
    assert order == ["kept"]


def _deep(work: Callable[[], Any], depth: int) -> Any:
    return work() if depth == 0 else _deep(work, depth - 1)


def test_event_at_the_recursion_limit_leaves_a_true_account() -> None:
    capture = Capture()
    telemetry = capture.telemetry
    telemetry.log_emitted("INFO", "x", "first")
    accepted = 1
    base = len(_frames())
    for room in range(1, 80):
        depth = sys.getrecursionlimit() - base - room
        try:
            accepted += bool(_deep(lambda: telemetry.log_emitted("INFO", "x", "deep"), depth))
        except RecursionError:
            continue  # the host's own call
    telemetry.log_emitted("INFO", "x", "last")
    stats = telemetry.stats().topics["aragora.logs"]
    lane = capture.run.lanes["logs"]
    queued = len(capture.records())
    assert accepted + 1 == queued == stats.queued == lane.outbox.left()
    assert stats.offered == queued + stats.dropped


class _LimitPassed(BaseException):
    """Raised by a host's signal handler, as of a limit of time."""


def test_exceptions_of_signal_handlers_leave_a_true_account() -> None:
    capture = Capture()
    armed = False
    interrupts = 0

    def handler(*_: Any) -> None:
        nonlocal armed, interrupts
        if armed:
            armed = False
            interrupts += 1
            raise _LimitPassed

    before = signal.signal(signal.SIGALRM, handler)
    generator = random.Random(13)
    try:
        for _ in range(10_000):
            try:
                armed = True
                signal.setitimer(signal.ITIMER_REAL, generator.uniform(5e-6, 60e-6))
                capture.telemetry.log_emitted("INFO", "x", "y")
                armed = False
            except _LimitPassed:
                pass
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    stats = capture.telemetry.stats().topics["aragora.logs"]
    left = capture.run.lanes["logs"].outbox.left()
    assert interrupts > 100
    assert stats.offered == stats.queued == left == len(capture.records())


def _frames() -> list[Any]:
    frames, frame = [], sys._getframe()
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back  # type: ignore[assignment]
    return frames


@pytest.fixture
def telemetry() -> Iterator[TelemetryProducer]:
    telemetry = TelemetryProducer(settings=QUIET)
    yield telemetry
    telemetry.close(0.1)


def within_the_gate(telemetry: TelemetryProducer, work: Callable[[], Any]) -> Any:
    """Runs the work as a signal handler runs that interrupts ``emit``."""
    run = telemetry._run
    assert run is not None
    return run.lanes["logs"].gate.run(work, postponed=None)


def test_flush_in_a_signal_handler_does_not_wait_for_its_own_thread(
    telemetry: TelemetryProducer,
) -> None:
    began = time.monotonic()
    assert within_the_gate(telemetry, lambda: telemetry.flush(5)) is False
    assert time.monotonic() - began < 1


def test_close_in_a_signal_handler_ends_when_the_event_is_accepted() -> None:
    telemetry = TelemetryProducer(settings=QUIET)
    run = telemetry._run
    assert run is not None
    lane = run.lanes["logs"]
    admit = lane.outbox.admit

    def interrupted(key: bytes, body: bytes) -> str | None:
        began = time.monotonic()
        telemetry.close(0.5)  # of a handler of SIGTERM
        assert time.monotonic() - began < 0.2
        return admit(key, body)

    lane.outbox.admit = interrupted  # type: ignore[method-assign]
    assert telemetry.log_emitted("INFO", "x", "interrupted")
    assert run._thread is not None
    run._thread.join(5)
    assert not run._thread.is_alive()
    account = telemetry.stats().topics["aragora.logs"]
    assert (account.offered, account.queued, account.reasons) == (1, 0, {"undelivered": 1})
    assert not telemetry.log_emitted("INFO", "x", "late")


@pytest.mark.parametrize("timeout", [timedelta(seconds=0.3), 0.3, float("inf"), "soon", None])
def test_close_takes_any_timeout(timeout: Any) -> None:
    telemetry = TelemetryProducer(settings=Settings(**{**vars(QUIET), "close_seconds": 0.3}))
    run = telemetry._run
    assert run is not None and run._thread is not None
    if timeout != float("inf"):  # nobody takes the event, and inf waits for it
        telemetry.log_emitted("INFO", "x", "left")
    assert not telemetry.is_closed()
    telemetry.close(timeout)
    assert telemetry.is_closed()
    run._thread.join(5)
    assert not run._thread.is_alive()
    assert telemetry.stats().topics["aragora.logs"].queued == 0


@pytest.mark.parametrize("timeout", [timedelta(seconds=0.2), 0.2])
def test_flush_takes_a_duration(telemetry: TelemetryProducer, timeout: Any) -> None:
    telemetry.log_emitted("INFO", "x", "left")
    began = time.monotonic()
    assert telemetry.flush(timeout) is False
    assert time.monotonic() - began >= 0.2


def test_clock_before_2020_costs_events_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    from aragora_telemetry import codec

    settings = Settings(**{**vars(QUIET), "heartbeat_seconds": 1.0})
    for now in (0, -(10**18), 86_400 * 10**9):
        monkeypatch.setattr(codec.time, "time_ns", lambda now=now: now)
        telemetry = TelemetryProducer(settings=settings)
        run = telemetry._run
        assert run is not None and run._thread is not None
        assert not telemetry.log_emitted("INFO", "x", "y")
        telemetry.close(2)
        run._thread.join(5)
        assert not run._thread.is_alive()
        topics = telemetry.stats().topics
        assert topics["aragora.logs"].reasons == {"invalid": 1}
        assert set(topics["aragora.instances"].reasons) == {"invalid"}
        monkeypatch.undo()


class Ends:
    """A listener of the host that has one method, which ends the thread that calls it."""

    def __init__(self) -> None:
        self.calls = 0

    def dropped(self, *_: Any) -> None:
        self.calls += 1
        raise SystemExit


def test_listener_may_lack_a_method_and_raise_anything() -> None:
    listener: Any = Ends()
    telemetry = TelemetryProducer(settings=QUIET, listener=listener)
    run = telemetry._run
    assert run is not None and run._thread is not None
    for calls in (1, 2):
        telemetry.log_emitted("BAD", "x", "y")
        run._report.send_failed("aragora.logs", "of a test")
        until = time.monotonic() + 5
        while listener.calls < calls and time.monotonic() < until:
            telemetry.flush(0.05)
        assert listener.calls == calls and run._thread.is_alive()
    telemetry.close(0.1)
    run._thread.join(5)
    assert not run._thread.is_alive()


def test_first_event_within_the_first_event_makes_one_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from aragora_telemetry import producer

    made: list[Any] = []
    real = producer.Run

    def run(*args: Any) -> Any:
        if not made:
            made.append(None)
            assert telemetry.log_emitted("INFO", "handler", "inner")
        made.append(real(*args))
        return made[-1]

    monkeypatch.setattr(producer, "Run", run)
    telemetry = TelemetryProducer(settings=QUIET, lazy=True)
    assert telemetry.log_emitted("INFO", "main", "outer")
    try:
        assert telemetry.stats().topics["aragora.logs"].offered == 2
        assert sum(each is not None and each.started for each in made) == 1
    finally:
        telemetry.close(0.1)


def test_lock_of_the_words_of_secrets_may_be_taken_by_its_own_thread() -> None:
    from aragora_telemetry.aragora import redact

    done = threading.Event()

    def interrupted() -> None:
        with redact.KNOWN._lock:  # where a finaliser or a signal handler logs a secret
            redact.text("password=q7Wm2Zk3v9")
        done.set()

    threading.Thread(target=interrupted, daemon=True).start()
    assert done.wait(5)
    redact.KNOWN.clear()


def test_connection_may_end_in_a_finaliser_while_another_is_counted() -> None:
    from aragora_telemetry.aragora.session import Session

    capture = Capture()
    session = Session(capture.telemetry, Settings(), {})
    done = threading.Event()

    def interrupted() -> None:
        with session._lock:
            session.closed("c-1")
        done.set()

    threading.Thread(target=interrupted, daemon=True).start()
    assert done.wait(5)
