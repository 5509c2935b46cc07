"""A connector's other end: answers from a script over HTTP and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

__all__ = ["Call", "Stub"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``key`` is its ``Idempotency-Key``."""

    method: str
    path: str
    key: str | None
    body: Any


class Stub:
    """Listens on the loopback; each request gets the next of *answers*, the last one for ever."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.calls: list[Call] = []
        self._answers = list(answers)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Stub:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, call: Call) -> tuple[int, Any]:
        with self._lock:
            self.calls.append(call)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                call = Call(
                    self.command,
                    self.path,
                    self.headers.get("idempotency-key"),
                    json.loads(body) if body else None,
                )
                status, answer = stub._next(call)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                return None

        return Handler
