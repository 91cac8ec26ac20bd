"""One debate in every version of Aragora that is supported, and its trace."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pypi
import pytest
from aragora_server import environment
from pipeline import Event, Pipeline, of, wait
from receiver import ReceivedSpan, Receiver

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
SOURCES = ("stream", "runs", "phases", "agents", "elo", "http", "correlation", "websockets", "logs")


def version(name: str) -> Path:
    """Returns where another version is installed, or skips the test with the reason."""
    try:
        return pypi.version(name)
    except pypi.UnreachableError as error:
        pytest.skip(str(error))


def variables(
    pipeline: Pipeline, instance: str, *paths: Path | None, **more: str
) -> dict[str, str]:
    path = os.pathsep.join(str(each) for each in paths if each)
    return {
        **environment(pipeline.servers, instance, **more),
        "PYTHONPATH": path,
        "ARAGORA_OFFLINE": "true",
    }


def host(aragora: Path, directory: Path, environ: dict[str, str]) -> None:
    done = subprocess.run(
        [aragora, HERE / "hosts" / "arena_host.py"],
        cwd=directory,
        env={**environ, "HOME": str(directory)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "aragora-telemetry" not in done.stderr


def expect_hooks(aragora: Path, directory: Path, environ: dict[str, str]) -> None:
    doctor = subprocess.run(
        [aragora, "-m", "aragora_telemetry.cli", "doctor"],
        cwd=directory,
        env={**environ, "HOME": str(directory), "ARAGORA_TELEMETRY": "off"},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    found = {line.split()[0]: line.split()[1] for line in doctor.stdout.splitlines()}
    expected = dict.fromkeys((*SOURCES, "broker", "topics", "probe"), "ok")
    assert {name: found.get(name) for name in expected} == expected, doctor.stdout


def expect_debates(events: list[Event], instance: str) -> None:
    outcomes = {data["debate_id"]: data["outcome"] for data in of(events, "debate.completed")}
    assert outcomes == {f"{instance}-ends": "consensus", f"{instance}-hangs": "timeout"}
    started = Counter(data["debate_id"] for data in of(events, "debate.started"))
    assert started == Counter(outcomes.keys())
    calls = Counter(
        (call["agent"], call["operation"], call["status"])
        for call in of(events, "agent.call_completed")
    )
    assert calls["alpha", "generate", "success"] and calls["failing", "generate", "error"]
    assert calls["late", "generate", "timeout"] and not calls["late", "generate", "success"]
    assert not calls["failing", "generate", "success"] + calls["alpha", "generate", "error"]
    assert of(events, "instance.stopped") == [{"instance_id": instance}]


def check(aragora: Path, pipeline: Pipeline, directory: Path, name: str) -> None:
    instance = f"real-arena-{name}"
    environ = variables(pipeline, instance, version(name))
    expect_hooks(aragora, directory, environ)
    host(aragora, directory, environ)
    expect_debates(pipeline.events(instance), instance)


@pytest.mark.parametrize("name", pypi.PINNED)
def test_debate_of_each_version(
    aragora: Path, pipeline: Pipeline, tmp_path: Path, name: str
) -> None:
    check(aragora, pipeline, tmp_path, name)


def test_debate_of_the_newest_version(aragora: Path, pipeline: Pipeline, tmp_path: Path) -> None:
    """Only warns: a release of Aragora is not a defect of this checkout."""
    try:
        directory = version(pypi.NEWEST)
        if (directory / "aragora-2.11.1.dist-info").exists():
            return  # the next test runs it
        check(aragora, pipeline, tmp_path, "newest")
    except Exception as error:
        warnings.warn(f"the newest Aragora is not supported: {error}", stacklevel=1)


@pytest.mark.parametrize("sdk", [True, False], ids=["with the SDK", "without OpenTelemetry"])
def test_debate_is_one_tree_of_spans(
    aragora: Path, pipeline: Pipeline, receiver: Receiver, tmp_path: Path, sdk: bool
) -> None:
    instance = f"real-spans-{'sdk' if sdk else 'own'}"
    more = exporting(receiver) if sdk else {}
    environ = variables(pipeline, instance, None if sdk else without_sdk(tmp_path), **more)
    if sdk:
        expect_hooks(aragora, tmp_path, environ)
    host(aragora, tmp_path, environ)
    events = pipeline.events(instance)
    expect_debates(events, instance)
    traced = [event for event in events if "traceparent" in event]
    debate = next(event for event in traced if event["data"].get("outcome") == "consensus")
    calls = [e for e in traced if e["topic"] == "aragora.agent-calls"]
    calls = [call for call in calls if call["data"]["debate_id"] == f"{instance}-ends"]
    trace_id = debate["traceparent"].split("-")[1]
    assert {call["traceparent"].split("-")[1] for call in calls} == {trace_id}
    ours = {event["traceparent"].split("-")[2] for event in [debate, *calls]}
    wait(lambda: ours <= ids(receiver, trace_id), 120, lambda: ours - ids(receiver, trace_id))
    expect_one_tree([span for span in receiver.spans if span.trace_id == trace_id], sdk)


def exporting(receiver: Receiver) -> dict[str, str]:
    """Returns what makes Aragora export its own spans."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"{receiver.url}/v1/traces",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": "host",
    }


def without_sdk(directory: Path) -> Path:
    """Returns a path on which OpenTelemetry cannot be imported."""
    package = directory / "shadow" / "opentelemetry"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('not installed')\n")
    return package.parent


def ids(receiver: Receiver, trace_id: str) -> set[str]:
    return {span.span_id for span in receiver.spans if span.trace_id == trace_id}


def expect_one_tree(spans: list[ReceivedSpan], sdk: bool) -> None:
    known: dict[str, Any] = {span.span_id: span for span in spans}
    roots = [span for span in known.values() if not span.parent_id]
    assert len(roots) == 1, roots
    orphans = [span for span in known.values() if span.parent_id and span.parent_id not in known]
    assert not orphans
    assert ("host" in {span.service for span in spans}) is sdk
