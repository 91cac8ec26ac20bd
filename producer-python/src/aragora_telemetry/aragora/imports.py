"""Callbacks that run right after the first import of a module, before any other code can use it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

Callback = Callable[[ModuleType], None]


class PostImport:
    """Finder for ``sys.meta_path`` that adds a callback to what the other finders find."""

    def __init__(self) -> None:
        self._callbacks: dict[str, list[Callback]] = {}
        self._searching = threading.local()
        self._loading: set[str] = set()

    def install(self) -> None:
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def when_imported(self, name: str, callback: Callback) -> None:
        """Runs the callback after the import of the module, or now if it is there."""
        self._callbacks.setdefault(name, []).append(callback)
        module = sys.modules.get(name)
        if module is not None and _is_loading(module):
            self._loading.add(name)
        elif module is not None:
            callback(module)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if self._loading:
            self._finish()
        if name not in self._callbacks:
            return None
        searching = self._searching.__dict__.setdefault("names", set())
        if name in searching:  # another tool's finder asks for the same module
            return None
        searching.add(name)
        try:
            spec = self._search(name, path, target)
        finally:
            searching.discard(name)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, self._imported)
        return spec

    def _finish(self) -> None:
        """Runs the callbacks of modules whose import had begun before this finder could see it."""
        for name in list(self._loading):
            module = sys.modules.get(name)
            if module is None or not _is_loading(module):
                self._loading.discard(name)
                self._imported(name)

    def _search(self, name: str, path: Any, target: Any) -> Any:
        for finder in list(sys.meta_path):
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def _imported(self, name: str) -> None:
        module = sys.modules.get(name)  # a module may replace itself while it runs
        if module is None:
            return
        for callback in self._callbacks[name]:
            callback(module)


def _is_loading(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


class _Loader:
    """The real loader, and the callback after it. The module keeps the real loader."""

    def __init__(self, loader: Any, imported: Callable[[str], None]) -> None:
        self._loader = loader
        self._imported = imported

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec) if hasattr(self._loader, "create_module") else None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            name = module.__spec__.name
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._imported(name)

    def __getattr__(self, name: str) -> Any:
        if name == "_loader":  # of a copy that is not complete yet
            raise AttributeError(name)
        return getattr(self._loader, name)
