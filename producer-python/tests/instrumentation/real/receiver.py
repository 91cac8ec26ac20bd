"""A receiver of spans over OTLP/HTTP, which reads as much of the protobuf as it needs."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class ReceivedSpan:
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    service: str


class Receiver:
    """Serves on a free port of loopback until it is closed."""

    def __init__(self) -> None:
        self.spans: list[ReceivedSpan] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.spans.extend(_spans(body))
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _spans(request: bytes) -> Iterator[ReceivedSpan]:
    for resource_spans in _all(request, 1):
        service = ""
        for resource in _all(resource_spans, 1):
            for attribute in _all(resource, 1):
                if next(_all(attribute, 1)) == b"service.name":
                    service = next(_all(next(_all(attribute, 2)), 1)).decode()
        for scope_spans in _all(resource_spans, 2):
            for span in _all(scope_spans, 2):
                fields = {
                    number: value for number, value in _fields(span) if number in (1, 2, 4, 5)
                }
                yield ReceivedSpan(
                    fields[5].decode(),
                    fields[1].hex(),
                    fields[2].hex(),
                    fields.get(4, b"").hex(),
                    service,
                )


def _all(message: bytes, number: int) -> Iterator[bytes]:
    return (value for found, value in _fields(message) if found == number)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields the fields that have a length: texts, bytes and messages."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 2:
            length, at = _varint(message, at)
            yield key >> 3, message[at : at + length]
            at += length
        elif kind == 0:
            _, at = _varint(message, at)
        else:
            at += 8 if kind == 1 else 4


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
