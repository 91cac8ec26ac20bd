"""Two debates of Aragora's Arena with stub agents: one ends, one runs into its limit."""

import asyncio
import os

from aragora.agents.airlock import AirlockConfig, AirlockProxy
from aragora.core import Agent, Critique, Environment, Vote
from aragora.debate.orchestrator import Arena
from aragora.debate.protocol import DebateProtocol


class Stub(Agent):
    async def generate(self, prompt, context=None):
        if "hanging" in self.name or "late" in self.name:
            await asyncio.Event().wait()
        if "failing" in self.name:
            raise ValueError("boom")
        return f"{self.name} proposes to measure exactly and to replay."

    async def critique(self, proposal, task, context=None, target_agent=None):
        return Critique(
            agent=self.name,
            target_agent=target_agent or "",
            target_content=proposal[:50],
            issues=["none of note"],
            suggestions=["measure"],
            severity=1.0,
            reasoning="it is exact",
        )

    async def vote(self, proposals, task):
        return Vote(
            agent=self.name,
            choice=sorted(proposals)[0],
            reasoning="it is exact",
            confidence=0.9,
            continue_debate=False,
        )


def locked(agent):
    """Returns the agent as the server runs it: behind the airlock, which hides a failure."""
    return AirlockProxy(agent, AirlockConfig(generate_timeout=0.2, max_retries=0))


async def debate(loop_id, names, **protocol):
    agents = [Stub(name=name, model="stub", role="proposer") for name in names]
    agents = [locked(agent) if agent.name == "late" else agent for agent in agents]
    protocol = DebateProtocol(rounds=2, consensus="majority", **protocol)
    await Arena(
        Environment(task="What should we measure?"), agents, protocol, loop_id=loop_id
    ).run()


async def main():
    name = os.environ["ARAGORA_TELEMETRY_INSTANCE_ID"]
    await debate(f"{name}-ends", ["alpha", "beta", "failing", "late"])
    await debate(f"{name}-hangs", ["hanging", "hanging2"], timeout_seconds=1)


if __name__ == "__main__":
    asyncio.run(main())
