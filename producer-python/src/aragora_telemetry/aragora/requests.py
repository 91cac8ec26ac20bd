"""HTTP requests, as every server of Aragora answers them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping

from ..events import MAX_NAME
from . import redact, traces
from .guard import guarded
from .session import Session

#: Headers that trace a request.
HEADERS = ("traceparent", "x-request-id")


class Requests:
    """Emits the event of a request that was answered."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @guarded
    def begin(self, headers: Mapping[str, str]) -> traces.Request:
        """Returns the request that is served now. ``headers`` are those that trace it."""
        request = traces.Request(self._session.sampler, headers)
        request.request_id = headers.get("x-request-id", "")[: traces.MAX_REQUEST_ID] or None
        return request

    @guarded
    def completed(
        self, request: traces.Request, method: str, path: str, status: int, began: float
    ) -> None:
        """Emits the event, unless a setting excludes the path."""
        seconds = time.perf_counter() - began
        endpoint = path.split("?", 1)[0].split("#", 1)[0][:4096] or "/"
        exclude = self._session.settings.request_exclude
        if exclude is not None and exclude.search(endpoint):
            return
        self._session.active = True
        span = request.span
        self._session.producer.request_completed(
            request.request_id or uuid.uuid4().hex,
            method[:MAX_NAME],
            redact.path(endpoint),
            int(status),
            seconds,
            trace=span.trace(request.parent),
        )
