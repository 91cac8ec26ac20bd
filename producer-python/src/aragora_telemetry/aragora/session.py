"""State that the hooks of one process share: the producer, the settings, the sources."""

from __future__ import annotations

import os
import sys
import threading
import uuid
from collections.abc import Mapping

from ..plain import text_of
from ..producer import TelemetryProducer
from ..sampling import Sampler
from ..settings import Settings
from ..trace import NO_TRACE
from . import redact, traces
from .guard import guarded
from .hooks import Hook, Source

MAX_TEXT = 65_536


class Session:
    """Holds the producer, whose run begins with the first event of the process."""

    def __init__(
        self,
        producer: TelemetryProducer,
        settings: Settings,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.producer = producer
        self.settings = settings
        environment = os.environ if environment is None else environment
        self.sampler = Sampler.from_environment(environment)
        redact.learn(environment)
        self.sources: dict[str, Source] = {}
        self.hooks: list[Hook] = []
        self.active = False  # it has served a request or a connection
        self._connections = 0
        # Reentrant: a finaliser may end a connection while its thread counts another.
        self._lock = threading.RLock()
        os.register_at_fork(after_in_child=self._forked)

    def source(self, name: str, gives: str) -> Source:
        """Declares a source of events; a setting may have switched it off."""
        source = Source(name, gives, enabled=name not in self.settings.sources_off)
        return self.sources.setdefault(name, source)

    def serves(self) -> bool:
        """Returns true if this process runs Aragora or serves, and is not only a launcher."""
        return self.active or "aragora" in sys.modules

    def content(self, text: object) -> str | None:
        """Returns a text of people or models as an event may carry it."""
        if text is None:
            return None
        redacted = redact.text(text_of(text)[:MAX_TEXT])  # its secrets are known from here on
        return redacted if self.settings.content else None

    @guarded
    def opened(self) -> str:
        """Counts a WebSocket connection. Returns its id."""
        connection_id = uuid.uuid4().hex
        self._connection(1, connection_id)
        return connection_id

    @guarded
    def closed(self, connection_id: str) -> None:
        """Ends a connection that ``opened`` counted in this process."""
        self._connection(-1, connection_id)

    def _connection(self, change: int, connection_id: str) -> None:
        self.active = True
        emit = self.producer.websocket_opened if change > 0 else self.producer.websocket_closed
        span = traces.here()
        with self._lock:  # the events are in the order of their counts
            self._connections = max(0, self._connections + change)
            emit(connection_id, self._connections, trace=span.trace() if span else NO_TRACE)

    def _forked(self) -> None:
        self._lock = threading.RLock()
        self._connections = 0
        self.active = False
