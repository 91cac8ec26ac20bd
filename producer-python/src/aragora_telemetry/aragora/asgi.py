"""Hooks on uvicorn: requests and WebSocket connections of ASGI applications, and its shutdown."""

from __future__ import annotations

import functools
import signal
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from . import traces
from .guard import guarded
from .hooks import Hook
from .requests import HEADERS, Requests
from .session import Session


class AsgiHooks:
    """Hooks on ``Config.load``, ``Server.serve`` and ``Server.shutdown``."""

    def __init__(self, session: Session, requests: Requests) -> None:
        self._session = session
        self._requests = requests
        self._source = session.source("asgi", "requests to servers on uvicorn")
        self._shutdown = session.source("shutdown", "the last events of a uvicorn server")

    def hooks(self) -> list[Hook]:
        return [
            Hook(self._source, "uvicorn.config", "Config.load", ("self",), self._wrap_load),
            Hook(
                self._shutdown,
                "uvicorn.server",
                "Server.serve",
                ("self", "sockets"),
                _wrap_serve,
                is_async=True,
            ),
            Hook(
                self._shutdown,
                "uvicorn.server",
                "Server.shutdown",
                ("self", "sockets"),
                self._wrap_shutdown,
                is_async=True,
            ),
        ]

    def _wrap_load(self, load: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(load)
        def loaded(config: Any, *args: Any, **kwargs: Any) -> Any:
            result = load(config, *args, **kwargs)
            app = getattr(config, "loaded_app", None)
            if self._source.on and app is not None and not isinstance(app, Application):
                config.loaded_app = Application(app, self._session, self._requests)
            return result

        return loaded

    def _wrap_shutdown(self, shutdown: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(shutdown)
        async def shut_down(server: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return await shutdown(server, *args, **kwargs)
            finally:
                if self._shutdown.on:
                    self._stopped(server)

        return shut_down

    @guarded
    def _stopped(self, server: Any) -> None:
        # uvicorn raises the signals again after its shutdown. Unless the host handles them, as
        # Aragora does, the process ends without atexit.
        captured = getattr(server, "_captured_signals", None) or ()
        if all(_handled(number) for number in captured):
            self._session.producer.flush()
        else:
            self._session.producer.close()


#: What the host does with the signals that uvicorn takes over while it serves.
HANDLERS: ContextVar[Mapping[int, Any]] = ContextVar(
    "aragora_telemetry_handlers", default=MappingProxyType({})
)


def _wrap_serve(serve: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(serve)
    async def served(*args: Any, **kwargs: Any) -> Any:
        HANDLERS.set({n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)})
        return await serve(*args, **kwargs)

    return served


def _handled(number: int) -> bool:
    handler = HANDLERS.get().get(number)
    return callable(handler) or handler is signal.SIG_IGN


class Application:
    """The ASGI application of the host, seen from outside."""

    def __init__(self, app: Any, session: Session, requests: Requests) -> None:
        self._app = app
        self._session = session
        self._requests = requests

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] == "http":
            return await self._http(scope, receive, send)
        if scope["type"] == "websocket":
            return await self._websocket(scope, receive, send)
        return await self._app(scope, receive, send)

    async def _http(self, scope: Any, receive: Any, send: Any) -> Any:
        request = self._requests.begin(_headers(scope) or {})
        if request is None:
            return await self._app(scope, receive, send)
        began, status = time.perf_counter(), 500  # the server's answer to an exception
        method, path = scope.get("method"), scope.get("path")  # the application may change them
        counted = False

        def completed() -> None:
            nonlocal counted
            if not counted:
                counted = True
                self._requests.completed(request, method, path, status, began)

        async def sent(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                request.trace()  # within the span that another tool has for this request
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                completed()  # the client has its answer; tasks in the background may follow

        token = traces.REQUEST.set(request)
        try:
            return await self._app(scope, receive, sent)
        finally:
            traces.reset(traces.REQUEST, token)
            completed()

    async def _websocket(self, scope: Any, receive: Any, send: Any) -> Any:
        connection_id: str | None = None

        async def sent(message: Any) -> None:
            nonlocal connection_id
            await send(message)
            if message["type"] == "websocket.accept" and connection_id is None:
                connection_id = self._session.opened()

        try:
            return await self._app(scope, receive, sent)
        finally:
            if connection_id:
                self._session.closed(connection_id)

    def __getattr__(self, name: str) -> Any:
        if name == "_app":  # of a copy that is not complete yet
            raise AttributeError(name)
        return getattr(self._app, name)


@guarded
def _headers(scope: Any) -> dict[str, str]:
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return {name: found.get(name, "") for name in HEADERS}
