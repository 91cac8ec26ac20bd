"""Hooks on aiohttp's server: requests and WebSocket connections."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from typing import Any

from . import traces
from .guard import guarded
from .hooks import Hook
from .requests import HEADERS, Requests
from .session import Session

_CONNECTION = "aragora_telemetry_connection"


class AiohttpHooks:
    """Hooks on ``Application._handle`` and ``WebSocketResponse.prepare``."""

    def __init__(self, session: Session, requests: Requests) -> None:
        self._session = session
        self._requests = requests
        self._source = session.source("aiohttp", "requests to servers on aiohttp")

    def hooks(self) -> list[Hook]:
        return [
            Hook(
                self._source,
                "aiohttp.web_app",
                "Application._handle",
                ("self", "request"),
                self._wrap,
                True,
            ),
            Hook(
                self._source,
                "aiohttp.web_ws",
                "WebSocketResponse.prepare",
                ("self", "request"),
                self._wrap_prepare,
                True,
            ),
        ]

    def _wrap(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(handle)
        async def handled(application: Any, http_request: Any, *args: Any, **kwargs: Any) -> Any:
            request = (
                self._requests.begin(_headers(http_request) or {}) if self._source.on else None
            )
            if request is None:
                return await handle(application, http_request, *args, **kwargs)
            began, status = time.perf_counter(), 500
            token = traces.REQUEST.set(request)
            try:
                response = await handle(application, http_request, *args, **kwargs)
                status = getattr(response, "status", 500)
                return response
            except Exception as error:
                status = _answer(error)
                raise
            finally:
                traces.reset(traces.REQUEST, token)
                self._completed(request, http_request, status, began)

        return handled

    def _wrap_prepare(self, prepare: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(prepare)
        async def prepared(response: Any, http_request: Any, *args: Any, **kwargs: Any) -> Any:
            result = await prepare(response, http_request, *args, **kwargs)
            if self._source.on:
                self._opened(http_request)
            return result

        return prepared

    @guarded
    def _opened(self, http_request: Any) -> None:
        if _CONNECTION not in http_request:
            http_request[_CONNECTION] = self._session.opened()

    @guarded
    def _completed(
        self, request: traces.Request, http_request: Any, status: Any, began: float
    ) -> None:
        if connection_id := http_request.get(_CONNECTION):
            self._session.closed(connection_id)
        else:
            self._requests.completed(request, http_request.method, http_request.path, status, began)


def _answer(error: Exception) -> Any:
    """Returns the status of the answer. Of all exceptions only aiohttp's own are answers."""
    answers = getattr(sys.modules.get("aiohttp.web_exceptions"), "HTTPException", ())
    return getattr(error, "status", 500) if isinstance(error, answers) else 500


@guarded
def _headers(http_request: Any) -> dict[str, str]:
    return {name: http_request.headers.get(name, "") for name in HEADERS}
