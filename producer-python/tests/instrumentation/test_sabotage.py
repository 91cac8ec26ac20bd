"""Each hooked function in turn is missing, renamed or has other parameters."""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_aragora
import pytest
from recorder import Recorder

from aragora_telemetry import Settings, doctor
from aragora_telemetry.aragora import install
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.guard import FAULTS
from aragora_telemetry.aragora.hooks import Hook
from aragora_telemetry.aragora.session import Session
from aragora_telemetry.aragora.sources import all_hooks

PACKAGES = ("aiohttp", "aragora", "host", "uvicorn", "websockets")
KINDS = ("missing", "renamed", "other parameters")

#: What the fake host makes of each source, if all are on.
ALL = {
    "debates": ["d", "s"],
    "domains": ["general", "law"],
    "agent_calls": [["critique", "success"], ["generate", "error"], ["vote", "success"]],
    "tokens": 120,
    "elo": ["alpha", "beta"],
    "requests": ["/aiohttp", "/api/x", "/asgi"],
    "request_ids": 1,
    "websockets": 2,
    "logs": ["logged"],
}


def hooks() -> list[Hook]:
    session = Session(Recorder(), Settings(), {})
    return all_hooks(session, Debates(session))


def run(directory: Path, prelude: str = "") -> tuple[dict[str, Any], str]:
    """Runs the host without and with telemetry. Returns what was seen, and stderr."""
    plain, _ = in_child(directory, prelude, lambda: None)
    hooked, errors = in_child(directory, prelude, lambda: instrumented(directory / "result.json"))
    assert plain.endswith("host done\n")
    assert hooked == plain
    return json.loads((directory / "result.json").read_text()), errors


def in_child(directory: Path, prelude: str, start: Callable[[], Any]) -> tuple[str, str]:
    """Runs the host in a forked process. Returns its stdout and stderr."""
    child = os.fork()
    if child == 0:
        try:
            for number, name in ((1, "stdout"), (2, "stderr")):
                os.dup2(os.open(directory / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
                del sys.modules[name]
            logging.root.handlers.clear()
            logging.lastResort = logging.StreamHandler(sys.stderr)
            sys.path.insert(0, str(directory))
            sys.dont_write_bytecode = True
            exec(prelude, {})
            finish = start()
            importlib.import_module("host")
            if finish:
                finish()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    stdout, stderr = ((directory / name).read_text() for name in ("stdout", "stderr"))
    assert code == 0, stderr
    return stdout, stderr


def instrumented(result: Path) -> Callable[[], None]:
    """Installs the hooks. Returns a function that writes what they emitted."""
    recorder = Recorder()
    install(Settings(), recorder)

    def found(name: str, field: str) -> list[str]:
        return sorted(event[field] or "general" for event in recorder.of(name))

    def finish() -> None:
        requests, calls = recorder.of("request_completed"), recorder.of("agent_call_completed")
        events = {
            "debates": found("debate_completed", "debate_id"),
            "domains": found("debate_completed", "domain"),
            "agent_calls": sorted([call["operation"], call["status"]] for call in calls),
            "tokens": sum(call["input_tokens"] or 0 for call in calls),
            "elo": found("elo_updated", "agent"),
            "requests": found("request_completed", "endpoint"),
            "request_ids": sum(event["request_id"] == "req-1" for event in requests),
            "websockets": len(recorder.of("websocket_closed")),
            "logs": found("log_emitted", "message"),
        }
        report = [[line.name, line.ok, line.text] for line in doctor.hooks(Settings())]
        result.write_text(json.dumps({"events": events, "doctor": report, "faults": list(FAULTS)}))

    return finish


def test_host_that_fits_has_every_event(tmp_path: Path) -> None:
    fake_aragora.write(tmp_path)
    seen, stderr = run(tmp_path)
    assert seen["events"] == ALL
    assert seen["faults"] == []
    assert [name for name, ok, _ in seen["doctor"] if ok is not True] == []
    assert "not reported" not in stderr


#: What is left of each source's events once it is off.
WITHOUT: dict[str, dict[str, Any]] = {
    "stream": {"debates": ["d"], "domains": ["law"]},
    "runs": {"debates": ["s"], "domains": ["general"]},
    "phases": {"domains": ["general", "general"]},
    "agents": {"agent_calls": [], "tokens": 0},
    "tokens": {"tokens": 0},
    "elo": {"elo": []},
    "http": {"requests": ["/aiohttp", "/asgi"], "request_ids": 0},
    "correlation": {"request_ids": 0},
    "asgi": {"requests": ["/aiohttp", "/api/x"]},
    "shutdown": {},
    "aiohttp": {"requests": ["/api/x", "/asgi"], "websockets": 1},
    "websockets": {"websockets": 1},
    "logs": {"logs": []},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "hook", [hook for hook in hooks() if hook.module != "logging"], ids=lambda hook: hook.path
)
def test_source_whose_hook_does_not_fit_is_off_alone(tmp_path: Path, hook: Hook, kind: str) -> None:
    file = hook.modules[-1].replace(".", "/") + ".py"
    source = fake_aragora.sabotage(fake_aragora.MODULES[file], hook.path, hook.parameters[-1], kind)
    assert source != fake_aragora.MODULES[file]
    fake_aragora.write(tmp_path, {file: source})
    expect(*run(tmp_path), hook)


def test_logging_of_another_shape_is_off_alone(tmp_path: Path) -> None:
    fake_aragora.write(tmp_path)
    prelude = (
        "import logging; before = logging.Logger.callHandlers\n"
        "logging.Logger.callHandlers = lambda self, other: before(self, other)"
    )
    [hook] = (hook for hook in hooks() if hook.module == "logging")
    expect(*run(tmp_path, prelude), hook)


def expect(seen: dict[str, Any], stderr: str, hook: Hook) -> None:
    name, target = hook.source.name, f"{hook.module}.{hook.path}"
    [(ok, text)] = [(ok, text) for source, ok, text in seen["doctor"] if source == name]
    assert ok is False and target in text
    assert [source for source, ok, _ in seen["doctor"] if ok is not True] == [name]
    events = {**ALL, **WITHOUT[name]}
    if not seen["events"]["agent_calls"]:  # the sabotaged function is one that the debate needs
        events["agent_calls"], events["tokens"] = [], 0
    assert seen["events"] == events
    assert seen["faults"] == []
    assert stderr.count("are not reported: " + target) == 1
