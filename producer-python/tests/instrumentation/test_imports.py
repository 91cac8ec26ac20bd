from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aragora_telemetry.aragora.imports import PostImport


@pytest.fixture
def finder() -> Iterator[PostImport]:
    finder = PostImport()
    finder.install()
    yield finder
    finder.uninstall()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "hookable").mkdir()
    (tmp_path / "hookable" / "__init__.py").write_text("")
    (tmp_path / "hookable" / "good.py").write_text("value = 1\n")
    (tmp_path / "hookable" / "bad.py").write_text("raise RuntimeError('of the module')\n")
    (tmp_path / "hookable" / "moved.py").write_text(
        "import sys\nfrom hookable import good\nsys.modules[__name__] = good\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] == "hookable"]:
        del sys.modules[name]


def test_callback_runs_after_the_first_import(finder: PostImport, package: Path) -> None:
    seen: list[Any] = []
    finder.when_imported("hookable.good", lambda module: seen.append(module.value))
    assert seen == []
    importlib.import_module("hookable.good")
    importlib.import_module("hookable.good")
    assert seen == [1]


def test_callback_runs_at_once_for_an_imported_module(finder: PostImport, package: Path) -> None:
    importlib.import_module("hookable.good")
    seen: list[str] = []
    finder.when_imported("hookable.good", lambda module: seen.append(module.__name__))
    assert seen == ["hookable.good"]


def test_module_keeps_its_real_loader(finder: PostImport, package: Path) -> None:
    finder.when_imported("hookable.good", lambda module: None)
    module = importlib.import_module("hookable.good")
    assert type(module.__loader__) is importlib.machinery.SourceFileLoader
    assert module.__spec__ is not None and module.__spec__.loader is module.__loader__


def test_error_of_the_module_reaches_the_importer(finder: PostImport, package: Path) -> None:
    finder.when_imported("hookable.bad", lambda module: pytest.fail("the module is not there"))
    with pytest.raises(RuntimeError, match="of the module"):
        importlib.import_module("hookable.bad")
    assert "hookable.bad" not in sys.modules


def test_missing_module_is_still_missing(finder: PostImport, package: Path) -> None:
    finder.when_imported("hookable.none", lambda module: pytest.fail("there is no such module"))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("hookable.none")


def test_module_that_replaces_itself_is_handed_out_as_what_it_became(
    finder: PostImport, package: Path
) -> None:
    seen: list[str] = []
    finder.when_imported("hookable.moved", lambda module: seen.append(module.__name__))
    importlib.import_module("hookable.moved")
    assert seen == ["hookable.good"]


def test_finder_of_another_tool_that_searches_again_does_not_loop(
    finder: PostImport, package: Path
) -> None:
    class Other:
        """Searches for the spec through the whole machinery, as wrapt does."""

        searching = False

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if self.searching or not name.startswith("hookable"):
                return None
            self.searching = True
            try:
                return importlib.util.find_spec(name)
            finally:
                self.searching = False

    seen: list[str] = []
    finder.when_imported("hookable.good", lambda module: seen.append(module.__name__))
    for position in (0, 1):
        other = Other()
        sys.meta_path.insert(position, other)
        try:
            sys.modules.pop("hookable.good", None)
            importlib.import_module("hookable.good")
        finally:
            sys.meta_path.remove(other)
    assert seen == ["hookable.good"] * 2
