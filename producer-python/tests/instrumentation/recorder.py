"""A producer that keeps what the instrumentation hands to it."""

from __future__ import annotations

import inspect
from typing import Any

from aragora_telemetry import TelemetryProducer

_EVENTS = [
    name
    for name in vars(TelemetryProducer)
    if name.endswith(("_started", "_completed", "_updated", "_opened", "_closed", "_emitted"))
]


class Recorder(TelemetryProducer):
    """Keeps what the instrumentation hands to the producer, bound to the producer's signatures."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.closed = 0

    def of(self, name: str) -> list[dict[str, Any]]:
        return [event for kind, event in self.events if kind == name]

    def flush(self, timeout: float = 5.0) -> bool:
        return True

    def close(self, timeout: float | None = None) -> None:
        self.closed += 1


def _record(name: str) -> Any:
    signature = inspect.signature(getattr(TelemetryProducer, name))

    def record(self: Recorder, *args: Any, **kwargs: Any) -> bool:
        event = dict(signature.bind(self, *args, **kwargs).arguments)
        event.pop("self")
        self.events.append((name, event))
        return True

    return record


for _name in _EVENTS:
    setattr(Recorder, _name, _record(_name))
