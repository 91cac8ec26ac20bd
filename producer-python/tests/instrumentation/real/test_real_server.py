"""A real server under a client that counts for itself: every count is the same on ``/metrics``."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aragora_server import AragoraServer, environment, handshake, serving
from pipeline import Event, Pipeline, of, wait
from provider import Provider
from receiver import Receiver
from secret_list import CORE, SECRETS

from aragora_telemetry.aragora import redact

pytestmark = pytest.mark.real

KEY = SECRETS[0]
#: Secrets that a path may hold as they are.
IN_PATHS = [secret for secret in SECRETS if re.fullmatch(r"[\w.:=-]+", secret)]
INSTANCE = "real-server"
ID = re.compile(r"/adhoc_[0-9a-f]{8}")
LINE = re.compile(r"\[[-0-9 :.]+\] \[\w+ *\] \[[^\]]*\] [\w.]+ - ")


def agent(name: str, model: str | None = None) -> dict[str, Any]:
    return {"provider": "openai-api" if model else "demo", "model": model, "name": name}


#: Teams of agents; the model's name decides how the provider answers.
TEAMS = {
    "demo": [agent("alpha"), agent("beta"), agent("delta")],
    "mixed": [agent("slow", "gpt-slow"), agent("okay", "gpt-ok"), agent("failing", "gpt-fail")],
    "hang": [agent("hanging", "gpt-hang"), agent("stuck", "gpt-hang")],
    "cancel": [agent("hanging", "gpt-hang"), agent("stuck", "gpt-hang")],
}


@dataclass
class Run:
    """What one run of the server was seen to do, from outside and in the topics."""

    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    provider: Counter[str] = field(default_factory=Counter)
    debates: dict[str, str] = field(default_factory=dict)  # id -> team
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    opened: int = 0
    gauge: float = -1
    elo: Counter[tuple[str, float]] = field(default_factory=Counter)
    log: str = ""
    exit_code: int = -1
    events: list[Event] = field(default_factory=list)
    before: dict[Any, float] = field(default_factory=dict)
    after: dict[Any, float] = field(default_factory=dict)

    def grown(self, name: str, *labels: str) -> Counter[tuple[str, ...]]:
        """Returns by how much each series of a counter grew, by the values of the labels."""
        grown: Counter[tuple[str, ...]] = Counter()
        for (metric, pairs), value in self.after.items():
            if metric == name and (change := value - self.before.get((metric, pairs), 0)):
                grown[tuple(dict(pairs)[label] for label in labels)] += int(change)
        return grown


@pytest.fixture(scope="module")
def run(
    aragora: Path, pipeline: Pipeline, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    directory, run = tmp_path_factory.mktemp("server"), Run()
    provider = Provider(f"boom: {secret}" for secret in SECRETS)
    pipeline.settle()  # what other tests wrote is no growth of this run
    run.before = pipeline.metrics()
    variables = environment(
        pipeline.servers,
        INSTANCE,
        OPENAI_BASE_URL=provider.url,
        OPENAI_API_KEY=KEY,
        ARAGORA_TELEMETRY_LOG_LEVEL="INFO",
        ARAGORA_AGENT_TIMEOUT="10",
        ARAGORA_DEBATE_TIMEOUT="50",
    )
    with serving(aragora, directory, variables) as server:
        load(server, run, pipeline)
        run.exit_code = server.stop()
        run.requests, run.log = server.requests, server.whole_log()
    run.provider = provider.counts
    provider.close()
    run.elo = elo_history(directory)
    run.events = pipeline.events(INSTANCE)
    pipeline.settle()
    run.after = pipeline.metrics()
    return run


def load(server: AragoraServer, run: Run, pipeline: Pipeline) -> None:
    # One debate at a time: the end of one closes the HTTP connections of all.
    for team in ("demo", "mixed"):
        begin(server, run, team)
        finish(server, run)
    begin(server, run, "hang")
    with connections(server, 3) as run.opened:
        for _ in range(20):
            for path in ("/api/v1/debates?limit=5", "/api/v1/agents", "/api/v1/nothing"):
                server.request("GET", path)
        for secret in IN_PATHS:
            path = f"/nothing/{secret}"
            server.request("GET", f"{path}?api_key={secret}", counted_as=redact.path(path))
        server.request("POST", "/api/v1/debates", {"question": "short"})
        gauge = ("aragora_websocket_connections", frozenset())
        with contextlib.suppress(AssertionError):
            wait(lambda: pipeline.metrics().get(gauge) == run.opened, 60)
        run.gauge = pipeline.metrics()[gauge]
    finish(server, run)
    debate = begin(server, run, "cancel")
    wait(lambda: "running" in ended(server, run).values(), 60, lambda: run.statuses)
    status, answer = server.request(
        "POST", f"/api/v1/debates/{debate}/cancel", {"reason": "a test"}
    )
    assert status == 200, answer


def begin(server: AragoraServer, run: Run, team: str) -> str:
    question = f"Question {team}: what should we measure?"
    if team == "demo":
        question += " Not " + ", ".join(SECRETS)
    body = {"question": question, "agents": TEAMS[team], "rounds": 2, "consensus": "majority"}
    status, answer = server.request("POST", "/api/v1/debates", body)
    assert status == 200, answer
    run.debates[answer["debate_id"]] = team
    return str(answer["debate_id"])


def finish(server: AragoraServer, run: Run) -> None:
    final = {"completed", "error", "failed", "timeout", "cancelled"}
    wait(lambda: set(ended(server, run).values()) <= final, 240, server.log)
    # The API reports the end a moment before the verdict.
    wait(lambda: ended(server, run) and not any(map(lacks_verdict, run.statuses.values())), 30)


def lacks_verdict(status: dict[str, Any]) -> bool:
    return status.get("status") == "completed" and "consensus_reached" not in status


def ended(server: AragoraServer, run: Run) -> dict[str, str]:
    for debate_id in run.debates:
        status = run.statuses.get(debate_id, {})
        if status.get("status") != "completed" or lacks_verdict(status):
            run.statuses[debate_id] = server.request("GET", f"/api/v1/debates/{debate_id}")[1] or {}
    return {debate: str(answer.get("status", "created")) for debate, answer in run.statuses.items()}


@contextlib.contextmanager
def connections(server: AragoraServer, count: int) -> Iterator[int]:
    """Opens WebSocket connections, and one that the server refuses."""
    with contextlib.ExitStack() as stack:
        statuses = [handshake(stack, server.websocket, "aragora-v1") for _ in range(count)]
        statuses.append(handshake(stack, server.websocket, "another"))
        yield sum(" 101 " in status for status in statuses)


def elo_history(directory: Path) -> Counter[tuple[str, float]]:
    """Returns what Aragora has in its own history of ratings."""
    rows: Counter[tuple[str, float]] = Counter()
    for path in directory.rglob("*.db"):
        with contextlib.closing(sqlite3.connect(path)) as database:
            with contextlib.suppress(sqlite3.Error):
                rows.update(database.execute("SELECT agent_name, elo FROM elo_history").fetchall())
    return rows


def counts(events: list[Event], kind: str, *names: str) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(data.get(name)) for name in names) for data in of(events, kind))


def template(counts: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str, str]]:
    templated: Counter[tuple[str, str, str]] = Counter()
    for (method, path, status), count in counts.items():
        templated[method, ID.sub("/{id}", path), status] += count
    return templated


def test_requests_are_those_of_the_client(run: Run) -> None:
    assert counts(run.events, "request.completed", "method", "endpoint", "status") == run.requests
    assert run.grown("aragora_requests_total", "method", "endpoint", "status") == template(
        run.requests
    )
    assert len({status for _, _, status in run.requests}) >= 3


def test_debates_are_those_that_the_client_began(run: Run) -> None:
    for kind in ("debate.started", "debate.completed"):
        assert counts(run.events, kind, "debate_id") == Counter(
            {(debate,): 1 for debate in run.debates}
        )
    outcomes = {data["debate_id"]: data["outcome"] for data in of(run.events, "debate.completed")}
    assert run.grown("aragora_debates_completed_total", "outcome") == Counter(
        (outcome,) for outcome in outcomes.values()
    )
    assert run.grown("aragora_debates_started_total").total() == len(TEAMS)
    assert {"consensus", "timeout", "cancelled"} <= set(outcomes.values())
    expected = {debate: expect(team, run.statuses[debate]) for debate, team in run.debates.items()}
    assert outcomes == expected


def expect(team: str, status: dict[str, Any]) -> str:
    """Returns the outcome by what the client did, and else by what the API reports."""
    if team in ("hang", "cancel"):
        return {"hang": "timeout", "cancel": "cancelled"}[team]
    if status["status"] != "completed":  # the API has one word for what ended early
        return "timeout"
    return "consensus" if status["consensus_reached"] else "no_consensus"


def test_agent_calls_have_the_status_that_the_provider_gave(run: Run) -> None:
    calls = counts(run.events, "agent.call_completed", "agent", "status")
    assert run.grown("aragora_agent_calls_total", "agent", "status") == calls
    by_agent: dict[str, set[str]] = {}
    for name, status in calls:
        by_agent.setdefault(name, set()).add(status)
    # A provider that hangs never answers; what ends the call is a limit, or Aragora, which closes
    # the connections of all calls at the end of any debate.
    hanging = [
        call["error_type"]
        for call in of(run.events, "agent.call_completed")
        if call["agent"] in ("hanging", "stuck")
    ]
    assert hanging and set(hanging) <= {"timeout", "ServerDisconnectedError"}
    for name in ("hanging", "stuck"):
        by_agent.pop(name, None)
    answers = {name: {"success"} for name in ("alpha", "beta", "delta", "okay", "slow")}
    assert by_agent == {**answers, "failing": {"error"}}
    models = counts(run.events, "agent.call_completed", "model", "status")
    for model in ("gpt-ok", "gpt-slow"):
        assert models[model, "success"] == run.provider[model]


def test_connections_are_those_that_were_accepted(run: Run) -> None:
    assert run.opened == 3
    assert run.gauge == run.opened
    assert len(of(run.events, "websocket.opened")) == run.opened
    assert len(of(run.events, "websocket.closed")) == run.opened


def test_ratings_are_those_of_aragoras_own_history(run: Run) -> None:
    assert run.elo
    assert (
        Counter((data["agent"], data["rating"]) for data in of(run.events, "elo.updated"))
        == run.elo
    )
    assert run.grown("aragora_elo_updates_total").total() == run.elo.total()


def test_log_records_are_the_lines_of_the_log(run: Run) -> None:
    levels = {level: n for (level,), n in run.grown("aragora_log_events_total", "level").items()}
    events = of(run.events, "log.emitted")
    assert levels == Counter(event["level"] for event in events)
    # The server prints a few lines before its configuration, and some it cannot format.
    plain = [event for event in events if event["message"] in run.log.splitlines()]
    unprintable = run.log.count("--- Logging error ---")
    assert len(plain) < 5 and unprintable < 20
    assert len(events) - len(plain) - unprintable == len(LINE.findall(run.log))


def test_nothing_is_lost_doubled_or_refused(run: Run) -> None:
    outcomes = run.grown("aragora_telemetry_events_total", "outcome")
    assert outcomes == {("counted",): len(run.events)}
    assert run.grown("aragora_telemetry_missing_events") == Counter()
    assert run.grown("aragora_telemetry_producer_dropped_events_total") == Counter()
    assert "aragora-telemetry" not in run.log


def test_signal_ends_the_instance(run: Run) -> None:
    assert run.exit_code == 0
    assert of(run.events, "instance.stopped") == [{"instance_id": INSTANCE}]
    up = ("aragora_instance_up", frozenset({("instance_id", INSTANCE)}))
    assert up not in run.after


def test_no_secret_is_in_any_topic(run: Run) -> None:
    texts = [json.dumps(event) for event in run.events]
    for part in ("boom", "what should we measure? Not", "/nothing/"):
        assert any(part in text for text in texts), part
    assert [text for text in texts if CORE.lower() in text.lower()] == []


def test_debates_and_calls_are_one_tree_each(run: Run, receiver: Receiver) -> None:
    expected = {debate["debate_id"]: debate for debate in of(run.events, "debate.completed")}
    roots = {
        event["data"]["debate_id"]: event["traceparent"].split("-")
        for event in run.events
        if event["type"].endswith("debate.completed.v1")
    }
    calls = [e for e in run.events if e["type"].endswith("agent.call_completed.v1")]
    assert set(roots) == set(expected) and calls
    for call in calls:
        _, trace_id, span_id, _ = roots[call["data"]["debate_id"]]
        assert call["traceparent"].split("-")[1] == trace_id
        assert call["parentspanid"] == span_id
    requests = {
        e["traceparent"].split("-")[2]
        for e in run.events
        if e["topic"] == "aragora.requests" and "traceparent" in e
    }
    started = [e for e in run.events if e["type"].endswith("debate.started.v1")]
    assert all(event["parentspanid"] in requests for event in started)

    def received() -> bool:
        ids = {span.span_id for span in receiver.spans}
        return {root[2] for root in roots.values()} | {
            c["traceparent"].split("-")[2] for c in calls
        } <= ids

    wait(received, 120, lambda: len(receiver.spans))
