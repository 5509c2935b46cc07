"""A server within the test's own process, for faults and bounds that no setting reaches."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from starlette.routing import BaseRoute

from collab.api.app import access_to, build_app
from collab.api.preview_gate import PreviewGate
from collab.api.proxy import PreviewProxy, preview_routes
from collab.auth.authenticator import TokenAuthenticator
from collab.auth.keys import Keys
from collab.auth.local import LocalAuthenticator
from collab.auth.page_tokens import PageTokens
from collab.auth.revocations import Revocations
from collab.auth.tokens import ServiceTokens, Tokens
from collab.host.bounds import Bounds
from collab.host.cluster import Cluster
from collab.host.host import Host
from collab.main import server_config
from collab.messages import Role
from collab.model.registry import builtin
from collab.stores.memory import MemoryStore
from collab.system import SystemClock
from tests.api.server import ROOT, wait_until

__all__ = ["InsideServer", "MovedClock"]

_T = TypeVar("_T")


class MovedClock(SystemClock):
    """Real time, moved by ``offset_ms``."""

    def __init__(self) -> None:
        self.offset_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.offset_ms


class InsideServer:
    """The whole application on a real port, served by a thread. ``host`` is there to look into.

    With *secret* people sign in with ``tokens``; with *preview*, a Unix socket, ``/preview/`` leads
    there. ``clock.offset_ms`` moves its time. With *cluster* it is a node.
    """

    def __init__(
        self,
        store: Any = None,
        bounds: Bounds | None = None,
        *,
        ping_s: float = 15.0,
        secret: bytes | None = None,
        public_url: str | None = None,
        web_dir: Path = Path("no-designer-here"),
        preview: Path | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self.clock = MovedClock()
        self.keys = Keys.derived(b"k" * 32)
        self.host = Host(store or MemoryStore(), self.clock, builtin(), bounds, cluster=cluster)
        service = ServiceTokens(self.keys.service, self.clock)
        self.tokens = Tokens((secret or b"s" * 32,), self.clock)
        authenticator: LocalAuthenticator | TokenAuthenticator
        authenticator = LocalAuthenticator(b"k" * 32, service)
        if secret is not None:
            authenticator = TokenAuthenticator(self.tokens, Revocations(self.clock), service)
        self.access = access_to(self.host, authenticator)
        routes: list[BaseRoute] = []
        if preview is not None:
            pages = PageTokens(self.keys.pages, self.clock)
            gate = PreviewGate(authenticator, self.access, pages, self.keys.identity)
            routes = preview_routes(PreviewProxy(preview, gate, self.access))
        app = build_app(
            self.host,
            authenticator,
            web_dir,
            access=self.access,
            public_url=public_url,
            extra_routes=routes,
        )
        self.app = app
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

    def token(self, user: str, *roles: Role, tenant: str = "acme", life_s: float = 600) -> str:
        """Return a token of *user*, who is called by their id."""
        expires_ms = self.clock.now_ms() + int(life_s * 1000)
        return self.tokens.issue(
            user=user, name=None, tenant=tenant, roles=roles, expires_ms=expires_ms
        )

    def request(
        self, method: str, path: str, *, token: str | None = None, **options: Any
    ) -> httpx.Response:
        if token is not None:
            options["headers"] = {
                **options.get("headers", {}),
                "authorization": f"Bearer {token}",
            }
        return httpx.request(method, f"{self.url}{path}", trust_env=False, timeout=30, **options)

    def import_sample(self, name: str, room: str) -> None:
        content = (ROOT / "samples" / name).read_bytes()
        response = self.request("POST", f"/api/rooms/{room}/import?create=true", content=content)
        assert response.status_code == 200, response.text

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run *work* on the server's own loop and return its result."""
        loop = self._server.servers[0].get_loop()
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    def call(self, function: Callable[[], _T]) -> _T:
        """Run *function* on the server's own loop and return its result."""

        async def run() -> _T:
            return function()

        return self.run(run())

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
