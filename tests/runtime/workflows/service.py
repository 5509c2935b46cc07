"""A service on loopback that answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service:
    """Answers with the statuses it is given, the last one again and again; keeps what it got.

    An answer is a status, a triple ``(status, body, headers)``, or a function of nothing that gives
    one of these (and may take its time).
    """

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []
        self.arrived = threading.Condition()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                with service.arrived:
                    service.requests.append(
                        {
                            "method": self.command,
                            "path": self.path,
                            "headers": {key.lower(): value for key, value in self.headers.items()},
                            "body": json.loads(body) if body else None,
                            "at": time.time(),
                        }
                    )
                    first = len(service.answers) == 1
                    answer = service.answers[0] if first else service.answers.pop(0)
                    service.arrived.notify_all()
                answer = answer() if callable(answer) else answer
                status, content, headers = answer if isinstance(answer, tuple) else (answer, {}, {})
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("content-length", str(len(raw)))
                    self.end_headers()
                    self.wfile.write(raw)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def keys(self) -> list[str]:
        return [request["headers"].get("idempotency-key", "") for request in self.requests]

    def wait_for(self, count: int, timeout_s: float = 60.0) -> None:
        """Return when *count* requests have arrived."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, timeout_s)

    def __enter__(self) -> Service:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
