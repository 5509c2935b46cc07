"""A server within the test's own process, for faults and bounds that no setting reaches."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn

from collab.api.app import build_app
from collab.auth.local import LocalAuthenticator
from collab.host.bounds import Bounds
from collab.host.host import Host
from collab.main import server_config
from collab.model.registry import builtin
from collab.stores.memory import MemoryStore
from collab.system import SystemClock
from tests.api.server import ROOT, wait_until

__all__ = ["InsideServer"]

_T = TypeVar("_T")


class InsideServer:
    """The whole application on a real port, served by a thread. ``host`` is there to look into."""

    def __init__(
        self, store: Any = None, bounds: Bounds | None = None, *, ping_s: float = 15.0
    ) -> None:
        self.host = Host(store or MemoryStore(), SystemClock(), builtin(), bounds)
        app = build_app(self.host, LocalAuthenticator(b"k" * 32), Path("no-designer-here"))
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        port = listener.getsockname()[1]
        self.url, self.socket_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
        config = server_config(app)
        config.ws_ping_interval = config.ws_ping_timeout = ping_s
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True
        )
        self._thread.start()
        wait_until(lambda: self._server.started, "the server to start")

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return httpx.request(method, f"{self.url}{path}", trust_env=False, timeout=30, **options)

    def import_sample(self, name: str, room: str) -> None:
        content = (ROOT / "samples" / name).read_bytes()
        response = self.request("POST", f"/api/rooms/{room}/import?create=true", content=content)
        assert response.status_code == 200, response.text

    def call(self, function: Callable[[], _T]) -> _T:
        """Run *function* on the server's own loop and return its result."""

        async def run() -> _T:
            return function()

        loop = self._server.servers[0].get_loop()
        return asyncio.run_coroutine_threadsafe(run(), loop).result(20)

    def buffered_bytes(self) -> int:
        """What waits for all sessions."""
        return self.call(
            lambda: sum(
                outlet.connection.buffered_bytes
                for room in self.host
                for outlet in room.outlets.values()
            )
        )

    def __enter__(self) -> InsideServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "the server does not stop"
