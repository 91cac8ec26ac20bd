"""Emits a stream of StreamEvents, which are JSON lines on stdin, through Aragora's real emitter.

A line with "run" is a run of the Arena that the stream does not show: its own limit ends it.
"""

import asyncio
import json
import sys
from types import SimpleNamespace

from aragora.debate import orchestrator
from aragora.events.types import StreamEvent, StreamEventType
from aragora.server.stream.emitter import SyncEventEmitter


async def hangs(*args):
    await asyncio.Event().wait()


async def run(loop_id):
    arena = SimpleNamespace(
        loop_id=loop_id, agents=[], env=None, protocol=SimpleNamespace(timeout_seconds=0.05)
    )
    try:
        await asyncio.wait_for(orchestrator.Arena._run_inner(arena), 0.05)
    except asyncio.TimeoutError:
        pass


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
