"""The proxy between two real servers, and the process behind it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
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

from collab.api import runtime_process
from collab.api.problem import on_error
from collab.api.proxy import PreviewProxy, preview_routes
from collab.api.runtime_process import RuntimeProcess
from collab.errors import DesignRoomsError

PATIENCE_S = 60


class Upstream:
    """What stands behind the proxy: tells what it got, and streams on command."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.is_gone = asyncio.Event()
        self.is_streaming = asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/preview/{room}/echo", self.echo, methods=["GET", "POST", "DELETE"]),
                Route("/preview/{room}/stream", _Plain(self.stream)),
                Route("/preview/{room}/break", _Plain(self.break_off)),
            ]
        )

    async def echo(self, request: Request) -> Response:
        seen = {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": (await request.body()).decode(),
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
    proxy = PreviewProxy(socket_path)
    app = Starlette(routes=preview_routes(proxy), exception_handlers={DesignRoomsError: on_error})
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        async with (
            serving(app, fd=bound.fileno()),
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_S) as client,
        ):
            yield client
    await proxy.close()


@pytest.fixture
async def upstream(socket_path: Path) -> AsyncIterator[Upstream]:
    upstream = Upstream()
    async with serving(upstream.app, uds=str(socket_path)):
        yield upstream
        upstream.go_on.set()


async def test_requests_pass(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX1] Path, query, body, status and headers pass as they are."""
    response = await front.post(
        "/preview/caf%C3%A9%20x/echo?q=%C3%A9&token=a%2Fb", content="größe 😀" * 50_000
    )
    seen = response.json()
    assert response.status_code == 299
    assert response.headers["x-custom"] == "kept"
    assert seen["method"] == "POST"
    assert seen["path"] == "/preview/caf%C3%A9%20x/echo"
    assert seen["query"] == "q=%C3%A9&token=a%2Fb"
    assert seen["body"] == "größe 😀" * 50_000
    assert seen["headers"]["host"] == front.base_url.netloc.decode()
    assert seen["headers"]["x-forwarded-proto"] == "http"
    assert (await front.delete("/preview/r/echo")).json()["method"] == "DELETE"

    async def chunks() -> AsyncIterator[bytes]:
        for part in ("é", "in", "Strom"):
            yield part.encode()

    assert (await front.post("/preview/r/echo", content=chunks())).json()["body"] == "éinStrom"


async def test_secrets_stay_here(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX3] Cookies, authorization and headers of one hop do not pass, in either direction."""
    response = await front.get(
        "/preview/r/echo",
        headers={
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


async def test_answer_is_cut_off(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX5] An answer that is cut off ends where it was cut; the next request is answered."""
    response = await front.get("/preview/r/break")
    assert response.content == b"half"
    assert (await front.get("/preview/r/echo")).status_code == 299


async def test_foreign_host(front: httpx.AsyncClient, upstream: Upstream) -> None:
    """[PX6] A name of somebody else that leads here is answered by a refusal."""
    response = await front.get("/preview/r/echo", headers={"host": "evil.example"})
    assert response.status_code == 403
    assert response.json()["code"] == "auth_host"


# --- the process --------------------------------------------------------------------------------

SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def process(script: str) -> RuntimeProcess:
    return RuntimeProcess(
        "http://127.0.0.1:1", Path(), b"key", command=[sys.executable, "-c", script]
    )


async def until(look: Callable[[], Any]) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        while not (result := look()):
            await asyncio.sleep(0.01)
        return result


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_process_is_started_again() -> None:
    """[PX7] A process that dies is started again, and stopped for good at the end."""
    kept = process(SLEEPER)
    await kept.start()
    first = await until(lambda: kept.pid)
    os.kill(first, signal.SIGKILL)
    second = await until(lambda: kept.pid not in (None, first) and kept.pid)
    assert kept.starts == 2
    await kept.stop()
    assert not is_running(second)
    assert kept.pid is None
    assert not kept.socket_path.parent.exists()


async def test_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PX7] The pause before the next start grows, so that nothing spins."""
    pauses: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(pause_s: float) -> None:
        pauses.append(pause_s)
        await real_sleep(0 if len(pauses) < 8 else 600)

    kept = process("raise SystemExit(3)")
    monkeypatch.setattr(runtime_process.asyncio, "sleep", sleep)
    await kept.start()
    async with asyncio.timeout(PATIENCE_S):
        while len(pauses) < 8:
            await real_sleep(0.01)
    monkeypatch.undo()
    await kept.stop()
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


async def test_process_that_does_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """[PX8] A process that ignores the request to stop is killed."""
    monkeypatch.setattr(runtime_process, "_STOP_TIMEOUT_S", 0.2)
    kept = process(STUBBORN)
    await kept.start()
    pid = await until(lambda: kept.pid)
    # The signal is ignored only once the interpreter is up.
    await until(lambda: _ignores_sigterm(pid))
    await kept.stop()
    assert not is_running(pid)


def _ignores_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


async def test_process_that_cannot_start() -> None:
    """[PX7] What cannot be started at all is tried again, and can be stopped."""
    kept = RuntimeProcess("http://127.0.0.1:1", Path(), b"key", command=["/nonexistent/é"])
    await kept.start()
    await asyncio.sleep(0)
    assert kept.pid is None
    await kept.stop()
    assert not kept.socket_path.parent.exists()
