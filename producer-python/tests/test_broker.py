"""Events on a real broker."""

from __future__ import annotations

import pytest

from aragora_telemetry import Settings, TelemetryProducer, Trace
from tests.support.broker import TOPICS, Broker
from tests.support.reader import Records, read_all

pytestmark = pytest.mark.broker


def read(broker: Broker, settings: Settings) -> Records:
    """All events under the prefix of some settings."""
    return read_all(broker.bootstrap, [settings.topic_prefix + topic for topic in TOPICS])


def test_each_event_is_read_back_once(broker: Broker, settings: Settings) -> None:
    with TelemetryProducer(settings=settings) as telemetry:
        trace = Trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "53995c3f42cd8ad8")
        assert telemetry.debate_started("d-1", ["claude", "gpt"], domain="law", trace=trace)
        assert telemetry.round_completed("d-1", 1, 2.5)
        assert telemetry.debate_completed("d-1", "consensus", 95, rounds=1, confidence=0.8)
        assert telemetry.elo_updated("claude", 1510.5, debate_id="d-1")
        assert telemetry.request_completed("r-1", "GET", "/api/debates", 200, 0.05)
        assert telemetry.websocket_opened("c-1", 1)
        assert telemetry.websocket_closed("c-1", 0)
        assert telemetry.agent_call_completed("a-1", "claude", "success", 1.5, debate_id="d-1")
        assert telemetry.log_emitted("INFO", "app", "hello", fields={"n": 1})
        assert telemetry.flush(20)
        stats = telemetry.stats()
    records = read(broker, settings)
    names = [event["type"][11:-3] for _, _, event in records.events]
    assert sorted(set(names) - {"instance.heartbeat"}) == [
        "agent.call_completed",
        "debate.completed",
        "debate.round_completed",
        "debate.started",
        "elo.updated",
        "instance.stopped",
        "log.emitted",
        "request.completed",
        "websocket.closed",
        "websocket.opened",
    ]
    assert records.copies == 0 and records.gaps() == {}
    assert all(event["source"] == "/aragora/instances/api-1" for _, _, event in records.events)
    [start] = records.of(settings.topic_prefix + "debates", "debate.started")
    assert (start["traceparent"], start["parentspanid"]) == trace
    for topic in ("debates", "requests", "agent-calls", "logs"):
        name = settings.topic_prefix + topic
        assert stats.topics[name].acknowledged == len(records.of(name))
    heartbeats = records.of(settings.topic_prefix + "instances", "instance.heartbeat")
    assert heartbeats[-1]["data"]["emitted"][settings.topic_prefix + "debates"] == 4
    assert records.of(settings.topic_prefix + "instances")[-1]["type"].endswith("stopped.v1")


def test_many_events_of_many_threads(broker: Broker, settings: Settings) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with TelemetryProducer(settings=settings) as telemetry:

        def work(thread: int) -> int:
            return sum(
                telemetry.request_completed(f"r-{thread}-{n}", "GET", "/", 200, 0.01)
                for n in range(2_500)
            )

        with ThreadPoolExecutor(8) as pool:
            accepted = sum(pool.map(work, range(8)))
        assert telemetry.flush(30)
    records = read(broker, settings)
    assert accepted == 20_000
    assert len(records.of(settings.topic_prefix + "requests")) == accepted
    assert records.gaps() == {}
