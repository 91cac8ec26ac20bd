"""A fake of OpenAI's API. The model's name decides: fail, slow, hang, else it answers at once."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TEXT = (
    "I propose to measure exactly. ISSUES:\n- none of note\nSUGGESTIONS:\n- measure\nSEVERITY: 2\n"
    "CHOICE: alpha\nCONFIDENCE: 0.8\nREASONING: it is exact"
)
USAGE = {"prompt_tokens": 120, "completion_tokens": 40, "total_tokens": 160}


class Provider:
    """Serves on a free port of loopback until it is closed."""

    def __init__(self, refusals: Iterable[str]) -> None:
        self._refusals = itertools.cycle(refusals)
        self.counts: Counter[str] = Counter()
        self.closed = threading.Event()
        self._lock = threading.Lock()
        provider = self

        class Handler(_Handler):
            owner = provider

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def refusal(self) -> str:
        """Returns the message of the next failure."""
        with self._lock:
            return next(self._refusals)

    def count(self, model: str) -> None:
        with self._lock:
            self.counts[model] += 1

    def close(self) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Provider

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model = str(body.get("model"))
        self.owner.count(model)
        if "fail" in model:
            self._answer(500, {"error": {"message": self.owner.refusal()}})
        elif "hang" in model:
            self.owner.closed.wait()
        else:
            self.owner.closed.wait(0.5 if "slow" in model else 0.02)
            self._text(body)

    def do_GET(self) -> None:
        self._answer(200, {"data": [{"id": "gpt-ok"}]})

    def _text(self, body: dict[str, Any]) -> None:
        if not body.get("stream"):
            message = {"role": "assistant", "content": TEXT}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            self._answer(
                200, {"id": "x", "object": "chat.completion", "choices": [choice], "usage": USAGE}
            )
            return
        chunks = [{"choices": [{"delta": {"content": word + " "}}]} for word in TEXT.split(" ")]
        lines = [json.dumps(chunk) for chunk in [*chunks, {"choices": [], "usage": USAGE}]]
        data = "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode()
        self._send(200, "text/event-stream", data)

    def _answer(self, status: int, body: Any) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass
