"""Hooks on Aragora's own server, which is a ``ThreadingHTTPServer``."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from . import traces
from .guard import guarded
from .hooks import Hook
from .requests import HEADERS, Requests
from .session import Session


class HttpHooks:
    """Hooks on ``RequestLifecycleManager.handle_request`` and ``init_correlation``."""

    def __init__(self, session: Session, requests: Requests) -> None:
        self._requests = requests
        self._source = session.source("http", "requests to Aragora's own server")
        self._correlation = session.source("correlation", "Aragora's correlation ids")

    def hooks(self) -> list[Hook]:
        return [
            Hook(
                self._source,
                "aragora.server.request_lifecycle",
                "RequestLifecycleManager.handle_request",
                ("self", "method", "internal_handler"),
                self._wrap,
            ),
            Hook(
                self._correlation,
                "aragora.server.middleware.correlation",
                "init_correlation",
                ("headers",),
                self._wrap_correlation,
                elsewhere=("aragora.observability.middleware.correlation",),
            ),
        ]

    def _wrap(self, handle_request: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(handle_request)
        def handled(
            manager: Any, method: Any, internal_handler: Any, *args: Any, **kwargs: Any
        ) -> Any:
            request = self._requests.begin(_headers(manager) or {}) if self._source.on else None
            if request is None:
                return handle_request(manager, method, internal_handler, *args, **kwargs)
            token = traces.REQUEST.set(request)
            began = time.perf_counter()
            answered = False
            try:
                result = handle_request(
                    manager, method, _carry(internal_handler, request), *args, **kwargs
                )
                answered = True
                return result
            finally:
                traces.reset(traces.REQUEST, token)
                self._completed(request, manager, method, began, answered)

        return handled

    @guarded
    def _completed(
        self, request: traces.Request, manager: Any, method: Any, began: float, answered: bool
    ) -> None:
        handler = manager.handler
        # It begins as 200: what no handler of Aragora's catches ends the connection unanswered.
        status = getattr(handler, "_response_status", 200) if answered else 500
        self._requests.completed(request, str(method), str(handler.path), status, began)

    def _wrap_correlation(self, init_correlation: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(init_correlation)
        def initialised(*args: Any, **kwargs: Any) -> Any:
            correlation = init_correlation(*args, **kwargs)
            if self._correlation.on:
                _correlated(correlation)
            return correlation

        return initialised


@guarded
def _correlated(correlation: Any) -> None:
    if (request := traces.REQUEST.get()) is not None:
        request.correlated(correlation)


@guarded
def _headers(manager: Any) -> dict[str, str]:
    headers = manager.handler.headers
    return {name: str(headers.get(name) or "") for name in HEADERS}


def _carry(handler: Callable[..., Any], request: traces.Request) -> Callable[..., Any]:
    """Takes the request along: a pool thread runs the handler, and has no context of its own."""

    @functools.wraps(handler)
    def carried(*args: Any, **kwargs: Any) -> Any:
        token = traces.REQUEST.set(request)
        try:
            return handler(*args, **kwargs)
        finally:
            traces.reset(traces.REQUEST, token)

    return carried
