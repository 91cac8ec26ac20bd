"""The place of a producer among processes: first or later ones, forks and their ends."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from collections.abc import Callable
from typing import Protocol

MARK = "_ARAGORA_TELEMETRY_FIRST_PROCESS"
"""Variable that the first process of a host leaves to the processes that it starts."""


class _Forked(Protocol):
    def after_fork(self) -> None: ...


_producers: weakref.WeakSet[_Forked] = weakref.WeakSet()
_hooked = False


def mark_process() -> None:
    """Marks this process as the first of its host, unless an ancestor did.

    Called before workers are started, so that they do not take themselves for the first.
    """
    os.environ.setdefault(MARK, str(os.getpid()))


def instance_id_here(base: str) -> str:
    """The id for this process: with its process id in all processes but the first."""
    mark_process()
    return base if os.environ.get(MARK) == str(os.getpid()) else f"{base}-{os.getpid()}"


def watch_forks(producer: _Forked) -> None:
    """Calls ``after_fork`` in every forked child."""
    global _hooked
    _producers.add(producer)
    if not _hooked and hasattr(os, "register_at_fork"):
        _hooked = True
        os.register_at_fork(after_in_child=_after_fork)


def _after_fork() -> None:
    for producer in list(_producers):
        try:
            producer.after_fork()
        except Exception:
            pass  # the child is the host's


def at_end(close: Callable[[], None]) -> Callable[[], None]:
    """Calls ``close`` when this process ends; returns what takes that back.

    A child of multiprocessing ends without atexit and runs its own finalizers. They are cleared
    when it begins, so this is called by the child itself, with its first event.
    """
    atexit.register(close)
    undo: list[Callable[[], object]] = [lambda: atexit.unregister(close)]
    util = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if util is not None and process is not None and process.parent_process() is not None:
        finalizer = util.Finalize(None, close, exitpriority=-100)
        undo.append(finalizer.cancel)

    def forget() -> None:
        for step in undo:
            step()

    return forget
