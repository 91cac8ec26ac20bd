"""One process's run: its lanes, and the one thread that sends."""

from __future__ import annotations

import secrets
import sys
import threading
import time
from itertools import count
from typing import Any

from .account import INVALID, OFF, SENTENCES, UNDELIVERED, Account, FailureReport, ProducerStats
from .codec import RefusedError, encode
from .events import INSTANCE_HEARTBEAT, INSTANCE_STOPPED, MAX_CONNECTIONS, TOPICS, EventType
from .lane import Lane
from .link import Failure, Link
from .outbox import MemoryOutbox, Outbox
from .recovery import Recovery
from .setting_error import SettingsError
from .settings import Settings
from .spool import Spool
from .trace import NO_TRACE, Trace

TICK = 0.05
"""Seconds between two looks at the queues. To be woken by each event would cost the host its
turns at the interpreter."""

_BUSY_TICK = 0.001
_WAITED_FOR_TICK = 0.005
_LOOKUP_TIMEOUT = 1.0
_FIRST_LOOKUP_PAUSE = 0.2
_LAST_LOOKUP_PAUSE = 3.0
_TROUBLE_PAUSE = 5.0
_LEAST = 0.05


class Run:
    """What a producer is in one process. A forked child has another."""

    def __init__(self, settings: Settings, instance_id: str, report: FailureReport) -> None:
        """Opens the spool; raises ``SettingsError`` if it cannot be used."""
        self.instance_id = instance_id
        self.source = f"/aragora/instances/{instance_id}"
        self.epoch = secrets.token_hex(16)
        self.closed = False
        self.off: str | None = None
        self.websockets = 0
        self._settings = settings
        self._report = report
        self._id_prefix = secrets.token_hex(10)
        self._ids = count(1)
        self._spool = _open_spool(settings, self.epoch)
        self.lanes = {topic: self._lane(topic) for topic in TOPICS}
        self._recovery = Recovery(self._spool, report) if self._spool is not None else None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._waiting = 0
        self._stop_at: float | None = None
        self._link: Link | None = None
        self._beat_at = 0.0
        self._beat_base: dict[str, tuple[int, int]] = {}
        self._lookup_at = 0.0
        self._lookup_pause = _FIRST_LOOKUP_PAUSE
        self._trouble_at = 0.0

    def _lane(self, topic: str) -> Lane:
        name = self._settings.topic_prefix + topic
        outbox: Outbox
        if self._spool is None:
            outbox = MemoryOutbox(self._settings.queue_events, self._settings.queue_bytes)
        else:
            outbox = self._spool.outbox(name)
        return Lane(name, self.epoch, Account(name), outbox)

    # ------------------------------------------------------------------ the host's threads

    def start(self) -> None:
        """Starts the thread, once."""
        if self._thread is not None or self.off is not None:
            return
        # A signal handler may come here while its own thread holds the lock: it does not wait.
        if self._starting.acquire(blocking=False):
            try:
                if self._thread is None:
                    thread = threading.Thread(target=self._loop, name="aragora-telemetry")
                    thread.daemon = True
                    thread.start()
                    self._thread = thread
            finally:
                self._starting.release()

    @property
    def started(self) -> bool:
        """True if this run has begun."""
        return self._thread is not None

    def emit(self, event_type: EventType, data: Any, when: Any, trace: Trace) -> bool:
        """Offers an event; returns if it was accepted. It is counted either way."""
        lane = self.lanes[event_type.topic]
        report = not self._report.reporting
        if self.closed or self.off is not None:
            reason = OFF if self.off is not None else "closed"
            lane.refuse(reason, SENTENCES[reason], report)
            return False
        try:
            event_id = f"{self._id_prefix}{next(self._ids):012x}"
            key, body = encode(event_type, data, self.source, event_id, when, trace)
        except RefusedError as e:
            lane.refuse(e.reason, str(e), report)
            return False
        except Exception as e:
            lane.refuse(INVALID, _sentence(e), report)
            return False
        return lane.offer(key, body, report)

    def is_held_here(self) -> bool:
        """True within a signal handler that interrupts ``emit``: the sender waits for it."""
        return any(lane.gate.is_held_here() for lane in self.lanes.values())

    def flush(self, timeout: float) -> bool:
        """Waits until what was accepted before is settled; returns if it is."""
        until = time.monotonic() + timeout
        marks = [(lane, lane.accepted()) for lane in self.lanes.values()]
        if threading.current_thread() is self._thread or self.is_held_here():
            return all(lane.settled(ordinal) for lane, ordinal in marks)
        self._waiting += 1
        try:
            while True:
                self._wake.set()
                marks = [(lane, ordinal) for lane, ordinal in marks if not lane.settled(ordinal)]
                left = until - time.monotonic()
                if not marks or left <= 0 or not self._alive():
                    return not marks
                time.sleep(min(_WAITED_FOR_TICK, left))
        finally:
            self._waiting -= 1

    def _alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def close(self, timeout: float) -> None:
        """Sends what is there, a last heartbeat and instance.stopped, all within the time."""
        self.closed = True
        until = time.monotonic() + timeout
        if self._alive():
            self.flush(timeout * 0.8)
            if self._settings.heartbeat_seconds and self.off is None:
                self._beat()
                self._own(INSTANCE_STOPPED, {"instance_id": self.instance_id})
                self.flush(max(_LEAST, until - time.monotonic() - 0.3))
            self._stop_at = until
            self._wake.set()
            if threading.current_thread() is not self._thread and self._thread is not None:
                self._thread.join(max(_LEAST, until - time.monotonic()))
        self._sweep()

    def _sweep(self) -> None:
        """Ends the lanes. A thread that is late finds them ended, and counts nothing more."""
        stay = sum(
            lane.sweep(UNDELIVERED, "The producer was closed before.")
            for lane in self.lanes.values()
        )
        if self._recovery is not None:
            self._recovery.close()
        if self._spool is not None:
            self._spool.close()
        if stay:
            words = "telemetry events stay in the spool; the next run sends them"
            self._report.note(f"{stay} {words}.")
        self._report_drops()

    def stats(self) -> ProducerStats:
        """What became of every event so far."""
        topics = {
            lane.topic: lane.gate.run(lane.account.stats, postponed=lane.account.stats())
            for lane in self.lanes.values()
        }
        recovered, damaged = self._recovery.counts() if self._recovery is not None else (0, 0)
        return ProducerStats(topics, recovered, damaged, self.off)

    def abandon(self) -> None:
        """In a forked child: leaves everything to the parent."""
        if self._link is not None:
            self._link.abandon()
        if self._recovery is not None:
            self._recovery.abandon()
        if self._spool is not None:
            self._spool.abandon()

    # ------------------------------------------------------------------ the sender thread

    def _loop(self) -> None:
        interval = 0.0
        while self._stop_at is None and self.off is None:
            self._wake.wait(interval)
            self._wake.clear()
            try:
                more = self._tick(time.monotonic())
            except Exception as e:
                self._report.note(f"Telemetry goes on after an error: {_sentence(e)}")
                more = False
            interval = _BUSY_TICK if more else _WAITED_FOR_TICK if self._waiting else TICK
        self._end()

    def _tick(self, now: float) -> bool:
        link = self._link or self._connect()
        if link is None:
            return False
        if self._settings.heartbeat_seconds and now >= self._beat_at and not self.closed:
            self._beat_at = now + self._settings.heartbeat_seconds
            self._beat()
        if self._recovery is not None and not self.closed:
            self._recovery.adopt(now)
        lanes = self._all_lanes()
        self._look_up(link, lanes, now)
        more = False
        for lane in lanes:
            more = lane.send(link, now) or more
        link.poll()
        if link.broken:
            self._replace(link, lanes)
        for lane in lanes:
            lane.finish(now)
        if self._recovery is not None:
            self._recovery.finish()
        self._report_failures(link, lanes, now)
        self._report_drops()
        return more

    def _all_lanes(self) -> list[Lane]:
        own = list(self.lanes.values())
        return own if self._recovery is None else own + self._recovery.lanes()

    def _connect(self) -> Link | None:
        try:
            link = self._link = Link(self._settings.kafka, f"aragora-telemetry-{self.instance_id}")
        except SettingsError as e:
            self.switch_off(str(e))
            return None
        for warning in (*self._settings.warnings, *link.warnings):
            self._report.note(warning)
        return link

    def switch_off(self, sentence: str) -> None:
        """Ends telemetry in this process with one line on stderr."""
        self.off = sentence
        say_off(sentence)

    def _look_up(self, link: Link, lanes: list[Lane], now: float) -> None:
        """Asks for the partition counts of the topics that have events and no count yet."""
        wanting = [lane for lane in lanes if lane.needs_partitions()]
        if not wanting or now < self._lookup_at:
            return
        try:
            counts = link.partitions(_LOOKUP_TIMEOUT)
        except Exception as e:
            counts = None
            for lane in wanting:
                lane.failure = Failure.of(e).words
        for lane in wanting if counts is not None else ():
            if lane.partitions_known((counts or {}).get(lane.topic, 0), _fresh_epoch):
                self._begin_epoch(lane)
        if any(lane.needs_partitions() for lane in wanting):
            self._lookup_at = time.monotonic() + self._lookup_pause
            self._lookup_pause = min(self._lookup_pause * 2, _LAST_LOOKUP_PAUSE)
        else:
            self._lookup_pause = _FIRST_LOOKUP_PAUSE

    def _begin_epoch(self, lane: Lane) -> None:
        self._report.note(
            f"Topic {lane.topic} has fewer partitions than before; its events begin a new epoch."
        )
        if lane is self.lanes["instances"]:  # its heartbeats count from the beginning of theirs
            self._beat_base = {
                own.topic: (own.account.acknowledged, self._dropped(own))
                for own in self.lanes.values()
            }

    def _replace(self, link: Link, lanes: list[Lane]) -> None:
        self._report.note(f"The Kafka client failed ({link.trouble}); another takes its place.")
        link.replace()
        for lane in lanes:
            lane.client_replaced()

    def _dropped(self, lane: Lane) -> int:
        earlier = self._recovery.dropped(lane.topic) if self._recovery is not None else 0
        return lane.account.dropped + earlier

    def _beat(self) -> None:
        emitted: dict[str, int] = {}
        dropped: dict[str, int] = {}
        for lane in self.lanes.values():
            before = self._beat_base.get(lane.topic, (0, 0))
            emitted[lane.topic] = lane.account.acknowledged - before[0]
            dropped[lane.topic] = self._dropped(lane) - before[1]
        self._own(
            INSTANCE_HEARTBEAT,
            {
                "instance_id": self.instance_id,
                "websocket_connections": min(max(0, self.websockets), MAX_CONNECTIONS),
                "interval_seconds": self._settings.heartbeat_seconds,
                "emitted": emitted,
                "dropped": dropped,
            },
        )

    def _own(self, event_type: EventType, data: dict[str, Any]) -> None:
        event_id = f"{self._id_prefix}{next(self._ids):012x}"
        lane = self.lanes[event_type.topic]
        try:
            key, body = encode(event_type, data, self.source, event_id, None, NO_TRACE)
        except RefusedError as e:  # the host's clock is before 2020
            lane.refuse(e.reason, str(e), True)
        else:
            lane.offer(key, body, True)

    def _report_failures(self, link: Link, lanes: list[Lane], now: float) -> None:
        trouble, link.trouble = link.trouble, None
        if now < self._trouble_at:
            return
        for lane in lanes:
            cause = lane.failure or (trouble if not lane.idle else None)
            if cause is not None:
                lane.failure = None
                self._trouble_at = now + _TROUBLE_PAUSE
                self._report.send_failed(lane.topic, cause)

    def _report_drops(self) -> None:
        for lane in self.lanes.values():
            none: list[tuple[str, int, str]] = []
            for reason, dropped, message in lane.gate.run(lane.account.unreported, postponed=none):
                self._report.dropped(lane.topic, reason, dropped, message)

    def _end(self) -> None:
        """Ends the client; a last look at its acknowledgements comes first."""
        try:
            lanes = self._all_lanes()
            if self._link is not None:
                self._link.poll()
                for lane in lanes:
                    lane.finish(time.monotonic())
                self._link.close(max(_LEAST, (self._stop_at or 0.0) - time.monotonic() - 0.1))
                for lane in lanes:
                    lane.finish(time.monotonic())
            if self.off is not None:
                for lane in self.lanes.values():
                    lane.sweep(OFF, SENTENCES[OFF])
                self._report_drops()
        except Exception as e:
            self._report.note(f"Telemetry did not end in order: {_sentence(e)}")


def say_off(sentence: str) -> None:
    """Writes the one line about telemetry that is off."""
    try:
        sys.stderr.write(f"aragora-telemetry is off: {sentence}\n")
    except Exception:
        pass  # a host without stderr


def _open_spool(settings: Settings, epoch: str) -> Spool | None:
    if settings.spool_dir is None:
        return None
    return Spool.open(
        settings.spool_dir, epoch, settings.spool_bytes, settings.spool_fsync == "always"
    )


def _fresh_epoch() -> str:
    return secrets.token_hex(16)


def _sentence(e: BaseException) -> str:
    try:
        return f"{type(e).__name__}: {e}"[:500]
    except Exception:
        return type(e).__name__
