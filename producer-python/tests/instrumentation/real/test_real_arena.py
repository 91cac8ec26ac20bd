"""One debate in every version of Aragora that is supported, and its trace."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aragora_server import environment
from pipeline import Pipeline, of, wait
from pypi import pip
from receiver import ReceivedSpan, Receiver

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
SOURCES = ("stream", "runs", "phases", "agents", "elo", "http", "correlation", "websockets", "logs")


def version(aragora: Path, name: str) -> Path | None:
    """Installs another version beside the environment's own. Returns where it is."""
    if name == "2.11.1":
        return None
    directory = aragora.parents[1] / f"aragora-{name}"
    if name == "newest" or not directory.exists():
        arguments = ["--no-deps", "--upgrade", "--target", str(directory)]
        pinned = HERE / f"aragora-{name}.txt"
        pip(
            aragora,
            *arguments,
            *(["--require-hashes", "-r", str(pinned)] if pinned.exists() else ["aragora"]),
        )
    return directory


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
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "aragora-telemetry" not in done.stderr


def check(aragora: Path, pipeline: Pipeline, directory: Path, name: str) -> None:
    instance = f"real-arena-{name}"
    environ = variables(pipeline, instance, version(aragora, name))
    doctor = subprocess.run(
        [aragora, "-m", "aragora_telemetry.cli", "doctor"],
        cwd=directory,
        env={**environ, "HOME": str(directory), "ARAGORA_TELEMETRY": "off"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    found = {line.split()[0]: line.split()[1] for line in doctor.stdout.splitlines()}
    assert {name: found.get(name) for name in SOURCES} == dict.fromkeys(SOURCES, "ok"), (
        doctor.stdout
    )
    assert found["probe"] == "ok"
    host(aragora, directory, environ)
    events = pipeline.events(instance)
    outcomes = {data["debate_id"]: data["outcome"] for data in of(events, "debate.completed")}
    assert outcomes == {"run-ends": "consensus", "run-hangs": "timeout"}
    assert Counter(data["debate_id"] for data in of(events, "debate.started")) == Counter(
        outcomes.keys()
    )
    calls = Counter(
        (call["agent"], call["operation"], call["status"])
        for call in of(events, "agent.call_completed")
    )
    assert calls["alpha", "generate", "success"] and calls["failing", "generate", "error"]
    assert not calls["failing", "generate", "success"] and not calls["alpha", "generate", "error"]
    assert of(events, "instance.stopped") == [{"instance_id": instance}]


@pytest.mark.parametrize("name", ["2.7.2", "2.9.0", "2.11.1"])
def test_debate_of_each_version(
    aragora: Path, pipeline: Pipeline, tmp_path: Path, name: str
) -> None:
    check(aragora, pipeline, tmp_path, name)


def test_debate_of_the_newest_version(aragora: Path, pipeline: Pipeline, tmp_path: Path) -> None:
    """Only warns: a release of Aragora is not a defect of this checkout."""
    try:
        check(aragora, pipeline, tmp_path, "newest")
    except Exception as error:
        warnings.warn(f"the newest Aragora is not supported: {error}", stacklevel=1)


@pytest.mark.parametrize("sdk", [True, False], ids=["with the SDK", "without OpenTelemetry"])
def test_debate_is_one_tree_of_spans(
    aragora: Path, pipeline: Pipeline, receiver: Receiver, tmp_path: Path, sdk: bool
) -> None:
    instance = f"real-spans-{'sdk' if sdk else 'own'}"
    more = {"HOST_SPANS": receiver.url} if sdk else {}
    host(
        aragora,
        tmp_path,
        variables(pipeline, instance, None if sdk else without_sdk(tmp_path), **more),
    )
    events = [event for event in pipeline.events(instance) if "traceparent" in event]
    debate = next(e for e in events if e["data"].get("outcome") == "consensus")
    trace_id = debate["traceparent"].split("-")[1]
    calls = [
        e
        for e in events
        if e["topic"] == "aragora.agent-calls" and e["data"]["debate_id"] == "run-ends"
    ]
    ours = {e["traceparent"].split("-")[2] for e in [debate, *calls]}
    wait(lambda: ours <= ids(receiver, trace_id), 30, lambda: ours - ids(receiver, trace_id))
    expect_one_tree([span for span in receiver.spans if span.trace_id == trace_id], sdk)


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
