"""A tiny Aragora on disk: the hooked functions with their real parameters, and their host.

The host prints what it did. ``sabotage`` changes one hooked function, as another version might.
"""

from __future__ import annotations

import re
from pathlib import Path

MODULES = {
    "aragora/server/stream/emitter.py": """
class SyncEventEmitter:
    def emit(self, event):
        print("event", event.type.value)
""",
    "aragora/debate/orchestrator.py": """
import types
from aragora.debate.phase_executor import PhaseExecutor
class Arena:
    loop_id = "d"
    agents = [types.SimpleNamespace(name="alpha")]
    env = types.SimpleNamespace(task="What?")
    protocol = types.SimpleNamespace(timeout_seconds=0, rounds=2)
    async def run(self, correlation_id=""):
        return await call(self, "_run_inner")
    async def _run_inner(self, correlation_id=""):
        context = types.SimpleNamespace(domain="law")
        await call(PhaseExecutor(), "execute", context)
        return types.SimpleNamespace(consensus_reached=True, confidence=0.5, rounds_used=2)
""",
    "aragora/debate/phase_executor.py": """
import types
from aragora.agents.airlock import AirlockProxy
from aragora.debate.autonomic_executor import AutonomicExecutor
class PhaseExecutor:
    async def execute(self, context, debate_id="", phase_order=None):
        executor, agent = AutonomicExecutor(), AirlockProxy()
        generate = call(executor, "generate", agent, "p", [])
        print("generate", await call(executor, "with_timeout", generate, "alpha"))
        print("critique", await call(executor, "critique", agent, "p", "t", []))
        print("vote", await call(executor, "vote", agent, {}, "t"))
        return types.SimpleNamespace(error=None)
""",
    "aragora/debate/autonomic_executor.py": """
class AutonomicExecutor:
    default_timeout = 5.0
    async def generate(self, agent, prompt, context, phase="", round_num=0):
        call(self, "_emit_agent_error", agent.name, "internal", "failed")
        return await call(agent, "_safe_call", "generate", agent.answer, 1.0, "placeholder")
    async def critique(
        self, agent, proposal, task, context, phase="", round_num=0, target_agent=None
    ):
        return "critique"
    async def vote(self, agent, proposals, task, phase="", round_num=0):
        return "vote"
    async def with_timeout(self, coro, agent_name, timeout_seconds=None):
        return await coro
    def _emit_agent_error(self, agent_name, error_type, message, recoverable=True, phase=""):
        print("failed", error_type)
""",
    "aragora/agents/airlock.py": """
from aragora.agents.api_agents.base import APIAgent
class AirlockProxy:
    name = "alpha"
    async def answer(self):
        call(APIAgent(), "_record_token_usage", 120, 40)
        return "text"
    async def _safe_call(self, operation, coro_factory, timeout, fallback):
        return await coro_factory()
""",
    "aragora/agents/api_agents/base.py": """
class APIAgent:
    def _record_token_usage(self, tokens_in, tokens_out):
        print("tokens", tokens_in, tokens_out)
""",
    "aragora/ranking/elo.py": """
class EloSystem:
    def _record_elo_history_batch(self, entries):
        print("elo", entries)
    def _record_elo_history(self, agent_name, elo, debate_id=None):
        print("elo", agent_name, elo)
""",
    "aragora/server/request_lifecycle.py": """
from aragora.server.middleware import correlation
class RequestLifecycleManager:
    def __init__(self, handler):
        self.handler = handler
    def handle_request(self, method, internal_handler, *, with_query=False):
        self.handler._response_status = 204
        call(correlation, "init_correlation", {})
        internal_handler(self.handler.path)
""",
    "aragora/server/middleware/correlation.py": """
import sys
from aragora.observability.middleware import correlation
sys.modules[__name__] = correlation
""",
    "aragora/observability/middleware/correlation.py": """
import types
def init_correlation(headers=None, *, request_id=None):
    return types.SimpleNamespace(request_id="req-1", trace_id="a" * 32, span_id="b" * 16)
""",
    "uvicorn/config.py": """
class Config:
    def __init__(self, app):
        self.app = app
    def load(self):
        self.loaded_app = self.app
""",
    "uvicorn/server.py": """
class Server:
    _captured_signals = []
    async def serve(self, sockets=None):
        await call(self, "shutdown")
    async def shutdown(self, sockets=None):
        print("shut down")
""",
    "aiohttp/web_app.py": """
from aiohttp.web_ws import WebSocketResponse
class Application:
    async def _handle(self, request):
        if request.path == "/ws":
            await call(WebSocketResponse(), "prepare", request)
        return self
    status = 200
""",
    "aiohttp/web_ws.py": """
class WebSocketResponse:
    async def prepare(self, request):
        print("prepared")
""",
    "websockets/asyncio/server.py": """
class serve:
    def __new__(cls, *args):
        self = object.__new__(cls)
        self.handler = args[0]
        return self
    def __init__(self, handler, host=None, port=None):
        self.handler = handler
""",
}

HOST = """
import asyncio, logging, types
from aiohttp.web_app import Application
from aragora.debate.orchestrator import Arena
from aragora.ranking.elo import EloSystem
from aragora.server.request_lifecycle import RequestLifecycleManager
from aragora.server.stream.emitter import SyncEventEmitter
from uvicorn.config import Config
from uvicorn.server import Server
from websockets.asyncio.server import serve

class Request(dict):
    method, headers = "GET", {}
    def __init__(self, path):
        self.path = path

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})

async def handler(connection):
    print("connection", connection)

async def none(*_):
    return None

async def main():
    emitter = SyncEventEmitter()
    def event(kind, at, **data):
        return types.SimpleNamespace(type=types.SimpleNamespace(value=kind), data=data,
            timestamp=at, loop_id="s", round=0, agent="", trace_id="", span_id="")
    call(emitter, "emit", event("debate_start", 1.0, agents=["alpha"]))
    call(emitter, "emit", event("debate_end", 2.0, duration=1.0))
    print("consensus", (await call(Arena(), "run")).consensus_reached)
    call(EloSystem(), "_record_elo_history_batch", [("alpha", 1500.0, "m")])
    call(EloSystem(), "_record_elo_history", "beta", 1501.0)
    lifecycle = RequestLifecycleManager(types.SimpleNamespace(path="/api/x", headers={}))
    call(lifecycle, "handle_request", "GET", lambda path: print("handled", path))
    config = Config(app)
    call(config, "load")
    scope = {"type": "http", "method": "GET", "path": "/asgi", "headers": []}
    await getattr(config, "loaded_app", app)(scope, none, none)
    for path in ("/aiohttp", "/ws"):
        print("status", (await call(Application(), "_handle", Request(path))).status)
    await serve(handler).handler(1)
    logging.getLogger("aragora.host").error("logged")
    await call(Server(), "serve")
    print("host done")

asyncio.run(main())
"""

#: Calls a function also where a sabotage renamed it; what it removed does nothing.
CALL = """
class Nothing:
    consensus_reached = status = None
    def __await__(self):
        return Nothing()
        yield
    def __str__(self):
        return "nothing"
def call(owner, name, *args):
    function = getattr(owner, name, None) or getattr(owner, name + "_renamed", None)
    return Nothing() if function is None else function(*args)
"""


def sabotage(source: str, path: str, parameter: str, kind: str) -> str:
    """Returns the source of a module in which one function is not what it was."""
    name = path.rsplit(".", 1)[-1]
    head, body = re.split(rf"(?=\n(?: {{4}})?(?:async )?def {name}\()", source, maxsplit=1)
    if kind == "renamed":
        return head + body.replace(name, f"{name}_renamed", 1)
    end = re.search(r"\n(?: {4})?(?:async )?(?:def|class) |\n    status|\Z", body[1:])
    assert end is not None
    own, after = body[: 1 + end.start()], body[1 + end.start() :]
    if kind == "other parameters":
        return head + re.sub(rf"\b{parameter}\b", f"{parameter}_other", own) + after
    return head + ("\n    pass" if head.rstrip().endswith(":") else "") + after


def write(directory: Path, changed: dict[str, str] | None = None) -> None:
    """Writes the packages and ``host.py``. ``changed`` replaces sources."""
    for path, source in {**MODULES, **(changed or {})}.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        for parent in file.parents:
            if parent == directory:
                break
            (parent / "__init__.py").touch()
        file.write_text(CALL + source)
    (directory / "host.py").write_text(CALL + HOST)
