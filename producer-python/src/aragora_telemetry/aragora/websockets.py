"""Connections of every server that the websockets library runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .hooks import Hook
from .session import Session


class WebSocketHooks:
    """Hook on ``websockets.asyncio.server.serve``: the handler runs while a connection is open."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._source = session.source("websockets", "WebSocket connections")

    def hooks(self) -> list[Hook]:
        return [
            Hook(
                self._source,
                "websockets.asyncio.server",
                "serve.__init__",
                ("self", "handler"),
                self._wrap,
            )
        ]

    def _wrap(self, init: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(init)
        def initialised(server: Any, handler: Any, *args: Any, **kwargs: Any) -> None:
            init(server, self._count(handler), *args, **kwargs)

        return initialised

    def _count(self, handler: Any) -> Any:
        if not callable(handler):
            return handler

        @functools.wraps(handler)
        async def counted(*args: Any, **kwargs: Any) -> Any:
            if not self._source.on:
                return await handler(*args, **kwargs)
            connection_id = self._session.opened()
            try:
                return await handler(*args, **kwargs)
            finally:
                if connection_id:
                    self._session.closed(connection_id)

        return counted
