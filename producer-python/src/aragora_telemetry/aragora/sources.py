"""The one list of what is hooked."""

from __future__ import annotations

from .agents import AgentHooks
from .aiohttp import AiohttpHooks
from .asgi import AsgiHooks
from .debates import Debates
from .elo import EloHooks
from .hooks import Hook
from .http import HttpHooks
from .logs import LogHooks
from .requests import Requests
from .runs import RunHooks
from .session import Session
from .stream import StreamHooks
from .websockets import WebSocketHooks


def all_hooks(session: Session, debates: Debates) -> list[Hook]:
    """Returns every hook of the instrumentation."""
    requests = Requests(session)
    return [
        *StreamHooks(session, debates).hooks(),
        *RunHooks(session, debates).hooks(),
        *AgentHooks(session).hooks(),
        *EloHooks(session, debates).hooks(),
        *HttpHooks(session, requests).hooks(),
        *AsgiHooks(session, requests).hooks(),
        *AiohttpHooks(session, requests).hooks(),
        *WebSocketHooks(session).hooks(),
        *LogHooks(session).hooks(),
    ]
