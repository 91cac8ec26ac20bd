from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from recorder import Recorder

from aragora_telemetry.aragora import traces
from aragora_telemetry.aragora.debates import Debates
from aragora_telemetry.aragora.runs import DEBATE, RunHooks
from aragora_telemetry.aragora.session import Session


class Arena:
    """Runs as Aragora's Arena: a limit of its own, which it swallows, around ``_run_inner``."""

    def __init__(
        self, inner: Callable[[], Awaitable[Any]], loop_id: str = "d", limit: float = 0
    ) -> None:
        self.inner = inner
        self.loop_id = loop_id
        self.agents = [SimpleNamespace(name="alpha"), SimpleNamespace(name="beta")]
        self.env = SimpleNamespace(task="What?")
        self.protocol = SimpleNamespace(timeout_seconds=limit, rounds=3)

    async def run(self, correlation_id: str = "") -> Any:
        try:
            return await asyncio.wait_for(self._run_inner(), self.protocol.timeout_seconds or None)
        except asyncio.TimeoutError:
            return RESULT

    async def _run_inner(self, correlation_id: str = "") -> Any:
        return await self.inner()


class PhaseExecutor:
    async def execute(self, context: Any, debate_id: str = "", phase_order: Any = None) -> Any:
        return SimpleNamespace(error=context.error)


RESULT = SimpleNamespace(consensus_reached=True, confidence=0.75, rounds_used=2)


@pytest.fixture
def arena(session: Session, debates: Debates, monkeypatch: pytest.MonkeyPatch) -> type[Arena]:
    for hook in RunHooks(session, debates).hooks():
        owner = {"Arena": Arena, "PhaseExecutor": PhaseExecutor}[hook.path.split(".")[0]]
        name = hook.path.split(".")[1]
        monkeypatch.setattr(owner, name, hook.wrap(getattr(owner, name)))
    return Arena


def outcomes(recorder: Recorder) -> list[str]:
    return [event["outcome"] for event in recorder.of("debate_completed")]


async def ends() -> Any:
    return RESULT


async def hangs() -> Any:
    await asyncio.Event().wait()


def phases(error: str | None, domain: str = "law") -> Callable[[], Awaitable[Any]]:
    async def inner() -> Any:
        await PhaseExecutor().execute(SimpleNamespace(domain=domain, error=error), debate_id="uuid")
        return SimpleNamespace(consensus_reached=False, confidence=float("nan"), rounds_used=0)

    return inner


def test_run_without_a_stream_is_a_debate(arena: type[Arena], recorder: Recorder) -> None:
    assert asyncio.run(arena(ends).run()) is RESULT
    [started], [completed] = recorder.of("debate_started"), recorder.of("debate_completed")
    assert (started["agents"], started["task"], started["planned_rounds"]) == (
        ["alpha", "beta"],
        "What?",
        3,
    )
    assert (completed["outcome"], completed["rounds"], completed["confidence"]) == (
        "consensus",
        2,
        0.75,
    )


def test_run_that_fails_raises_as_before(arena: type[Arena], recorder: Recorder) -> None:
    async def fails() -> Any:
        raise ValueError("with a secret")

    with pytest.raises(ValueError):
        asyncio.run(arena(fails).run())
    assert outcomes(recorder) == ["error"]
    assert recorder.of("debate_completed")[0]["error"] == "ValueError"


def test_limit_of_the_arena_is_a_timeout(arena: type[Arena], recorder: Recorder) -> None:
    assert asyncio.run(arena(hangs, limit=0.2).run()) is RESULT
    assert outcomes(recorder) == ["timeout"]
    assert recorder.of("debate_started")[0]["timeout_seconds"] == 0.2


def test_limit_of_the_arena_is_a_timeout_in_a_loop_that_is_busy(
    arena: type[Arena], recorder: Recorder
) -> None:
    async def main() -> None:
        run = asyncio.create_task(arena(hangs, limit=0.2).run())
        await asyncio.sleep(0)
        began = time.monotonic()  # the limit runs, and the run itself has not begun
        while time.monotonic() - began < 0.15:
            pass
        await run

    asyncio.run(main())
    assert outcomes(recorder) == ["timeout"]


def test_run_that_is_cancelled_before_its_limit_is_cancelled(
    arena: type[Arena], recorder: Recorder, debates: Debates
) -> None:
    async def main() -> None:
        task = asyncio.create_task(arena(hangs, limit=600).run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    debates.settle()
    assert outcomes(recorder) == ["cancelled"]


@pytest.mark.parametrize(
    "error, outcome",
    [
        ("Execution timed out after 600s", "timeout"),
        ("Execution failed: ValueError", "error"),
        (None, "no_consensus"),
    ],
)
def test_error_that_the_phases_swallow_decides(
    arena: type[Arena], recorder: Recorder, error: str | None, outcome: str
) -> None:
    asyncio.run(arena(phases(error)).run())
    assert outcomes(recorder) == [outcome]
    assert recorder.of("debate_completed")[0]["domain"] == "law"
    assert recorder.of("debate_completed")[0].get("confidence") is None


def test_runs_beside_each_other_keep_their_own_ends(arena: type[Arena], recorder: Recorder) -> None:
    async def main() -> None:
        await asyncio.gather(
            *(
                arena(
                    phases("Execution timed out" if n % 2 else None, str(n)), loop_id=f"d{n}"
                ).run()
                for n in range(6)
            )
        )

    asyncio.run(main())
    found = {
        end["debate_id"]: (end["outcome"], end["domain"]) for end in recorder.of("debate_completed")
    }
    assert found == {f"d{n}": ("timeout" if n % 2 else "no_consensus", str(n)) for n in range(6)}


@pytest.mark.parametrize("loop_id", ["", None, "nomic-20260301-120000"])
def test_run_without_an_id_of_its_own_gets_one(
    arena: type[Arena], recorder: Recorder, loop_id: Any
) -> None:
    for _ in range(2):
        asyncio.run(arena(ends, loop_id=loop_id).run())
    ids = [event["debate_id"] for event in recorder.of("debate_completed")]
    assert len(set(ids)) == 2 and all(debate_id.startswith("arena-") for debate_id in ids)


def test_context_of_the_run_ends_with_it(arena: type[Arena], recorder: Recorder) -> None:
    seen = []

    async def inner() -> Any:
        seen.append((DEBATE.get(), traces.here()))
        return RESULT

    async def main() -> None:
        await arena(inner)._run_inner()
        seen.append((DEBATE.get(), traces.here()))

    asyncio.run(main())
    assert seen[0][0] == "d"
    assert seen[0][1].trace().traceparent == recorder.of("debate_started")[0]["trace"].traceparent
    assert seen[1] == ("", None)


def test_arena_of_another_shape_runs(arena: type[Arena], recorder: Recorder) -> None:
    bare = arena(ends)
    del bare.agents, bare.env, bare.protocol, bare.loop_id
    assert asyncio.run(bare._run_inner()) is RESULT
    assert outcomes(recorder) == ["consensus"]
