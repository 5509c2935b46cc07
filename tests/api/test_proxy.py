"""The proxy between two real servers, and the process behind it."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from collab.api.preview_gate import PreviewGate
from collab.api.problem import on_error
from collab.api.proxy import PreviewProxy, preview_routes
from collab.auth.access import Access
from collab.auth.keys import Keys
from collab.auth.local import LocalAuthenticator
from collab.auth.page_tokens import PageTokens
from collab.auth.revocations import Revocations
from collab.errors import DesignRoomsError
from collab.ids import RoomId, TenantId, UserId
from collab.stores.memory import MemoryStore
from collab.system import SystemClock

PATIENCE_S = 60
# How long the proxy waits for a process that is away.
_AWAY_S = 0.3


class Upstream:
    """What stands behind the proxy: tells what it got, and streams on command."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.is_gone = asyncio.Event()
        self.is_streaming = asyncio.Event()
        self.flooded = self.begun = self.ended = 0
        self.bodies: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/preview/{room}/echo", self.echo, methods=["GET", "POST", "DELETE", "HEAD"]),
                Route("/preview/{room}/é x/echo", self.echo, methods=["POST"]),
                Route("/preview/{room}/early", _Plain(self.early)),
                Route("/preview/{room}/flood", _Plain(self.flood)),
                Route("/preview/{room}/stream", _Plain(self.stream)),
                Route("/preview/{room}/break", _Plain(self.break_off)),
            ]
        )

    async def echo(self, request: Request) -> Response:
        self.begun += 1
        try:
            body = (await request.body()).decode()
        finally:
            self.ended += 1
        self.bodies += [body] if request.method == "POST" else []
        seen = {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": body,
        }
        response = JSONResponse(seen, 299, headers={"x-custom": "kept", "etag": '"é"'})
        response.set_cookie("stolen", "cookie")
        return response

    async def stream(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": "ein é".encode(), "more_body": True})
        self.is_streaming.set()
        await self.go_on.wait()
        await send({"type": "http.response.body", "body": b"zwei", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.is_gone.set()

    async def early(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer without having read the body."""
        await send({"type": "http.response.start", "status": 413, "headers": []})
        await send({"type": "http.response.body", "body": b"zu viel"})

    async def flood(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send without an end, and count what was taken."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not self.go_on.is_set():
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            self.flooded += 65_536

    async def break_off(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("the process died here")


class _Plain:
    """An ASGI application as an endpoint."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


@asynccontextmanager
async def serving(app: Any, **where: Any) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app, lifespan="off", log_level="critical", timeout_graceful_shutdown=1, **where
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def socket_path() -> Any:
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory) / "preview.sock"


@pytest.fixture
async def front(socket_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The browser's side: a client of the server that has the proxy."""
    store, clock = MemoryStore(), SystemClock()
    await store.open()
    for name in ("r", "orders"):
        room = RoomId(TenantId("local"), name)
        await store.create_room(room, title="", created_by=UserId("zoë"), time_ms=1)
    access = Access(store, clock, Revocations(clock), is_local=True)
    keys = Keys.derived(b"k" * 32)
    pages = PageTokens(keys.pages, clock)
    gate = PreviewGate(LocalAuthenticator(b"k" * 32), access, pages, keys.identity)
    proxy = PreviewProxy(socket_path, gate, access, patience_s=_AWAY_S)
    app = Starlette(routes=preview_routes(proxy), exception_handlers={DesignRoomsError: on_error})
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        async with (
            serving(app, fd=bound.fileno()),
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_S) as client,
        ):
            yield client
    proxy.close()


@pytest.fixture
async def upstream(socket_path: Path) -> AsyncIterator[Upstream]:
    upstream = Upstream()
    async with serving(upstream.app, uds=str(socket_path)):
        yield upstream
        upstream.go_on.set()


async def test_requests_pass(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX1] Path, query, body, status and headers pass as they are."""
    response = await front.post(
        "/preview/r/%C3%A9%20x/echo?q=%C3%A9&tokens=a%2Fb&&x", content="größe 😀" * 50_000
    )
    seen = response.json()
    assert response.status_code == 299
    assert response.headers["x-custom"] == "kept"
    assert seen["method"] == "POST"
    assert seen["path"] == "/preview/r/%C3%A9%20x/echo"
    assert seen["query"] == "q=%C3%A9&tokens=a%2Fb&&x"
    assert seen["body"] == "größe 😀" * 50_000
    assert seen["headers"]["host"] == front.base_url.netloc.decode()
    assert seen["headers"]["x-forwarded-proto"] == "http"
    assert (await front.delete("/preview/r/echo")).json()["method"] == "DELETE"

    async def chunks() -> AsyncIterator[bytes]:
        for part in ("é", "in", "Strom"):
            yield part.encode()

    assert (await front.post("/preview/r/echo", content=chunks())).json()["body"] == "éinStrom"


async def test_secrets_stay_here(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX3] Cookies, tokens and headers of one hop do not pass, in either direction."""
    response = await front.get(
        "/preview/r/echo?a=1&token=secret&%74oken=secret&b=2",
        headers={
            "x-design-rooms-identity": "secret",
            "X-Design-Rooms-Anything": "secret",
            "x-forwarded-host": "secret",
            "forwarded": "host=secret",
            "cookie": "design_rooms_guest=secret",
            "authorization": "Bearer secret",
            "connection": "keep-alive, x-hop",
            "x-hop": "secret",
            "te": "trailers",
            "x-other": "kept",
        },
    )
    seen = response.json()["headers"]
    assert "secret" not in str(seen)
    assert response.json()["query"] == "a=1&b=2"
    assert {"cookie", "authorization", "x-hop", "te"}.isdisjoint(seen)
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-other"] == "kept"
    assert "set-cookie" not in response.headers
    again = await front.get("/preview/r/echo")
    assert "cookie" not in again.json()["headers"]


async def test_events_pass_one_by_one(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX2] A part of an answer passes before the next one is there."""
    async with asyncio.timeout(PATIENCE_S), front.stream("GET", "/preview/r/stream") as response:
        parts = response.aiter_raw()
        assert (await anext(parts)).decode() == "ein é"
        assert not upstream.go_on.is_set()
        upstream.go_on.set()
        assert await anext(parts) == b"zwei"


async def test_browser_goes(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX4] When the browser goes, the request behind it is closed."""
    upstream.go_on.set()
    async with asyncio.timeout(PATIENCE_S):
        async with front.stream("GET", "/preview/r/stream") as response:
            await anext(response.aiter_raw())
            assert not upstream.is_gone.is_set()
        await upstream.is_gone.wait()


async def test_process_is_away(front: httpx.AsyncClient) -> None:
    """[PX5] Without a process the answer is a problem that says what goes on."""
    response = await front.get("/preview/orders/")
    assert response.status_code == 502
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "preview_away"
    assert response.json()["detail"] == "the preview is restarting, editing goes on"
    assert (await front.post("/preview/orders/", content=b"x")).status_code == 502


async def test_page_waits_for_the_process(front: httpx.AsyncClient) -> None:
    """[PX5] A browser gets a page that says so and asks again by itself."""
    accept = {"accept": "text/html,application/xhtml+xml"}
    response = await front.get("/preview/orders/", headers=accept)
    assert response.status_code == 502
    assert response.headers["refresh"] == "1"
    assert "Editing goes on" in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_answer_is_cut_off(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX5] An answer that is cut off ends where it was cut; the next request is answered."""
    response = await front.get("/preview/r/break")
    assert response.content == b"half"
    assert (await front.get("/preview/r/echo")).status_code == 299


async def test_connections_are_kept(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX1] Many requests at once and one after the other are each answered with their own."""
    for _ in range(3):
        paths = [f"/preview/r/echo?n={number}" for number in range(40)]
        answers = await asyncio.gather(*(front.get(path) for path in paths))
        assert [answer.json()["query"] for answer in answers] == [
            f"n={number}" for number in range(40)
        ]
    head = await front.head("/preview/r/echo")
    assert (head.status_code, head.content) == (299, b"")
    assert (await front.get("/preview/r/echo?after=head")).json()["query"] == "after=head"


async def test_an_answer_before_the_body(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX1] An answer that did not wait for the body passes, and spoils no later request."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield "größe".encode() * 10_000

    try:
        response = await front.post("/preview/r/early", content=chunks())
        assert (response.status_code, response.content) == (413, b"zu viel")
    except httpx.WriteError:
        pass  # The server has closed while it was still being written to, as it may.
    assert (await front.get("/preview/r/echo?a=1")).json()["query"] == "a=1"


async def test_slow_browsers_slow_the_process(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX2] What a browser does not read is not read from the process either."""
    async with asyncio.timeout(PATIENCE_S), front.stream("GET", "/preview/r/flood") as response:
        assert response.status_code == 200
        before = -1
        while upstream.flooded != before:
            before = upstream.flooded
            await asyncio.sleep(0.3)
        assert 0 < before < 64 << 20
        upstream.go_on.set()


async def test_half_a_body_is_none(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX4] A browser that goes in the middle of its body leaves no request that looks whole."""
    host, port = front.base_url.host, front.base_url.port
    _reader, writer = await asyncio.open_connection(host, port)
    head = f"POST /preview/r/echo HTTP/1.1\r\nhost: {host}:{port}\r\n"
    writer.write(head.encode() + b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n")
    await writer.drain()
    async with asyncio.timeout(PATIENCE_S):
        while not upstream.begun:
            await asyncio.sleep(0.01)
        writer.close()
        while upstream.begun > upstream.ended:
            await asyncio.sleep(0.01)
    assert upstream.bodies == []


async def test_foreign_host(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX6] A name of somebody else that leads here is answered by a refusal."""
    response = await front.get("/preview/r/echo", headers={"host": "evil.example"})
    assert response.status_code == 403
    assert response.json()["code"] == "auth_host"
