"""Wrapping of other packages' functions, if they are what the wrapper was written for."""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from .guard import warn

MARK = "__aragora_telemetry__"
_applying = threading.RLock()


def _forked() -> None:
    global _applying
    _applying = threading.RLock()  # a thread that the child lacks may hold it


os.register_at_fork(after_in_child=_forked)

#: Nothing was imported yet that this source needs.
UNUSED = "not imported"
OK = "ok"
MISSING = "is missing"


@dataclass
class Source:
    """One kind of events. It is on until a hook does not fit; then only this source is off."""

    name: str
    gives: str
    enabled: bool = True
    problems: list[str] = field(default_factory=list)

    @property
    def on(self) -> bool:
        return self.enabled and not self.problems

    def fails(self, problem: str) -> None:
        """Switches the source off and logs the reason, once for the source."""
        with _applying:
            first = not self.problems
            if problem not in self.problems:
                self.problems.append(problem)
        if first:
            warn(f"{self.gives} are not reported: {problem}")


@dataclass
class Hook:
    """A function of another package, and the wrapper around it."""

    source: Source
    module: str
    path: str  # "Class.method" or "function"
    parameters: tuple[str, ...]
    wrap: Callable[[Callable[..., Any]], Callable[..., Any]]
    is_async: bool = False
    elsewhere: tuple[str, ...] = ()  # other versions have the function in these modules
    status: str = UNUSED
    _fitted: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        return (self.module, *self.elsewhere)

    def apply(self, module: ModuleType) -> None:
        """Wraps the function, or switches the source off. Never raises.

        A module that is loaded again has another function, which is wrapped too.
        """
        if self.source.enabled:
            with _applying:
                self._apply(module)

    def _apply(self, module: ModuleType) -> None:
        problem = self.examine(module)
        if problem and self.status == OK and module.__name__ != self._fitted:
            return  # it came from another module already
        if problem == MISSING and self.elsewhere and module.__name__ not in self.elsewhere:
            return  # it may still come from another module
        if not problem:
            try:
                owner, name, function = self._find(module)
                if not _marked(function):
                    wrapper = self.wrap(function)
                    setattr(wrapper, MARK, True)
                    setattr(owner, name, wrapper)
            except Exception as error:
                problem = f"could not be wrapped ({type(error).__name__})"
        self.status = problem or OK
        self._fitted = module.__name__
        if problem:
            self.source.fails(f"{self.module}.{self.path} {problem}")

    def examine(self, module: ModuleType) -> str:
        """Returns why the function of the module does not fit the wrapper, or nothing."""
        try:
            return self._unfit(self._find(module)[2])
        except Exception as error:
            return f"could not be examined ({type(error).__name__})"

    def _find(self, module: ModuleType) -> tuple[Any, str, Any]:
        *classes, name = self.path.split(".")
        owner: Any = module
        for part in classes:
            owner = getattr(owner, part, None)
        return owner, name, None if owner is None else getattr(owner, name, None)

    def _unfit(self, function: Any) -> str:
        if function is None:
            return MISSING
        if not callable(function):
            return "is not a function"
        if inspect.iscoroutinefunction(inspect.unwrap(function)) != self.is_async:
            return f"is {'not ' if self.is_async else ''}async"
        found = list(inspect.signature(function).parameters.values())
        names = tuple(p.name for p in found[: len(self.parameters)])
        extra = [p.name for p in found[len(self.parameters) :] if _required(p)]
        if names != self.parameters or extra:
            return f"has other parameters ({', '.join(p.name for p in found)})"
        return ""


def _required(parameter: inspect.Parameter) -> bool:
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and parameter.kind not in kinds


def _marked(function: Any) -> bool:
    """Returns true if the function, or one that it wraps, is a wrapper of ours."""
    for _ in range(50):
        if function is None:
            return False
        if getattr(function, MARK, False):
            return True
        function = getattr(function, "__wrapped__", None)
    return False
