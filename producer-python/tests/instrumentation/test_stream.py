"""StreamEvents as an emitter of Aragora gets them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from recorder import Recorder

from aragora_telemetry.aragora import traces
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.session import Session
from aragora_telemetry.aragora.stream import StreamHooks


@pytest.fixture
def stream(session: Session, debates: Debates) -> StreamHooks:
    return StreamHooks(session, debates)


def event(
    kind: str, data: dict[str, Any], at: float = 1.0, loop_id: Any = "adhoc_1a2b3c4d", **more: Any
) -> Any:
    fields: dict[str, Any] = {"round": 0, "agent": "", "trace_id": "", "span_id": "", **more}
    return SimpleNamespace(
        type=SimpleNamespace(value=kind), data=data, timestamp=at, loop_id=loop_id, **fields
    )


def feed(stream: StreamHooks, *events: Any) -> None:
    for each in events:
        stream.on_event(each)


START = event("debate_start", {"task": "What?", "agents": ["alpha", "beta"], "mode": None})
SPECTATOR = {"details": "...", "metric": None, "event_source": "spectator"}


def outcomes(recorder: Recorder) -> list[tuple[str, str]]:
    return [(end["debate_id"], end["outcome"]) for end in recorder.of("debate_completed")]


def test_threefold_starts_verdicts_and_ends_are_one_debate(
    stream: StreamHooks, recorder: Recorder
) -> None:
    verdict = {"reached": True, "confidence": 0.8, "answer": "", "synthesis": ""}
    end = {"duration": 4.0, "rounds": 0}
    feed(
        stream,
        START,
        event("debate_start", {"task": "What?", "agents": ["alpha", "beta"]}, 1.1),
        event("debate_start", SPECTATOR, 1.2),
        event("round_start", {"round": 1}, 2.0, round=1),
        event("round_start", SPECTATOR, 2.0),
        event(
            "consensus",
            {"status": "refining", "similarity": 0.4, "is_convergence_check": True},
            3.0,
        ),
        event("consensus", verdict, 4.0),
        event("consensus", SPECTATOR, 4.0),
        event("debate_end", end, 5.0),
        event("debate_end", SPECTATOR, 5.0),
        event("consensus", {**verdict, "reached": False}, 5.1),
        event("debate_end", end, 5.2),
    )
    assert [name for name, _ in recorder.events] == [
        "debate_started",
        "round_completed",
        "debate_completed",
    ]
    [end_event] = recorder.of("debate_completed")
    assert (end_event["outcome"], end_event["duration_seconds"], end_event["confidence"]) == (
        "consensus",
        4.0,
        0.8,
    )


@pytest.mark.parametrize(
    "data, outcome",
    [
        ({"duration": 1.0, "rounds": 2}, "no_consensus"),
        ({"debate_id": "adhoc_1a2b3c4d", "status": "cancelled", "reason": "user"}, "cancelled"),
        ({"cancelled": True, "reason": "user"}, "cancelled"),
        (
            {"debate_id": "adhoc_1a2b3c4d", "status": "timeout", "reason": "x", "duration": 600.0},
            "timeout",
        ),
        (
            {"debate_id": "adhoc_1a2b3c4d", "duration": 9.0, "error": "Operation timed out"},
            "timeout",
        ),
        ({"debate_id": "adhoc_1a2b3c4d", "duration": 9.0, "error": "An error occurred"}, "error"),
    ],
)
def test_end_has_its_outcome(
    stream: StreamHooks, recorder: Recorder, data: dict[str, Any], outcome: str
) -> None:
    feed(stream, START, event("debate_end", data, 5.0))
    assert outcomes(recorder) == [("adhoc_1a2b3c4d", outcome)]


def test_cancel_decides_before_the_end_of_the_thread_that_goes_on(
    stream: StreamHooks, recorder: Recorder
) -> None:
    feed(
        stream,
        START,
        event("debate_end", {"status": "cancelled", "reason": "user"}, 2.0),
        event("consensus", {"reached": True, "confidence": 1.0}, 8.0),
        event("debate_end", {"duration": 8.0, "rounds": 2}, 9.0),
    )
    assert outcomes(recorder) == [("adhoc_1a2b3c4d", "cancelled")]


def test_error_belongs_to_the_debate_in_its_data(stream: StreamHooks, recorder: Recorder) -> None:
    feed(
        stream,
        event("debate_start", {"agents": []}, loop_id="adhoc_00000001"),
        event("debate_start", {"agents": []}, loop_id="adhoc_00000002"),
        event(
            "error", {"error": "boom", "debate_id": "adhoc_00000001"}, 2.0, loop_id="adhoc_00000002"
        ),
        event(
            "error",
            {"agent": "alpha", "error": "no key", "phase": "initialization"},
            2.0,
            loop_id="adhoc_00000002",
        ),
        event("debate_end", {"duration": 1.0, "error": "boom"}, 2.1, loop_id="adhoc_00000001"),
        event("debate_end", {"duration": 1.0, "rounds": 1}, 3.0, loop_id="adhoc_00000002"),
    )
    assert outcomes(recorder) == [("adhoc_00000001", "error"), ("adhoc_00000002", "no_consensus")]


@pytest.mark.parametrize(
    "loop_id", ["", None, "nomic-20260301-120000", "gauntlet-20260301120000-abc123"]
)
def test_loop_that_is_not_a_debate_is_nothing(
    stream: StreamHooks, recorder: Recorder, loop_id: Any
) -> None:
    feed(
        stream,
        event("debate_start", {"agents": []}, loop_id=loop_id),
        event("debate_end", {}, loop_id=loop_id),
    )
    assert recorder.events == []


@pytest.mark.parametrize("data", [None, [], "text", {"agents": 5, "task": object()}])
def test_odd_payload_is_not_a_fault(stream: StreamHooks, recorder: Recorder, data: Any) -> None:
    feed(
        stream,
        event("debate_start", data),
        event("round_start", {"round": "two"}),
        event("unheard_of", {}),
    )


@pytest.mark.parametrize("argument", [None, {"type": "debate_end"}, "debate_end"])
def test_argument_that_is_not_an_event_is_not_a_fault(
    stream: StreamHooks, recorder: Recorder, argument: Any
) -> None:
    feed(stream, argument)
    assert recorder.events == []


def test_domain_comes_from_the_match(stream: StreamHooks, recorder: Recorder) -> None:
    feed(
        stream,
        START,
        event("match_recorded", {"domain": "law"}),
        event("debate_end", {"duration": 1.0}, 2.0),
    )
    assert recorder.of("debate_completed")[0]["domain"] == "law"


def test_debate_lies_below_the_request_that_began_it(
    stream: StreamHooks, session: Session, recorder: Recorder
) -> None:
    request = traces.Request(session.sampler)
    traces.REQUEST.set(request)
    feed(stream, event("debate_start", {"agents": []}, trace_id="b" * 32, span_id="c" * 16))
    trace = recorder.events[0][1]["trace"]
    assert trace.parent_span_id == request.span.span_id
    assert trace.traceparent.split("-")[1] == request.span.trace_id


@pytest.mark.parametrize(
    "trace_id, span_id, parent",
    [("b" * 32, "c" * 16, "c" * 16), ("my-trace", "c" * 16, None), (None, 5, None)],
)
def test_ids_of_the_event_are_used_if_they_are_w3c_ids(
    stream: StreamHooks, recorder: Recorder, trace_id: Any, span_id: Any, parent: str | None
) -> None:
    feed(stream, event("debate_start", {"agents": []}, trace_id=trace_id, span_id=span_id))
    assert recorder.events[0][1]["trace"].parent_span_id == parent


def test_emit_returns_and_raises_as_before(
    session: Session, debates: Debates, recorder: Recorder
) -> None:
    [hook] = StreamHooks(session, debates).hooks()

    def emit(self: Any, event: Any) -> str:
        if event.data.get("fails"):
            raise OSError("of a subscriber")
        return "sent"

    wrapped = hook.wrap(emit)
    assert wrapped(None, START) == "sent"
    with pytest.raises(OSError):
        wrapped(None, event("debate_end", {"fails": True}))
    assert outcomes(recorder) == [("adhoc_1a2b3c4d", "no_consensus")]
    wrapped(None, event=event("debate_start", {"agents": []}, loop_id="adhoc_00000002"))
    assert len(recorder.of("debate_started")) == 2


def test_source_that_is_off_is_silent(
    session: Session, debates: Debates, recorder: Recorder
) -> None:
    hooks = StreamHooks(session, debates)
    session.sources["stream"].fails("a test")
    hooks.hooks()[0].wrap(lambda self, event: None)(None, START)
    assert recorder.events == []
