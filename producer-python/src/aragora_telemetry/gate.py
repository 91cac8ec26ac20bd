"""Mutual exclusion that a signal handler or a finaliser cannot deadlock."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Gate:
    """Runs short pieces of work one at a time.

    A signal handler or a finaliser of the host may call the producer on a thread that is within
    the gate already. Such work is postponed until the thread leaves it.
    """

    __slots__ = ("_inside", "_late", "_lock")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._inside = False
        self._late: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()

    def run(self, work: Callable[..., T], *values: Any, postponed: T) -> T:
        """Runs the work and returns its result; ``postponed`` if it has to wait."""
        with self._lock:
            if self._inside:
                self._late.append((work, values))
                return postponed
            return self._enter(work, values)

    def run_own(self, work: Callable[..., T], *values: Any) -> T:
        """Runs work of the sender thread, which is never within the gate already.

        It also ends what an interrupt of the host has left half entered.
        """
        with self._lock:
            return self._enter(work, values)

    def is_held_here(self) -> bool:
        """True if this thread is within the gate: it must not wait for the sender thread."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            return self._inside
        finally:
            self._lock.release()

    def _enter(self, work: Callable[..., T], values: tuple[Any, ...]) -> T:
        self._inside = True
        try:
            try:
                return work(*values)
            finally:
                while self._late:
                    late, late_values = self._late.popleft()
                    late(*late_values)
        finally:
            self._inside = False  # postponed work may fail too
