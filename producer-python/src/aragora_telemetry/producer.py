"""The producer that a program holds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Union

from . import events, process
from .account import FailureReport, ProducerStats, TelemetryListener
from .link import require_client
from .rules import connection_count
from .run import Run, say_off
from .setting_error import SettingsError
from .settings import Settings, checked_instance_id, default_instance_id, usable
from .trace import NO_TRACE, Trace, current_trace

Time = Union[float, datetime, None]  # noqa: UP007
"""Event time: POSIX seconds or a datetime; ``None``: now."""

Context = Union[Trace, str, None]  # noqa: UP007
"""Trace of an event: a ``Trace``, a traceparent, or ``None`` for OpenTelemetry's current span."""

Seconds = Union[float, timedelta]  # noqa: UP007


class TelemetryProducer:
    """Sends the events of one instance to the topics of the telemetry pipeline.

    Every method that emits returns True if the event was accepted. It never raises, never waits
    for a broker, and may be called from any thread, event loop, signal handler or forked child.
    What is accepted is sent by one background thread, in batches. What is not is counted by
    reason in ``stats()`` and in the heartbeats.

    A setting that cannot be used is one line on stderr, and telemetry is off: ``stats().off``.
    """

    def __init__(
        self,
        instance_id: str | None = None,
        *,
        settings: Settings | None = None,
        listener: TelemetryListener | None = None,
        lazy: bool = False,
    ) -> None:
        """Starts a producer; it does not wait for a broker.

        ``instance_id`` overrides the settings' one. ``settings`` defaults to those of the
        environment. With ``lazy`` the heartbeats begin with the first event or ``start()``, so
        that a launcher process that serves nothing is not an instance. In a forked child they
        always do.
        """
        self._report = FailureReport(listener)
        self._settings = settings if isinstance(settings, Settings) else Settings()
        self._websockets = 0
        self._closed = False
        self._off: str | None = None
        self._run: Run | None = None
        self._making = threading.RLock()
        self._forget: Callable[[], None] | None = None
        try:
            if settings is None:
                self._settings = Settings.from_environment()
            elif not isinstance(settings, Settings):
                raise SettingsError(f"Settings are expected, not {type(settings).__name__}.")
            if instance_id is not None:
                instance_id = checked_instance_id(instance_id)
                self._settings = replace(self._settings, instance_id=instance_id)
            elif not self._settings.instance_id:
                self._settings = replace(
                    self._settings, instance_id=default_instance_id(os.environ)
                )
            checked_instance_id(self._settings.instance_id)
            self._settings = usable(self._settings)
            require_client()
            process.mark_process()
            process.watch_forks(self)
            if not lazy:
                self._here()
        except Exception as e:
            self._switch_off(e)
        if not lazy:
            self.start()

    def start(self) -> None:
        """Begins this process's run, with its heartbeats. The first event does it too."""
        try:
            run = self._here()
            if run is not None and not run.started and not self._closed:
                if self._forget is None:
                    self._forget = process.at_end(self.close)
                run.start()
        except Exception as e:
            self._switch_off(e)

    @property
    def instance_id(self) -> str:
        """Id of the instance in this process: ``…-pid`` in all processes but the first."""
        return process.instance_id_here(self._settings.instance_id)

    def debate_started(
        self,
        debate_id: str,
        agents: Sequence[str],
        *,
        domain: str | None = None,
        task: str | None = None,
        planned_rounds: int | None = None,
        timeout_seconds: Seconds | None = None,
        time: Time = None,
        trace: Context = None,
    ) -> bool:
        """A debate began. A task over 65,536 characters is cut."""
        data = {
            "debate_id": debate_id,
            "agents": agents,
            "domain": domain,
            "task": task,
            "planned_rounds": planned_rounds,
            "timeout_seconds": timeout_seconds,
        }
        return self._emit(events.DEBATE_STARTED, data, time, trace)

    def round_completed(
        self,
        debate_id: str,
        round: int,
        duration_seconds: Seconds,
        *,
        time: Time = None,
        trace: Context = None,
    ) -> bool:
        """One round of a debate is over."""
        data = {
            "debate_id": debate_id,
            "round": round,
            "duration_seconds": duration_seconds,
        }
        return self._emit(events.ROUND_COMPLETED, data, time, trace)

    def debate_completed(
        self,
        debate_id: str,
        outcome: str,
        duration_seconds: Seconds,
        *,
        rounds: int | None = None,
        confidence: float | None = None,
        domain: str | None = None,
        error: str | None = None,
        time: Time = None,
        trace: Context = None,
    ) -> bool:
        """A debate ended, as consensus, no_consensus, timeout, error or cancelled.

        The first end of a debate counts, later ones change nothing. An error text over 65,536
        characters is cut.
        """
        data = {
            "debate_id": debate_id,
            "outcome": outcome,
            "duration_seconds": duration_seconds,
            "rounds": rounds,
            "confidence": confidence,
            "domain": domain,
            "error": error,
        }
        return self._emit(events.DEBATE_COMPLETED, data, time, trace)

    def elo_updated(
        self,
        agent: str,
        rating: float,
        *,
        previous_rating: float | None = None,
        debate_id: str | None = None,
        domain: str | None = None,
        time: Time = None,
        trace: Context = None,
    ) -> bool:
        """An agent's ELO rating changed."""
        data = {
            "agent": agent,
            "rating": rating,
            "previous_rating": previous_rating,
            "debate_id": debate_id,
            "domain": domain,
        }
        return self._emit(events.ELO_UPDATED, data, time, trace)

    def request_completed(
        self,
        request_id: str,
        method: str,
        endpoint: str,
        status: int,
        duration_seconds: Seconds,
        *,
        user_id: str | None = None,
        time: Time = None,
        trace: Context = None,
    ) -> bool:
        """An HTTP request was answered."""
        data = {
            "request_id": request_id,
            "method": method,
            "endpoint": endpoint,
            "status": status,
            "duration_seconds": duration_seconds,
            "user_id": user_id,
        }
        return self._emit(events.REQUEST_COMPLETED, data, time, trace)

    def websocket_opened(
        self, connection_id: str, connections: int, *, time: Time = None, trace: Context = None
    ) -> bool:
        """A WebSocket connection was opened; ``connections`` is the instance's count after it."""
        self.websocket_connections(connections)
        data = {
            "connection_id": connection_id,
            "connections": connections,
        }
        return self._emit(events.WEBSOCKET_OPENED, data, time, trace)

    def websocket_closed(
        self, connection_id: str, connections: int, *, time: Time = None, trace: Context = None
    ) -> bool:
        """A WebSocket connection was closed; ``connections`` is the instance's count after it."""
        self.websocket_connections(connections)
        data = {
            "connection_id": connection_id,
            "connections": connections,
        }
        return self._emit(events.WEBSOCKET_CLOSED, data, time, trace)

    def websocket_connections(self, connections: int) -> None:
        """Sets the number of WebSocket connections in the heartbeats, without an event."""
        count = connection_count(connections)
        if count is None:
            return
        self._websockets = count
        run = self._run
        if run is not None:
            run.websockets = self._websockets

    def agent_call_completed(
        self,
        call_id: str,
        agent: str,
        status: str,
        duration_seconds: Seconds,
        *,
        operation: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        error_type: str | None = None,
        debate_id: str | None = None,
        round: int | None = None,
        time: Time = None,
        trace: Context = None,
    ) -> bool:
        """A call to an agent's API ended, as success, error or timeout."""
        data = {
            "call_id": call_id,
            "agent": agent,
            "status": status,
            "duration_seconds": duration_seconds,
            "operation": operation,
            "model": model,
            "provider": provider,
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            "error_type": error_type,
            "debate_id": debate_id,
            "round": round,
        }
        return self._emit(events.AGENT_CALL_COMPLETED, data, time, trace)

    def log_emitted(
        self,
        level: str,
        logger: str,
        message: str,
        *,
        module: str | None = None,
        function: str | None = None,
        line: int | None = None,
        request_id: str | None = None,
        user_id: str | None = None,
        debate_id: str | None = None,
        fields: Mapping[str, Any] | None = None,
        time: Time = None,
        trace: Context = None,
    ) -> bool:
        """The instance logged a line at DEBUG, INFO, WARNING, ERROR or CRITICAL.

        A message over 65,536 characters is cut. A value in ``fields`` that is not JSON is written
        as its ``str()``.
        """
        data = {
            "level": level,
            "logger": logger,
            "message": message,
            "module": module,
            "function": function,
            "line": line,
            "request_id": request_id,
            "user_id": user_id,
            "debate_id": debate_id,
            "fields": fields,
        }
        return self._emit(events.LOG_EMITTED, data, time, trace)

    log = log_emitted
    """The name that Java's producer has for it."""

    def emit(
        self, type: str, data: Mapping[str, Any], *, time: Time = None, trace: Context = None
    ) -> bool:
        """Any event by its type, such as ``ai.aragora.elo.updated.v1``, and its data."""
        event_type = events.EVENT_TYPES.get(type) if isinstance(type, str) else None
        if event_type is None:
            return False
        return self._emit(event_type, data, time, trace)

    def flush(self, timeout: Seconds = 5.0) -> bool:
        """Waits until what was accepted before is settled; returns if it is within the time."""
        try:
            run = self._run
            return run is None or run.flush(_seconds(timeout, 5.0))
        except Exception:
            return False

    def close(self, timeout: Seconds | None = None) -> None:
        """Sends what is there, a last heartbeat and instance.stopped; accepts nothing more.

        It takes at most ``timeout`` seconds, by default the settings' five. What is left then
        stays in the spool, or is dropped and counted where there is none. Closing again does
        nothing. In a signal handler that interrupts ``emit`` it returns at once, and a thread
        does the rest.
        """
        try:
            seconds = _seconds(timeout, self._settings.close_seconds)
            with self._making:
                closed, self._closed = self._closed, True
            run = self._run
            if closed or run is None:
                return
            if run.is_held_here():  # of a signal handler, which may not wait for its own thread
                threading.Thread(target=self._end, args=(run, seconds)).start()
            else:
                self._end(run, seconds)
        except Exception:
            pass  # the host ends, whatever happens here

    def is_closed(self) -> bool:
        """Returns True once the producer is closed or closing: it accepts nothing more."""
        return self._closed

    def _end(self, run: Run, seconds: float) -> None:
        run.close(seconds)
        if self._forget is not None:
            self._forget()

    def stats(self) -> ProducerStats:
        """What became of every event of this process so far."""
        run = self._run
        if run is None:
            return ProducerStats({}, off=self._off)
        return run.stats()

    def _emit(
        self, event_type: events.EventType, data: Mapping[str, Any], time: Time, trace: Context
    ) -> bool:
        try:
            run = self._run or self._here()
            if run is None:
                return False
            if not run.started:
                self.start()
            if trace is None:
                trace = current_trace()
            elif type(trace) is not Trace:
                trace = Trace(trace) if isinstance(trace, str) else NO_TRACE
            return run.emit(event_type, data, time, trace)
        except Exception:
            return False  # nothing of ours is to hurt the host

    def _here(self) -> Run | None:
        """The run of this process; a forked child makes its own."""
        run = self._run
        if run is not None or self._off is not None or self._closed:
            return run
        with self._making:
            if self._run is None:
                run = Run(self._settings, self.instance_id, self._report)
                if self._run is None:
                    run.websockets = self._websockets
                    self._run = run
                else:  # a signal handler has made one meanwhile
                    run.abandon()
            return self._run

    def _switch_off(self, cause: Exception) -> None:
        sentence = str(cause) if isinstance(cause, SettingsError) else f"{cause!r:.300}"
        self._off = sentence
        if self._run is not None:
            self._run.off = sentence
        say_off(sentence)

    def after_fork(self) -> None:
        """In a forked child: leaves the run to the parent. The child's begins with an event."""
        run, self._run = self._run, None
        self._websockets = 0
        self._making = threading.RLock()
        self._forget = None
        if run is not None:
            run.abandon()

    def __enter__(self) -> TelemetryProducer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _seconds(timeout: object, default: float) -> float:
    """The time to wait; ``default`` for what is not a duration."""
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    if not isinstance(seconds, (int, float)) or seconds != seconds:
        return default
    return float(min(max(0.0, seconds), threading.TIMEOUT_MAX))
