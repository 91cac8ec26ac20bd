"""Requests and connections in every kind of server; real servers are in real/."""

from __future__ import annotations

import asyncio
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from recorder import Recorder

from aragora_telemetry import Settings
from aragora_telemetry.aragora import traces
from aragora_telemetry.aragora.asgi import Application, AsgiHooks
from aragora_telemetry.aragora.http import HttpHooks
from aragora_telemetry.aragora.requests import Requests
from aragora_telemetry.aragora.session import Session
from aragora_telemetry.aragora.websockets import WebSocketHooks

CORRELATION = SimpleNamespace(
    request_id="req-1", trace_id="a" * 32, span_id="b" * 16, parent_span_id=None
)


@pytest.fixture
def requests(session: Session) -> Requests:
    return Requests(session)


class Lifecycle:
    """Serves as ``RequestLifecycleManager``: correlation first, then the handler in a pool."""

    def __init__(self, init_correlation: Any, path: str, headers: dict[str, str]) -> None:
        self.handler = SimpleNamespace(path=path, headers=headers)
        self.init_correlation = init_correlation

    def handle_request(
        self, method: str, internal_handler: Any, *, with_query: bool = False
    ) -> None:
        self.handler._response_status = 200
        self.init_correlation({})
        with ThreadPoolExecutor(1) as pool:
            self.handler._response_status = pool.submit(
                internal_handler, self.handler.path
            ).result()


def serve(
    session: Session,
    requests: Requests,
    handler: Any,
    path: str = "/api/v1/debates?limit=5",
    correlation: Any = CORRELATION,
    headers: dict[str, str] | None = None,
) -> None:
    handle, correlate = HttpHooks(session, requests).hooks()
    lifecycle = Lifecycle(correlate.wrap(lambda headers: correlation), path, headers or {})
    handle.wrap(Lifecycle.handle_request)(lifecycle, method="GET", internal_handler=handler)


def test_request_is_counted_as_it_was_answered(
    session: Session, requests: Requests, recorder: Recorder
) -> None:
    serve(session, requests, lambda path: 404)
    [event] = recorder.of("request_completed")
    assert (event["request_id"], event["method"], event["endpoint"], event["status"]) == (
        "req-1",
        "GET",
        "/api/v1/debates",
        404,
    )
    assert event["trace"].traceparent == f"00-{'a' * 32}-{'b' * 16}-01"


def test_request_whose_handler_raises_is_counted(
    session: Session, requests: Requests, recorder: Recorder
) -> None:
    for error in (ValueError, SystemExit, KeyboardInterrupt):

        def breaks(path: str, error: type[BaseException] = error) -> int:
            raise error

        with pytest.raises(error):
            serve(session, requests, breaks)
    assert [event["status"] for event in recorder.of("request_completed")] == [500] * 3


def test_pool_thread_has_the_request(
    session: Session, requests: Requests, recorder: Recorder
) -> None:
    seen = []

    def handler(path: str) -> int:
        seen.append(traces.here())
        return 200

    serve(session, requests, handler)
    assert seen[0].trace_id == "a" * 32 and seen[0].span_id == "b" * 16
    assert traces.REQUEST.get() is None


@pytest.mark.parametrize(
    "correlation", [None, SimpleNamespace(trace_id="short", span_id=5, request_id=None)]
)
def test_request_without_w3c_ids_has_its_own(
    session: Session, requests: Requests, recorder: Recorder, correlation: Any
) -> None:
    serve(session, requests, lambda path: 200, correlation=correlation)
    [event] = recorder.of("request_completed")
    assert re.fullmatch(r"[0-9a-f]{32}", event["request_id"])
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", event["trace"].traceparent)


@pytest.mark.parametrize("flags", ["00", "01"])
def test_caller_decides_if_its_trace_is_sampled(
    session: Session, requests: Requests, recorder: Recorder, flags: str
) -> None:
    headers = {"traceparent": f"00-{'a' * 32}-{'c' * 16}-{flags}"}
    serve(session, requests, lambda path: 200, headers=headers)
    serve(session, requests, lambda path: 200, headers=headers, correlation=None)
    correlated, own = (event["trace"] for event in recorder.of("request_completed"))
    assert correlated.traceparent == f"00-{'a' * 32}-{'b' * 16}-{flags}"
    assert own.traceparent.startswith(f"00-{'a' * 32}-") and own.traceparent.endswith(flags)
    assert own.parent_span_id == "c" * 16


def test_sampler_decides_for_the_ids_of_aragora(recorder: Recorder) -> None:
    session = Session(recorder, Settings(), {"OTEL_TRACES_SAMPLER": "always_off"})
    serve(session, Requests(session), lambda path: 200)
    assert recorder.of("request_completed")[0]["trace"].traceparent.endswith("-00")


@pytest.mark.parametrize(
    "path, counted", [("/healthz", 0), ("/metrics?x=1", 0), ("/api/metrics", 1)]
)
def test_paths_of_the_machinery_are_left_out(
    session: Session, requests: Requests, recorder: Recorder, path: str, counted: int
) -> None:
    serve(session, requests, lambda path: 200, path=path)
    assert len(recorder.of("request_completed")) == counted


def http(path: str = "/api") -> dict[str, Any]:
    return {"type": "http", "method": "POST", "path": path, "headers": [(b"x-request-id", b"r-1")]}


async def nothing(*_: Any) -> Any:
    return None


def test_asgi_request_has_the_status_that_was_sent(
    session: Session, requests: Requests, recorder: Recorder
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Application(app, session, requests)(http(), nothing, send))
    [event] = recorder.of("request_completed")
    assert (event["request_id"], event["method"], event["endpoint"], event["status"]) == (
        "r-1",
        "POST",
        "/api",
        201,
    )
    assert len(sent) == 2


def test_asgi_request_that_raises_is_a_500(
    session: Session, requests: Requests, recorder: Recorder
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("of the host")

    with pytest.raises(ValueError, match="of the host"):
        asyncio.run(Application(app, session, requests)(http(), nothing, nothing))
    assert recorder.of("request_completed")[0]["status"] == 500


@pytest.mark.parametrize(
    "accepts, names", [(True, ["websocket_opened", "websocket_closed"]), (False, [])]
)
def test_asgi_connection_counts_from_its_acceptance(
    session: Session, requests: Requests, recorder: Recorder, accepts: bool, names: list[str]
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if accepts:
            await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    asyncio.run(Application(app, session, requests)({"type": "websocket"}, nothing, nothing))
    assert [name for name, _ in recorder.events] == names


def test_asgi_lifespan_passes_through(
    session: Session, requests: Requests, recorder: Recorder
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> str:
        return "started"

    assert (
        asyncio.run(Application(app, session, requests)({"type": "lifespan"}, nothing, nothing))
        == "started"
    )
    assert recorder.events == []


@pytest.mark.parametrize(
    "signals, handler, closed",
    [
        ([signal.SIGTERM], signal.SIG_DFL, 1),
        ([signal.SIGTERM], lambda *_: None, 0),
        ([signal.SIGTERM], signal.SIG_IGN, 0),
        ([signal.SIGINT], signal.SIG_DFL, 0),
        ([], signal.SIG_DFL, 0),
    ],
)
def test_uvicorn_that_a_signal_ends_closes_the_producer(
    session: Session,
    requests: Requests,
    recorder: Recorder,
    signals: list[int],
    handler: Any,
    closed: int,
) -> None:
    _, serves, shuts_down = AsgiHooks(session, requests).hooks()

    async def shutdown(self: Any, sockets: Any = None) -> str:
        return "down"

    async def serve(self: Any, sockets: Any = None) -> Any:
        before = signal.signal(signal.SIGTERM, lambda *_: None)  # as uvicorn does
        try:
            return await shuts_down.wrap(shutdown)(self)
        finally:
            signal.signal(signal.SIGTERM, before)

    before = signal.signal(signal.SIGTERM, handler)
    try:
        server = SimpleNamespace(_captured_signals=signals)
        assert asyncio.run(serves.wrap(serve)(server)) == "down"
    finally:
        signal.signal(signal.SIGTERM, before)
    assert recorder.closed == closed


def test_connections_of_the_websockets_library_are_counted(
    session: Session, recorder: Recorder
) -> None:
    [hook] = WebSocketHooks(session).hooks()
    handlers: list[Any] = []
    hook.wrap(lambda self, handler, host, port: handlers.append(handler))(
        None, connection, "localhost", 1
    )

    async def main() -> None:
        await asyncio.gather(*(handlers[0](delay) for delay in (0.01, 0.02, 0.03)))
        with pytest.raises(ValueError):
            await handlers[0](None)

    asyncio.run(main())
    assert [event["connections"] for _, event in recorder.events] == [1, 2, 3, 2, 1, 0, 1, 0]
    opened = [event["connection_id"] for event in recorder.of("websocket_opened")]
    closed = [event["connection_id"] for event in recorder.of("websocket_closed")]
    assert sorted(opened) == sorted(closed) and len(set(opened)) == 4


async def connection(delay: float | None) -> None:
    if delay is None:
        raise ValueError
    await asyncio.sleep(delay)
