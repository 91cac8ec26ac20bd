"""Two debates of Aragora's Arena with stub agents: one ends, one runs into its limit."""

import asyncio
import os

from aragora.core import Agent, Critique, Environment, Vote
from aragora.debate.orchestrator import Arena
from aragora.debate.protocol import DebateProtocol


class Stub(Agent):
    async def generate(self, prompt, context=None):
        if "hanging" in self.name:
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


async def debate(loop_id, names, **protocol):
    agents = [Stub(name=name, model="stub", role="proposer") for name in names]
    protocol = DebateProtocol(rounds=2, consensus="majority", **protocol)
    await Arena(
        Environment(task="What should we measure?"), agents, protocol, loop_id=loop_id
    ).run()


async def main():
    await debate("run-ends", ["alpha", "beta", "failing"])
    await debate("run-hangs", ["hanging", "hanging2"], timeout_seconds=1)


def export_spans(url):
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "host"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url + "/v1/traces")))
    trace.set_tracer_provider(provider)
    return provider


if url := os.environ.get("HOST_SPANS"):
    provider = export_spans(url)
    asyncio.run(main())
    provider.shutdown()
else:
    asyncio.run(main())
