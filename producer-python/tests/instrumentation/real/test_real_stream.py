"""A recorded stream through Aragora's real emitter equals what a plain model computes."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aragora_server import environment
from pipeline import Pipeline, of, wait

pytestmark = pytest.mark.real

INSTANCE = "real-stream"
OUTCOMES = ("consensus", "no_consensus", "timeout", "error", "cancelled", "invisible")
BEGIN = 1_790_000_000.0


@dataclass
class Debate:
    """What happens to one debate, and so what its events have to be."""

    debate_id: str
    outcome: str
    rounds: int
    began: float
    duration: float
    lines: list[dict[str, Any]] = field(default_factory=list)

    def line(self, kind: str, after: float, data: dict[str, Any], **more: Any) -> None:
        self.lines.append(
            {
                "type": kind,
                "timestamp": self.began + after,
                "loop_id": self.debate_id,
                "data": data,
                **more,
            }
        )

    def spectator(self, kind: str, after: float) -> None:
        self.line(kind, after, {"details": "...", "metric": None, "event_source": "spectator"})


def debate(number: int, dice: random.Random) -> Debate:
    """Returns a debate as Aragora's server streams it: three starts, three verdicts, three ends."""
    outcome = OUTCOMES[number % len(OUTCOMES)]
    rounds = dice.randint(1, 4)
    made = Debate(
        f"adhoc_{number:08x}", outcome, rounds, BEGIN + dice.random() * 60, dice.uniform(5, 50)
    )
    end = made.duration
    agents = ["alpha", "beta", "gamma"]
    made.line("debate_start", 0, {"task": "What?", "agents": agents, "mode": None})
    made.line("debate_start", 0.1, {"task": "What?", "agents": agents})
    made.spectator("debate_start", 0.1)
    for number_of_round in range(1, rounds + 1):
        at = end * number_of_round / (rounds + 2)
        made.line("round_start", at, {"round": number_of_round}, round=number_of_round)
        made.spectator("round_start", at)
        made.line("agent_message", at, {"content": "text", "role": "proposer"}, agent="alpha")
        made.line(
            "agent_error",
            at,
            {"error_type": "timeout", "message": "x", "recoverable": True},
            agent="beta",
        )
        convergence = {"status": "refining", "similarity": 0.5, "is_convergence_check": True}
        made.line("consensus", at, convergence)
        made.line("heartbeat", at, {"phase": f"round_{number_of_round}", "status": "starting"})
    ending(made, end)
    return made


def ending(made: Debate, end: float) -> None:
    debate_id, outcome = made.debate_id, made.outcome
    if outcome == "invisible":
        made.lines.append({"run": debate_id, "timestamp": made.began + end})
        return
    if outcome in ("timeout", "error"):
        error = "Operation timed out" if outcome == "timeout" else "An error occurred"
        made.line("error", end, {"error": error, "debate_id": debate_id}, loop_id="adhoc_another1")
        made.line(
            "debate_end",
            end + 0.01,
            {"debate_id": debate_id, "duration": end, "rounds": 0, "error": error},
        )
        return
    if outcome == "cancelled":
        made.line(
            "debate_end", end, {"debate_id": debate_id, "status": "cancelled", "reason": "a user"}
        )
        end += 3  # the thread goes on, and reaches its own end
    verdict = {
        "reached": outcome != "no_consensus",
        "confidence": 0.75,
        "answer": "",
        "synthesis": "",
    }
    made.line("consensus", end - 0.2, verdict)
    made.spectator("consensus", end - 0.2)
    made.line("debate_end", end, {"duration": end, "rounds": 0})
    made.spectator("debate_end", end)
    made.line("consensus", end + 0.1, verdict)
    made.line("debate_end", end + 0.2, {"duration": end + 0.2, "rounds": made.rounds})


def noise(dice: random.Random) -> list[dict[str, Any]]:
    """Returns events that are no part of a debate, or name the wrong one."""
    lines = []
    for number in range(200):
        foreign, own = f"adhoc_{dice.randrange(60):08x}", f"adhoc_{dice.randrange(60):08x}"
        kind, data, loop_id = dice.choice(
            [
                ("graph_update", {"nodes": []}, foreign),
                ("token_delta", {"debate_id": own, "agent": "alpha", "token": "x"}, foreign),
                ("leaderboard_update", {"debate_id": own, "leaderboard": []}, foreign),
                (
                    "error",
                    {"agent": "alpha", "error": "no key", "phase": "initialization"},
                    foreign,
                ),
                (
                    "error",
                    {"phase": "design", "message": "x", "recoverable": True},
                    "nomic-20260301-1200",
                ),
                ("debate_start", {"task": "x", "agents": []}, "nomic-20260301-1200"),
                ("debate_end", {"duration": 1.0, "rounds": 1}, "nomic-20260301-1200"),
                ("debate_end", {"duration": 1.0, "rounds": 1}, "adhoc_ffffffff"),
                ("gauntlet_start", {"gauntlet_id": "g"}, "gauntlet-20260301120000-abc123"),
                ("debate_start", {"task": "x", "agents": []}, ""),
            ]
        )
        lines.append(
            {"type": kind, "timestamp": BEGIN + number / 2, "loop_id": loop_id, "data": data}
        )
    return lines


def test_stream_gives_the_events_of_a_plain_model(
    aragora: Path, pipeline: Pipeline, tmp_path: Path
) -> None:
    dice = random.Random(20260301)
    debates = [debate(number, dice) for number in range(60)]
    lines = noise(dice) + [line for each in debates for line in each.lines]
    lines.sort(key=lambda line: line["timestamp"])
    for line in lines:
        if "run" in line:
            del line["timestamp"]
    before = pipeline.metrics()
    done = subprocess.run(
        [aragora, Path(__file__).parent / "hosts" / "stream_host.py"],
        input="".join(json.dumps(line) + "\n" for line in lines),
        cwd=tmp_path,
        env={**environment(pipeline.servers, INSTANCE), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "aragora-telemetry" not in done.stderr
    events = pipeline.events(INSTANCE)
    expect_starts_and_ends(debates, events)
    expect_rounds(debates, events)
    expected = Counter("timeout" if d.outcome == "invisible" else d.outcome for d in debates)
    wait(lambda: grown(pipeline, before) == expected, 180, lambda: grown(pipeline, before))


def expect_starts_and_ends(debates: list[Debate], events: list[dict[str, Any]]) -> None:
    starts = Counter(data["debate_id"] for data in of(events, "debate.started"))
    assert starts == Counter({each.debate_id: 1 for each in debates})
    ends = of(events, "debate.completed")
    assert len(ends) == len(debates)
    by_id = {data["debate_id"]: data for data in ends}
    for each in debates:
        end = by_id[each.debate_id]
        if each.outcome == "invisible":  # it ended now, by the clock of this machine
            assert end["outcome"] == "timeout"
            continue
        assert (end["outcome"], end["rounds"]) == (each.outcome, each.rounds)
        assert end["duration_seconds"] == pytest.approx(each.duration, abs=1e-3)
        normal = each.outcome in ("consensus", "no_consensus")
        assert end.get("confidence") == (0.75 if normal else None)


def expect_rounds(debates: list[Debate], events: list[dict[str, Any]]) -> None:
    rounds = Counter(data["debate_id"] for data in of(events, "debate.round_completed"))
    for each in debates:
        normal = each.outcome in ("consensus", "no_consensus")
        assert rounds[each.debate_id] == each.rounds - (0 if normal else 1)


def grown(pipeline: Pipeline, before: dict[Any, float]) -> Counter[str]:
    """Returns by how much each outcome grew on ``/metrics``."""
    outcomes: Counter[str] = Counter()
    for (name, labels), value in pipeline.metrics().items():
        if name == "aragora_debates_completed_total":
            outcomes[dict(labels)["outcome"]] += int(value - before.get((name, labels), 0))
    return +outcomes
