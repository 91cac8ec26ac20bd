from __future__ import annotations

import functools
import logging
from types import ModuleType
from typing import Any

import pytest

from aragora_telemetry.aragora.hooks import MISSING, OK, UNUSED, Hook, Source


class Host:
    def call(self, one: int, two: int = 2) -> int:
        return one + two

    async def wait(self, one: int) -> int:
        return one


def module_with(host: Any) -> ModuleType:
    module = ModuleType("host")
    module.Host = host  # type: ignore[attr-defined]
    return module


def hook(
    path: str = "Host.call", parameters: tuple[str, ...] = ("self", "one"), is_async: bool = False
) -> Hook:
    def wrap(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return ("wrapped", function(*args, **kwargs))

        return wrapper

    return Hook(Source("source", "some events"), "host", path, parameters, wrap, is_async)


def fresh() -> type[Host]:
    return type("Host", (), dict(vars(Host)))


def test_function_that_fits_is_wrapped() -> None:
    host, fits = fresh(), hook()
    assert fits.status == UNUSED
    fits.apply(module_with(host))
    assert fits.status == OK and fits.source.on
    assert host().call(1) == ("wrapped", 3)


def test_further_optional_parameters_fit() -> None:
    fits = hook(parameters=("self",))
    fits.apply(module_with(type("Host", (), {"call": lambda self, new=None, *args, **kwargs: 1})))
    assert fits.status == OK


@pytest.mark.parametrize(
    "unfit, problem",
    [
        (hook("Host.gone"), MISSING),
        (hook("Gone.call"), MISSING),
        (hook("gone"), MISSING),
        (hook(parameters=("self", "other")), "has other parameters (self, one, two)"),
        (hook(parameters=("self",)), "has other parameters (self, one, two)"),
        (hook(is_async=True), "is not async"),
        (hook("Host.wait", ("self", "one")), "is async"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.path,
)
def test_function_that_does_not_fit_switches_the_source_off(
    unfit: Hook, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    host = fresh()
    with caplog.at_level(logging.WARNING):
        unfit.apply(module_with(host))
        unfit.apply(module_with(host))
    assert unfit.status == problem
    assert not unfit.source.on
    assert host().call(1) == 3
    assert [record.getMessage() for record in caplog.records] == [
        f"aragora-telemetry: some events are not reported: host.{unfit.path} {problem}"
    ]


def test_value_that_is_not_a_function_does_not_fit() -> None:
    unfit = hook()
    unfit.apply(module_with(type("Host", (), {"call": 5})))
    assert unfit.status == "is not a function"


def test_wrapped_function_is_not_wrapped_twice() -> None:
    host = fresh()
    hook().apply(module_with(host))
    second = hook()
    second.apply(module_with(host))
    assert second.status == OK
    assert host().call(1) == ("wrapped", 3)


def test_wrapper_of_another_tool_around_ours_is_seen_through() -> None:
    host = fresh()
    hook().apply(module_with(host))
    ours = host.call

    @functools.wraps(ours)
    def other(*args: Any, **kwargs: Any) -> Any:
        return ours(*args, **kwargs)

    host.call = other  # type: ignore[method-assign, assignment]
    hook().apply(module_with(host))
    assert host().call(1) == ("wrapped", 3)


def test_source_that_is_switched_off_is_not_wrapped() -> None:
    host, off = fresh(), hook()
    off.source.enabled = False
    off.apply(module_with(host))
    assert off.status == UNUSED
    assert host().call(1) == 3
