"""The producer that a program holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from .account import ProducerStats, TelemetryListener
from .settings import Settings
from .trace import Trace

Time = float | datetime | None
"""Event time: POSIX seconds or a datetime; ``None``: now."""

Context = Trace | str | None
"""Trace of an event: a ``Trace``, a traceparent, or ``None`` for OpenTelemetry's current span."""

Seconds = float | timedelta


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
        raise NotImplementedError

    def start(self) -> None:
        """Begins this process's run, with its heartbeats. The first event does it too."""
        raise NotImplementedError

    @property
    def instance_id(self) -> str:
        """Id of the instance in this process: ``…-pid`` in all processes but the first."""
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

    def websocket_opened(
        self, connection_id: str, connections: int, *, time: Time = None, trace: Context = None
    ) -> bool:
        """A WebSocket connection was opened; ``connections`` is the instance's count after it."""
        raise NotImplementedError

    def websocket_closed(
        self, connection_id: str, connections: int, *, time: Time = None, trace: Context = None
    ) -> bool:
        """A WebSocket connection was closed; ``connections`` is the instance's count after it."""
        raise NotImplementedError

    def websocket_connections(self, connections: int) -> None:
        """Sets the number of WebSocket connections in the heartbeats, without an event."""
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

    def emit(
        self, type: str, data: Mapping[str, Any], *, time: Time = None, trace: Context = None
    ) -> bool:
        """Any event by its type, such as ``ai.aragora.elo.updated.v1``, and its data."""
        raise NotImplementedError

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until what was accepted before is settled; returns if it is within the time."""
        raise NotImplementedError

    def close(self, timeout: float | None = None) -> None:
        """Sends what is there, a last heartbeat and instance.stopped; accepts nothing more.

        It takes at most ``timeout`` seconds, by default the settings' five. What is left then
        stays in the spool, or is dropped and counted where there is none. Closing again does
        nothing.
        """
        raise NotImplementedError

    def stats(self) -> ProducerStats:
        """What became of every event of this process so far."""
        raise NotImplementedError

    def __enter__(self) -> TelemetryProducer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
