"""Instrumentation of an unmodified Aragora.

``install()`` wraps functions of Aragora right after their modules are imported. It imports none of
them. A function that is not what a wrapper was written for switches off one source of events.
"""

from __future__ import annotations

import os
import threading

from ..link import require_client
from ..producer import TelemetryProducer
from ..settings import Settings
from .debates import Debates
from .guard import warn
from .imports import PostImport
from .session import Session
from .sources import all_hooks

__all__ = ["Session", "install"]

_installed: Session | None = None
_installing = threading.RLock()
_finder = PostImport()


def install(settings: Settings | None = None, producer: TelemetryProducer | None = None) -> Session:
    """Instruments this process, once. Returns the session, which holds the producer.

    Raises ``SettingsError`` if a setting cannot be used.
    """
    with _installing:
        return _installed or _install(settings, producer)


def _forked() -> None:
    global _installing
    _installing = threading.RLock()


os.register_at_fork(after_in_child=_forked)


def _install(settings: Settings | None, producer: TelemetryProducer | None) -> Session:
    global _installed
    require_client()
    settings = settings or Settings.from_environment()
    session = Session(producer or TelemetryProducer(settings=settings, lazy=True), settings)
    debates = Debates(session)
    session.hooks = all_hooks(session, debates)
    for name in sorted(settings.sources_off - set(session.sources)):
        warn(f"there is no source {name!r} to switch off")
    for warning in session.sampler.warnings:
        warn(warning)
    _finder.install()  # first: another thread may import what is hooked
    for hook in session.hooks:
        for module in hook.modules:
            _finder.when_imported(module, hook.apply)
    _installed = session
    return session
