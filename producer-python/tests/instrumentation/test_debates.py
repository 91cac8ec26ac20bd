from __future__ import annotations

import os
import threading

import pytest
from recorder import Recorder

from aragora_telemetry import Settings
from aragora_telemetry.aragora import debates as module
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.session import Session


def test_debate_starts_once_and_ends_once(debates: Debates, recorder: Recorder) -> None:
    for at in (1.0, 2.0):
        debates.start("d", ["alpha", "beta"], at, task="What?")
    debates.verdict("d", True, 0.9)
    for at in (11.0, 12.0):
        debates.end("d", None, at)
    debates.start("d", ["alpha"], 13.0)
    [started], [completed] = recorder.of("debate_started"), recorder.of("debate_completed")
    assert (started["debate_id"], started["agents"], started["task"]) == (
        "d",
        ["alpha", "beta"],
        "What?",
    )
    assert started["time"] == 1.0
    assert (completed["outcome"], completed["duration_seconds"], completed["confidence"]) == (
        "consensus",
        10.0,
        0.9,
    )


def test_rounds_complete_in_order_and_the_last_at_the_end(
    debates: Debates, recorder: Recorder
) -> None:
    debates.start("d", [], 1.0)
    for number, at in ((1, 2.0), (1, 3.0), (2, 5.0), (1, 6.0)):
        debates.round("d", number, at)
    debates.end("d", None, 9.0)
    rounds = [
        (event["round"], event["duration_seconds"]) for event in recorder.of("round_completed")
    ]
    assert rounds == [(1, 3.0), (2, 4.0)]
    assert recorder.of("debate_completed")[0]["rounds"] == 2


def test_each_round_is_a_span_of_its_own_under_the_debate(
    debates: Debates, recorder: Recorder
) -> None:
    debates.start("d", [], 1.0)
    debates.round("d", 1, 2.0)
    debates.round("d", 2, 3.0)
    debates.end("d", None, 4.0)
    [debate] = [event["trace"] for event in recorder.of("debate_completed")]
    rounds = [event["trace"] for event in recorder.of("round_completed")]
    ids = [trace.traceparent.split("-")[1:3] for trace in (debate, *rounds)]
    assert len({trace_id for trace_id, _ in ids}) == 1
    assert len({span_id for _, span_id in ids}) == 3
    assert [trace.parent_span_id for trace in rounds] == [ids[0][1]] * 2


def test_round_that_failed_is_not_completed(debates: Debates, recorder: Recorder) -> None:
    debates.start("d", [], 1.0)
    debates.round("d", 1, 2.0)
    debates.end("d", "error", 3.0)
    assert recorder.of("round_completed") == []


def test_error_waits_for_the_end_that_follows(debates: Debates, recorder: Recorder) -> None:
    debates.start("d", [], 1.0)
    debates.fails("d", "timeout", 5.0, "Operation timed out")
    assert recorder.of("debate_completed") == []
    debates.end("d", None, 6.0, duration=3.5)
    [completed] = recorder.of("debate_completed")
    assert (completed["outcome"], completed["time"], completed["duration_seconds"]) == (
        "timeout",
        5.0,
        3.5,
    )
    assert completed["error"] == "Operation timed out"


def test_error_without_an_end_decides_after_a_moment(
    debates: Debates, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNDECIDED_SECONDS", 0.01)
    debates.start("d", [], 1.0)
    debates.fails("d", "error", 5.0, "boom")
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(10)
    assert [event["outcome"] for event in recorder.of("debate_completed")] == ["error"]


def test_cancelled_run_is_what_the_stream_then_reports(
    debates: Debates, recorder: Recorder
) -> None:
    debates.start("d", [], 1.0)
    debates.fails("d", "cancelled", 5.0)
    debates.fails("d", "timeout", 5.1, "Operation timed out")
    debates.end("d", "timeout", 5.2)
    assert [event["outcome"] for event in recorder.of("debate_completed")] == ["timeout"]


def test_end_of_an_unknown_debate_is_nothing(debates: Debates, recorder: Recorder) -> None:
    debates.end("d", "consensus", 1.0)
    debates.fails("d", "error", 1.0)
    debates.round("d", 1, 1.0)
    debates.verdict("d", True, 1.0)
    assert recorder.events == []


def test_open_debates_are_bounded(
    debates: Debates, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_OPEN", 2)
    for number in range(4):
        debates.start(str(number), [], 1.0)
    for number in range(4):
        debates.end(str(number), None, 2.0)
    assert [event["debate_id"] for event in recorder.of("debate_completed")] == ["2", "3"]


def test_content_off_leaves_task_and_error_out(recorder: Recorder) -> None:
    debates = Debates(Session(recorder, Settings(content=False), {}))
    debates.start("d", [], 1.0, task="a secret plan")
    debates.end("d", "error", 2.0, error="a secret plan failed")
    assert "secret" not in repr(recorder.events)


def test_secrets_in_task_and_error_are_removed(debates: Debates, recorder: Recorder) -> None:
    debates.start("d", [], 1.0, task="use key sk-proj-abcdefghijklmnopqrstuv")
    debates.end("d", "error", 2.0, error="password=hunter2hunter2 refused")
    assert "abcdefghijkl" not in repr(recorder.events) and "hunter2" not in repr(recorder.events)


def test_debate_is_one_span_of_a_trace(debates: Debates, recorder: Recorder) -> None:
    debates.start("d", [], 1.0)
    debates.end("d", None, 2.0)
    assert len({event["trace"] for _, event in recorder.events}) == 1
    assert recorder.events[0][1]["trace"].parent_span_id is None


@pytest.mark.parametrize("sampler, flags", [("always_on", "01"), ("always_off", "00")])
def test_root_is_sampled_as_the_environment_asks(
    recorder: Recorder, sampler: str, flags: str
) -> None:
    debates = Debates(Session(recorder, Settings(), {"OTEL_TRACES_SAMPLER": sampler}))
    debates.start("d", [], 1.0)
    assert recorder.events[0][1]["trace"].traceparent.endswith(f"-{flags}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_child_does_not_end_the_debates_of_its_parent(
    debates: Debates, recorder: Recorder
) -> None:
    debates.start("d", [], 1.0)
    child = os.fork()
    if child == 0:
        debates.end("d", None, 2.0)
        os._exit(len(recorder.of("debate_completed")))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    debates.end("d", None, 2.0)
    assert len(recorder.of("debate_completed")) == 1
