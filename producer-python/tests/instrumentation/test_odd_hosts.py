"""Hosts that load, serve and log in ways of their own."""

from __future__ import annotations

import asyncio
import copy
import importlib
import importlib.util
import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest
from recorder import Recorder
from test_imports import finder, package  # noqa: F401
from test_logs import hook_logs

from aragora_telemetry.aragora import agents, aiohttp, install
from aragora_telemetry.aragora.asgi import Application
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.hooks import OK, Hook, Source
from aragora_telemetry.aragora.imports import PostImport
from aragora_telemetry.aragora.requests import Requests
from aragora_telemetry.aragora.session import Session
from aragora_telemetry.aragora.stream import StreamHooks
from tests.support.capture import Capture


def hook(module: str, path: str = "call") -> Hook:
    return Hook(Source("s", "some events"), module, path, (), lambda f: lambda: ("wrapped", f()))


@pytest.fixture
def called(package: Path) -> Path:  # noqa: F811
    (package / "hookable" / "called.py").write_text("def call():\n    return 1\n")
    return package


def test_module_that_is_loaded_again_is_hooked_again(finder: PostImport, called: Path) -> None:  # noqa: F811
    found = hook("hookable.called")
    finder.when_imported("hookable.called", found.apply)
    module = importlib.import_module("hookable.called")
    assert module.call() == ("wrapped", 1)
    assert importlib.reload(module).call() == ("wrapped", 1)
    del sys.modules["hookable.called"]
    assert importlib.import_module("hookable.called").call() == ("wrapped", 1)


def test_module_that_is_loaded_lazily_is_hooked(finder: PostImport, called: Path) -> None:  # noqa: F811
    finder.when_imported("hookable.called", hook("hookable.called").apply)
    importlib.import_module("hookable")
    spec = importlib.util.find_spec("hookable.called")
    assert spec is not None and spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["hookable.called"] = module
    spec.loader.exec_module(module)
    assert module.call() == ("wrapped", 1)


def test_module_whose_import_has_begun_is_hooked_when_it_is_complete(
    finder: PostImport,  # noqa: F811
    called: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = hook("hookable.early")
    (called / "hookable" / "early.py").write_text(
        "import hook_of_test\nhook_of_test.begin()\ndef call():\n    return 1\n"
    )
    middle: Any = ModuleType("hook_of_test")
    middle.begin = lambda: finder.when_imported("hookable.early", found.apply)
    monkeypatch.setitem(sys.modules, "hook_of_test", middle)
    module = importlib.import_module("hookable.early")
    importlib.import_module("hookable.good")
    assert found.source.problems == [] and found.status == OK
    assert module.call() == ("wrapped", 1)


def test_function_that_comes_from_elsewhere_stays_hooked(called: Path) -> None:
    found = Hook(Source("s", "some events"), "one", "call", (), lambda f: f, elsewhere=("two",))
    fits, lacks = ModuleType("one"), ModuleType("two")
    fits.call = lambda: 1  # type: ignore[attr-defined]
    for module in (fits, lacks):
        found.apply(module)
    assert found.status == OK and found.source.on


def test_loader_and_application_can_be_copied(session: Session) -> None:
    from aragora_telemetry.aragora.imports import _Loader

    app = SimpleNamespace(state=5)
    assert copy.copy(Application(app, session, Requests(session))).state == 5
    assert copy.copy(_Loader(SimpleNamespace(path="x"), lambda name: None)).path == "x"


def test_install_of_many_threads_is_one(
    monkeypatch: pytest.MonkeyPatch, recorder: Recorder
) -> None:
    package_of = sys.modules["aragora_telemetry.aragora"]
    monkeypatch.setattr(package_of, "_installed", None)
    monkeypatch.setattr(package_of, "_finder", PostImport())
    monkeypatch.setattr(package_of, "all_hooks", lambda *_: time.sleep(0.01) or [])
    sessions: list[Session] = []
    threads = [
        threading.Thread(target=lambda: sessions.append(install(producer=recorder)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    package_of._finder.uninstall()  # type: ignore[attr-defined]
    assert len(sessions) == 8 and len(set(map(id, sessions))) == 1


SCOPE = {"type": "http", "method": "GET", "path": "/asked", "headers": []}
START = {"type": "http.response.start", "status": 201, "headers": []}
BODY = {"type": "http.response.body", "body": b"x"}


async def nothing(*_: Any) -> None:
    return None


def serve(session: Session, app: Any) -> None:
    asyncio.run(Application(app, session, Requests(session))(dict(SCOPE), nothing, nothing))


def test_request_is_complete_when_the_client_has_its_answer(
    session: Session, recorder: Recorder
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        await send({**BODY, "more_body": True})
        assert recorder.events == []
        await send(BODY)
        assert len(recorder.events) == 1
        await asyncio.sleep(0.3)  # a task in the background
        raise ValueError("of the task")

    with pytest.raises(ValueError, match="of the task"):
        serve(session, app)
    [event] = recorder.of("request_completed")
    assert event["status"] == 201 and event["duration_seconds"] < 0.2


def test_request_has_the_path_that_the_client_asked_for(
    session: Session, recorder: Recorder
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["path"] = "/written/over"
        del scope["method"]
        await send(START)
        await send(BODY)

    serve(session, app)
    [event] = recorder.of("request_completed")
    assert (event["method"], event["endpoint"]) == ("GET", "/asked")


@pytest.mark.parametrize("end", [asyncio.CancelledError, GeneratorExit, SystemExit])
def test_request_that_ends_without_an_answer_is_counted_once(
    session: Session, recorder: Recorder, end: type[BaseException]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise end

    with pytest.raises(end):
        asyncio.new_event_loop().run_until_complete(
            Application(app, session, Requests(session))(dict(SCOPE), nothing, nothing)
        )
    assert [event["status"] for event in recorder.of("request_completed")] == [500]


class HTTPException(Exception):
    status = 404


class FromAnotherService(Exception):
    """Stands for an exception of a client library."""

    status: Any = 404


class Worded(FromAnotherService):
    status = "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize(
    "error, status", [(HTTPException(), 404), (FromAnotherService(), 500), (Worded(), 500)]
)
def test_only_exceptions_of_aiohttp_are_answers(
    session: Session,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    module = SimpleNamespace(HTTPException=HTTPException)
    monkeypatch.setitem(sys.modules, "aiohttp.web_exceptions", module)
    handles, _ = aiohttp.AiohttpHooks(session, Requests(session)).hooks()

    async def handle(self: Any, request: Any) -> Any:
        raise error

    class Asked(dict[str, Any]):
        headers: ClassVar[dict[str, str]] = {}
        method, path = "GET", "/x"

    with pytest.raises(type(error)):
        asyncio.run(handles.wrap(handle)(None, Asked()))
    assert [event["status"] for event in recorder.of("request_completed")] == [status]


@pytest.mark.parametrize("limit", [10**400, float("nan"), "soon", -1, True])
def test_odd_limit_of_an_agent_is_the_hosts(limit: Any) -> None:
    async def with_timeout(executor: Any, coro: Any, agent_name: Any, seconds: Any) -> Any:
        return seconds

    from aragora_telemetry.aragora.guard import FAULTS

    assert asyncio.run(agents._wrap_limit(with_timeout)(None, None, "a", limit)) is limit
    FAULTS.clear()


def test_odd_values_beside_a_record_cost_no_record(
    session: Session, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sliced(str):
        def __getitem__(self, key: Any) -> str:
            raise RuntimeError("of the host")

        lower = __getitem__  # type: ignore[assignment]

    class Proxy:
        @property
        def __class__(self) -> Any:
            raise RuntimeError("outside of the context")

        @__class__.setter
        def __class__(self, value: Any) -> None:
            raise RuntimeError("outside of the context")

    hook_logs(session, monkeypatch)
    logger = logging.Logger("aragora.test")
    logger.addHandler(logging.NullHandler())
    logger.error("x", extra={"sliced": Sliced("text"), "proxy": Proxy(), "good": 1})
    [event] = recorder.of("log_emitted")
    assert event["fields"] == {"sliced": "text", "good": 1}


def test_long_ids_of_clients_cost_no_event(session: Session) -> None:
    capture = Capture()
    session.producer = capture.telemetry
    requests = Requests(session)
    request = requests.begin({})
    assert request is not None
    request.correlated(SimpleNamespace(request_id="r" * 5_000, trace_id=None, span_id=None))
    requests.completed(request, "GET", "/x", 200, 0.0)
    [(_, key, _)] = capture.records()
    assert key == b"r" * 200

    debates = Debates(session)
    [hook] = StreamHooks(session, debates).hooks()
    emit = hook.wrap(lambda self, event: None)
    for kind in ("debate_start", "debate_end"):
        emit(
            None,
            SimpleNamespace(
                type=SimpleNamespace(value=kind),
                data={"agents": ["a"]},
                loop_id="d" * 5_000,
                timestamp=time.time(),
                round=0,
            ),
        )
    assert [key for _, key, _ in capture.records()] == [b"d" * 1_024] * 2


def test_round_that_no_event_can_carry_does_not_cost_the_end(session: Session) -> None:
    capture = Capture()
    session.producer = capture.telemetry
    debates = Debates(session)
    now = time.time()
    debates.start("d", ["a"], now)
    for number in (1, 2**70, True, "3", 2):
        debates.round("d", number, now)
    debates.end("d", None, now)
    types = [json.loads(value)["type"].split(".")[-2] for _, _, value in capture.records()]
    assert types == ["started", "round_completed", "round_completed", "completed"]
    assert capture.refusals() == []


def test_record_with_an_odd_line_is_an_event(
    session: Session, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_logs(session, monkeypatch)
    logger = logging.Logger("aragora.test")
    logger.addHandler(logging.NullHandler())
    for number in (-1, "7", None, 2**64, 7):
        logger.handle(logging.makeLogRecord({"levelno": 40, "msg": "x", "lineno": number}))
    assert [event["line"] for event in recorder.of("log_emitted")] == [None] * 4 + [7]


def test_fork_while_a_hook_is_applied_does_not_block_the_child(called: Path) -> None:
    from aragora_telemetry.aragora import hooks

    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with hooks._applying:
            held.set()
            done.wait(10)

    threading.Thread(target=hold).start()
    held.wait(10)
    pid = os.fork()
    if pid == 0:
        signal.alarm(5)
        hook("json").apply(ModuleType("json"))
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    done.set()
    assert status == 0
