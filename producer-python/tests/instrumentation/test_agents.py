from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from recorder import Recorder

from aragora_telemetry.aragora.agents import AgentHooks
from aragora_telemetry.aragora.session import Session


class AutonomicExecutor:
    """Answers as Aragora's executor: it swallows what fails, and reports it to its hooks."""

    default_timeout = 30.0
    loop_id = "d"

    async def generate(
        self, agent: Any, prompt: str, context: Any, phase: str = "", round_num: int = 0
    ) -> Any:
        try:
            return await agent.generate(prompt)
        except asyncio.TimeoutError:
            self._emit_agent_error(agent.name, error_type="timeout", message="timed out")
        except ValueError:
            self._emit_agent_error(agent.name, "internal", "failed")
        return "signal lost"

    async def critique(
        self,
        agent: Any,
        proposal: str,
        task: str,
        context: Any,
        phase: str = "",
        round_num: int = 0,
        target_agent: Any = None,
    ) -> Any:
        return await agent.generate(task)

    async def vote(
        self, agent: Any, proposals: Any, task: str, phase: str = "", round_num: int = 0
    ) -> Any:
        return await agent.generate(task)

    async def with_timeout(
        self, coro: Any, agent_name: str, timeout_seconds: float | None = None
    ) -> Any:
        return await asyncio.wait_for(coro, timeout_seconds or self.default_timeout)

    def _emit_agent_error(
        self,
        agent_name: str,
        error_type: str,
        message: str,
        recoverable: bool = True,
        phase: str = "",
    ) -> None:
        pass


class APIAgent:
    """Records tokens as Aragora's agents do that do not stream."""

    name, model, provider = "alpha", "gpt", "openai"
    fails = streams = False

    async def generate(self, prompt: str) -> str:
        if not self.streams:
            self._record_token_usage(tokens_in=120, tokens_out=40)
        if self.fails:
            raise ValueError("500")
        return "text"

    def _record_token_usage(self, tokens_in: int, tokens_out: int) -> None:
        self.last_tokens_in, self.last_tokens_out = tokens_in, tokens_out


class AirlockProxy:
    """Answers as Aragora's airlock: one retry, then a placeholder."""

    name = "alpha"

    def __init__(self, agent: Any, timeout: float = 30.0) -> None:
        self.agent = agent
        self.timeout = timeout

    async def generate(self, prompt: str) -> Any:
        return await self._safe_call(
            "generate", lambda: self.agent.generate(prompt), self.timeout, "placeholder"
        )

    async def _safe_call(
        self, operation: str, coro_factory: Any, timeout: float, fallback: Any
    ) -> Any:
        for _ in range(2):
            try:
                return await asyncio.wait_for(coro_factory(), timeout)
            except (asyncio.TimeoutError, RuntimeError, ValueError):
                continue
        return fallback


def agent(generate: Callable[[str], Awaitable[Any]], **more: Any) -> Any:
    return SimpleNamespace(
        **{"name": "alpha", "model": "gpt", "provider": "openai", **more}, generate=generate
    )


@pytest.fixture
def executor(session: Session, monkeypatch: pytest.MonkeyPatch) -> AutonomicExecutor:
    for hook in AgentHooks(session).hooks():
        owner = {each.__name__: each for each in (AutonomicExecutor, AirlockProxy, APIAgent)}[
            hook.path.split(".")[0]
        ]
        assert not hook._unfit(getattr(owner, hook.path.split(".")[1]))
        monkeypatch.setattr(
            owner, hook.path.split(".")[1], hook.wrap(getattr(owner, hook.path.split(".")[1]))
        )
    return AutonomicExecutor()


async def answers(prompt: str) -> str:
    return "text"


async def fails(prompt: str) -> str:
    raise ValueError("500")


async def breaks(prompt: str) -> str:
    raise RuntimeError("503")


async def hangs(prompt: str) -> str:
    await asyncio.Event().wait()
    return "never"


async def late(prompt: str) -> str:
    raise asyncio.TimeoutError


def calls(recorder: Recorder) -> list[tuple[str, str, Any]]:
    return [
        (call["operation"], call["status"], call["error_type"])
        for call in recorder.of("agent_call_completed")
    ]


def test_call_that_answers_is_a_success(executor: AutonomicExecutor, recorder: Recorder) -> None:
    assert asyncio.run(executor.generate(agent(answers), "p", [], round_num=2)) == "text"
    [call] = recorder.of("agent_call_completed")
    assert (call["agent"], call["status"], call["operation"]) == ("alpha", "success", "generate")
    assert (call["model"], call["provider"], call["debate_id"], call["round"]) == (
        "gpt",
        "openai",
        "d",
        2,
    )


def test_round_is_read_from_any_place(executor: AutonomicExecutor, recorder: Recorder) -> None:
    asyncio.run(executor.critique(agent(answers), "p", "t", [], "phase", 3))
    asyncio.run(executor.vote(agent(answers), {}, "t", "phase", 4))
    asyncio.run(executor.vote(agent(answers), {}, "t"))
    assert [call["round"] for call in recorder.of("agent_call_completed")] == [3, 4, None]


@pytest.mark.parametrize(
    "generate, status, error_type", [(fails, "error", "internal"), (late, "timeout", "timeout")]
)
def test_failure_that_the_executor_swallows_is_seen(
    executor: AutonomicExecutor, recorder: Recorder, generate: Any, status: str, error_type: str
) -> None:
    assert asyncio.run(executor.generate(agent(generate), "p", [])) == "signal lost"
    assert calls(recorder) == [("generate", status, error_type)]


@pytest.mark.parametrize(
    "generate, status, error_type",
    [
        (fails, "error", "ValueError"),
        (breaks, "error", "RuntimeError"),
        (hangs, "timeout", "timeout"),
        (answers, "success", None),
    ],
)
def test_failure_behind_the_airlock_is_seen(
    executor: AutonomicExecutor,
    recorder: Recorder,
    generate: Any,
    status: str,
    error_type: str | None,
) -> None:
    airlock = AirlockProxy(agent(generate), timeout=0.01)
    expected = "text" if status == "success" else "placeholder"
    assert asyncio.run(executor.generate(airlock, "p", [])) == expected
    assert calls(recorder) == [("generate", status, error_type)]


def test_retry_that_answers_is_a_success(executor: AutonomicExecutor, recorder: Recorder) -> None:
    tries = []

    async def second(prompt: str) -> str:
        tries.append(prompt)
        if len(tries) == 1:
            raise RuntimeError("503")
        return "text"

    assert asyncio.run(executor.generate(AirlockProxy(agent(second)), "p", [])) == "text"
    assert calls(recorder) == [("generate", "success", None)]


def test_call_that_raises_is_an_error(executor: AutonomicExecutor, recorder: Recorder) -> None:
    with pytest.raises(ValueError):
        asyncio.run(executor.vote(agent(fails), {}, "t"))
    assert calls(recorder) == [("vote", "error", "ValueError")]


def test_limit_of_the_executor_is_a_timeout(
    executor: AutonomicExecutor, recorder: Recorder
) -> None:
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(executor.with_timeout(executor.vote(agent(hangs), {}, "t"), "alpha", 0.05))
    assert calls(recorder) == [("vote", "timeout", "timeout")]


def test_call_that_nobody_waits_for_any_more_is_not_a_call(
    executor: AutonomicExecutor, recorder: Recorder
) -> None:
    async def main() -> None:
        task = asyncio.create_task(
            executor.with_timeout(executor.vote(agent(hangs), {}, "t"), "alpha")
        )
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert calls(recorder) == []


def test_calls_beside_each_other_keep_their_own_failures(
    executor: AutonomicExecutor, recorder: Recorder
) -> None:
    async def main() -> None:
        await asyncio.gather(
            *(
                executor.generate(
                    AirlockProxy(agent(fails if n % 2 else answers)) if n % 3 else agent(answers),
                    str(n),
                    [],
                    round_num=n + 1,
                )
                for n in range(12)
            )
        )

    asyncio.run(main())
    found = {call["round"]: call["status"] for call in recorder.of("agent_call_completed")}
    assert found == {n + 1: "error" if n % 3 and n % 2 else "success" for n in range(12)}


def test_tokens_are_those_that_the_call_used(
    executor: AutonomicExecutor, recorder: Recorder
) -> None:
    api = APIAgent()
    asyncio.run(executor.generate(api, "p", []))
    api.streams = True  # what the agent recorded before is not what this call used
    asyncio.run(executor.generate(api, "p", []))
    api.streams, api.fails = False, True
    asyncio.run(executor.generate(api, "p", []))
    calls = recorder.of("agent_call_completed")
    assert [(call["status"], call["input_tokens"], call["output_tokens"]) for call in calls] == [
        ("success", 120, 40),
        ("success", None, None),
        ("error", 120, 40),
    ]


def test_agent_without_a_name_is_unknown(executor: AutonomicExecutor, recorder: Recorder) -> None:
    asyncio.run(executor.vote(agent(answers, name=None, model=5, provider=""), {}, "t"))
    [call] = recorder.of("agent_call_completed")
    assert (call["agent"], call["model"], call["provider"]) == ("unknown", None, None)


def test_source_that_is_off_is_silent(
    executor: AutonomicExecutor, session: Session, recorder: Recorder
) -> None:
    session.sources["agents"].fails("a test")
    asyncio.run(executor.generate(AirlockProxy(agent(fails)), "p", []))
    assert recorder.events == []
