"""Emits a stream of StreamEvents, which are JSON lines on stdin, through Aragora's real emitter.

A line with "run" is a run of the Arena that the stream does not show: its own limit ends it.
"""

import asyncio
import json
import sys
from types import SimpleNamespace

from aragora.core import Environment
from aragora.debate import orchestrator
from aragora.events.types import StreamEvent, StreamEventType
from aragora.server.stream.emitter import SyncEventEmitter


async def hangs(*args):
    await asyncio.Event().wait()


async def nothing(*args):
    pass


async def run(loop_id):
    arena = object.__new__(orchestrator.Arena)
    arena.loop_id, arena.agents, arena.env = loop_id, [], Environment(task="What?")
    arena.protocol = SimpleNamespace(timeout_seconds=0.05, consensus="majority", rounds=1)
    arena._cleanup_debate_persistence = nothing
    await arena.run()


async def main():
    orchestrator._runner_initialize_debate_context = hangs
    emitter = SyncEventEmitter()
    for line in sys.stdin:
        event = json.loads(line)
        if "run" in event:
            await run(event["run"])
        else:
            emitter.emit(StreamEvent(**{**event, "type": StreamEventType(event["type"])}))


asyncio.run(main())
