"""The events: type, topic, key and the fields of each, in the order in which they are written."""

from __future__ import annotations

from typing import NamedTuple

TOPICS = ("debates", "requests", "agent-calls", "instances", "logs")
"""Names of the input topics behind their prefix."""

OUTCOMES = frozenset({"consensus", "no_consensus", "timeout", "error", "cancelled"})
CALL_STATUSES = frozenset({"success", "error", "timeout"})
LOG_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})

MAX_NAME = 1_024
MAX_ENDPOINT = 4_096
MAX_CONNECTIONS = 10_000_000
MAX_COUNT = (1 << 63) - 1


class Field(NamedTuple):
    """One field of ``data`` and its rule.

    ``kind`` is one of: name (not empty), label (may be empty), text (free, cut), endpoint,
    one_of, count, status, seconds, interval, number, names, counts, object.
    """

    name: str
    kind: str
    optional: bool = False
    values: frozenset[str] = frozenset()
    high: int = MAX_COUNT


class EventType(NamedTuple):
    """One type: its topic, and the fields of which the first that is there is the key."""

    name: str
    topic: str
    keys: tuple[str, ...]
    fields: tuple[Field, ...]


def _optional(name: str, kind: str) -> Field:
    return Field(name, kind, optional=True)


def _websocket(name: str) -> EventType:
    return EventType(
        f"ai.aragora.websocket.{name}.v1",
        "requests",
        ("connection_id",),
        (Field("connection_id", "name"), Field("connections", "count", high=MAX_CONNECTIONS)),
    )


DEBATE_STARTED = EventType(
    "ai.aragora.debate.started.v1",
    "debates",
    ("debate_id",),
    (
        Field("debate_id", "name"),
        Field("agents", "names"),
        _optional("domain", "label"),
        _optional("task", "text"),
        _optional("planned_rounds", "count"),
        _optional("timeout_seconds", "seconds"),
    ),
)
ROUND_COMPLETED = EventType(
    "ai.aragora.debate.round_completed.v1",
    "debates",
    ("debate_id",),
    (
        Field("debate_id", "name"),
        Field("round", "count"),
        Field("duration_seconds", "seconds"),
    ),
)
DEBATE_COMPLETED = EventType(
    "ai.aragora.debate.completed.v1",
    "debates",
    ("debate_id",),
    (
        Field("debate_id", "name"),
        Field("outcome", "one_of", values=OUTCOMES),
        Field("duration_seconds", "seconds"),
        _optional("rounds", "count"),
        _optional("confidence", "number"),
        _optional("domain", "label"),
        _optional("error", "text"),
    ),
)
ELO_UPDATED = EventType(
    "ai.aragora.elo.updated.v1",
    "debates",
    ("debate_id", "agent"),
    (
        Field("agent", "name"),
        Field("rating", "number"),
        _optional("previous_rating", "number"),
        _optional("debate_id", "name"),
        _optional("domain", "label"),
    ),
)
REQUEST_COMPLETED = EventType(
    "ai.aragora.request.completed.v1",
    "requests",
    ("request_id",),
    (
        Field("request_id", "name"),
        Field("method", "name"),
        Field("endpoint", "endpoint"),
        Field("status", "status"),
        Field("duration_seconds", "seconds"),
        _optional("user_id", "label"),
    ),
)
WEBSOCKET_OPENED = _websocket("opened")
WEBSOCKET_CLOSED = _websocket("closed")
AGENT_CALL_COMPLETED = EventType(
    "ai.aragora.agent.call_completed.v1",
    "agent-calls",
    ("debate_id", "call_id"),
    (
        Field("call_id", "name"),
        Field("agent", "name"),
        Field("status", "one_of", values=CALL_STATUSES),
        Field("duration_seconds", "seconds"),
        _optional("operation", "label"),
        _optional("model", "label"),
        _optional("provider", "label"),
        _optional("input_tokens", "count"),
        _optional("output_tokens", "count"),
        _optional("error_type", "label"),
        _optional("debate_id", "name"),
        _optional("round", "count"),
    ),
)
INSTANCE_HEARTBEAT = EventType(
    "ai.aragora.instance.heartbeat.v1",
    "instances",
    (),
    (
        Field("instance_id", "name"),
        Field("websocket_connections", "count", high=MAX_CONNECTIONS),
        Field("interval_seconds", "interval"),
        Field("emitted", "counts"),
        Field("dropped", "counts"),
    ),
)
INSTANCE_STOPPED = EventType(
    "ai.aragora.instance.stopped.v1", "instances", (), (Field("instance_id", "name"),)
)
LOG_EMITTED = EventType(
    "ai.aragora.log.emitted.v1",
    "logs",
    (),
    (
        Field("level", "one_of", values=LOG_LEVELS),
        Field("logger", "label"),
        Field("message", "text"),
        _optional("module", "label"),
        _optional("function", "label"),
        _optional("line", "count"),
        _optional("request_id", "name"),
        _optional("user_id", "label"),
        _optional("debate_id", "name"),
        _optional("fields", "object"),
    ),
)

EVENT_TYPES: dict[str, EventType] = {
    event_type.name: event_type
    for event_type in (
        DEBATE_STARTED,
        ROUND_COMPLETED,
        DEBATE_COMPLETED,
        ELO_UPDATED,
        REQUEST_COMPLETED,
        WEBSOCKET_OPENED,
        WEBSOCKET_CLOSED,
        AGENT_CALL_COMPLETED,
        INSTANCE_HEARTBEAT,
        INSTANCE_STOPPED,
        LOG_EMITTED,
    )
}
