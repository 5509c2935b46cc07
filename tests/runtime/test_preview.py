"""The preview behind the server: its page, its feed, and a runtime that dies."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import Server, wait_until
from tests.runtime.feed_reader import events_of

TEMPLATE = "<html><head><!--preview-head--><title>é</title></head></html>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    web = tmp_path_factory.mktemp("web")
    (web / "preview.html").write_text(TEMPLATE, encoding="utf-8")
    with Server(tmp_path_factory.mktemp("preview"), WEB_DIR=str(web)) as server:
        server.import_sample("order-management.json", "orders")
        wait_until(lambda: page(server, "orders").status_code == 200, "the preview to start")
        yield server


def page(server: Server, room: str) -> httpx.Response:
    headers = {"accept": "text/html"}
    return server.request("GET", f"/preview/{room}/", headers=headers)


def token_of(server: Server, room: str) -> str:
    found = re.search('preview-token" content="([^"]+)"', page(server, room).text)
    assert found is not None
    return found[1]


@asynccontextmanager
async def feed(server: Server, room: str, token: str) -> AsyncIterator[AsyncIterator[Any]]:
    async with (
        httpx.AsyncClient(trust_env=False, timeout=20) as browser,
        browser.stream(
            "GET",
            f"{server.url}/preview/{room}/feed",
            params={"token": token},
            headers={"origin": "null"},
        ) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["access-control-allow-origin"] == "null"
        yield events_of(response.aiter_raw())


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def test_page(server: Server) -> None:
    """[PV8] The page names its room and carries the policy of this very address."""
    response = page(server, "orders")
    assert '<meta name="preview-room" content="orders">' in response.text
    assert "<title>é</title>" in response.text
    policy = response.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts allow-forms ")
    assert "; default-src 'none'; " in policy
    assert f"connect-src {server.url}/preview/orders/" in policy
    assert response.headers["cache-control"] == "no-store"
    assert server.request("GET", "/preview/orders").headers["location"] == "/preview/orders/"


def test_no_such_room(server: Server) -> None:
    """[PV5] A room that is not there is a page that says so."""
    response = page(server, "missing")
    assert response.status_code == 404
    assert "There is no such room" in response.text


async def test_feed_needs_its_rooms_token(server: Server) -> None:
    """[PV7] The feed asks for a token, of this room."""
    server.import_sample("order-management.json", "another")
    page(server, "another")
    for token in (token_of(server, "orders") + "x", token_of(server, "another")):
        response = server.request("GET", "/preview/orders/feed", params={"token": token})
        assert response.status_code in (401, 403)
        assert response.json()["code"].startswith("auth_")
    async with feed(server, "orders", token_of(server, "orders")) as events:
        name, model = await anext(events)
        assert name == "model"
        assert model["nodes"]
        assert await anext(events) == ("state", {"state": "live", "reason": ""})


async def test_runtime_is_killed(server: Server) -> None:
    """[PX7] A runtime that dies is started again, a page's token still opens its feed, and editing
    goes on meanwhile."""
    token = token_of(server, "orders")
    children = children_of(server.pid)
    assert len(children) == 1
    async with feed(server, "orders", token) as events:
        await anext(events)
        os.kill(children[0], signal.SIGKILL)
        rest = [event async for event in events]
        assert all(name == "state" for name, _ in rest)
    assert server.request("GET", "/api/rooms/orders").status_code == 200

    def is_back() -> bool:
        response = page(server, "orders")
        assert response.status_code in (200, 502)
        if response.status_code == 502:
            # A page that looks again by itself: a browser has asked.
            assert "Editing goes on" in response.text and "refresh" in response.headers
        return response.status_code == 200

    await asyncio.to_thread(wait_until, is_back, "the preview to come back")
    async with feed(server, "orders", token) as events:
        assert (await anext(events))[0] == "model"


def test_runtime_ends_with_its_server(tmp_path: Path) -> None:
    """[PV11] A runtime whose server was killed ends by itself; one whose server stops, with it."""
    for how in ("kill", "stop"):
        with Server(tmp_path) as server:
            wait_until(lambda server=server: children_of(server.pid), "the runtime to start")
            wait_until(
                lambda server=server: page(server, "x").status_code == 404, "the preview to answer"
            )
            [runtime] = children_of(server.pid)
            getattr(server, how)()
            wait_until(lambda runtime=runtime: not _is_running(runtime), "the runtime to end")


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
