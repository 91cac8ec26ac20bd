"""A producer without a broker whose accepted events can be looked at."""

from __future__ import annotations

import json
from typing import Any

from aragora_telemetry import Settings, TelemetryProducer
from aragora_telemetry.codec import numbered


class Capture:
    """Keeps what a producer accepts, as the bytes that would go out."""

    def __init__(self) -> None:
        self.telemetry = TelemetryProducer(
            settings=Settings(
                instance_id="api-1",
                heartbeat_seconds=0,
                queue_events=1_000_000,
                queue_bytes=1 << 32,
            ),
            lazy=True,
        )
        self.telemetry._here()
        assert self.telemetry._run is not None
        self.run = self.telemetry._run
        self.run.start = lambda: None  # type: ignore[method-assign]

    def records(self) -> list[tuple[str, bytes, bytes]]:
        """Topic, key and value of each accepted event since the last call."""
        return [
            (topic, entry.key, numbered(entry.body, self.run.epoch, entry.ordinal))
            for topic, lane in self.run.lanes.items()
            for entry in lane.outbox.take(1_000_000)
        ]

    def one(self) -> dict[str, Any]:
        """The only event that was accepted since the last call."""
        [(_, _, value)] = self.records()
        event = json.loads(value)
        assert isinstance(event, dict)
        return event

    def refusals(self) -> list[str]:
        """Sentences about the events that were dropped since the last call."""
        return [
            message
            for lane in self.run.lanes.values()
            for _, _, message in lane.account.unreported()
        ]
