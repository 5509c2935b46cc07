"""A whole runtime in this process: real engine, real data, and a log that the test writes."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer

from collab.model import dsl
from runtime import feed
from runtime import rooms as rooms_module
from runtime.preview import build_preview
from runtime.rooms import Rooms
from tests.runtime.http.log import FakeLog, LoggedRoom

__all__ = ["ROOT", "TOKEN_KEY", "World", "eventually", "identity_header", "open_world", "sample"]

ROOT = Path(__file__).resolve().parents[3]
TOKEN_KEY = b"identity key of the tests"
SERVICE_KEY = b"service key of the tests, 32 bytes"
_PATIENCE_S = 20.0


def sample(name: str = "order-management.json") -> dict[str, Any]:
    """Return a sample's live document."""
    document: Any = dsl.read((ROOT / "samples" / name).read_bytes())
    return dict(document)


def identity_header(
    room: str,
    *,
    tenant: str = "local",
    role: str = "editor",
    user: str = "ada",
    name: str = "Ada Größe",
    page_token: str | None = None,
    key: bytes = TOKEN_KEY,
    salt: str = "design-rooms identity",
) -> str:
    """Return what the server's proxy says about a request."""
    content = {
        "tenant": tenant,
        "room": room,
        "user": user,
        "name": name,
        "color": "#336699",
        "role": role,
        "page_token": page_token,
    }
    return str(URLSafeTimedSerializer(key, salt=salt).dumps(content))


class World:
    """The runtime as *app*, and the log it follows."""

    def __init__(self, app: Any, log: FakeLog) -> None:
        self.app = app
        self.log = log
        self.rooms: Rooms = app.state.rooms
        self._transport = httpx.ASGITransport(app)
        self._names = (f"room-{number}" for number in itertools.count(1))

    def room(
        self, document: dict[str, Any] | None = None, *, name: str = "", tenant: str = "local"
    ) -> tuple[str, LoggedRoom]:
        """Return the name of a new room, and the room."""
        name = name or next(self._names)
        room = LoggedRoom(sample() if document is None else document)
        self.log.rooms[tenant, name] = room
        return name, room

    def client(
        self, room: str, *, view_as: str | None = None, path: str = "", **identity: Any
    ) -> httpx.AsyncClient:
        """Return a browser of somebody; addresses are below ``/preview/{room}/``."""
        headers = {"x-design-rooms-identity": identity_header(room, **identity)}
        if view_as is not None:
            headers["x-view-as"] = quote(view_as)
        return httpx.AsyncClient(
            transport=self._transport,
            base_url=f"http://127.0.0.1:8000/preview/{quote(room)}/{path}",
            headers=headers,
            timeout=_PATIENCE_S,
        )

    def stranger(self) -> httpx.AsyncClient:
        """Return a browser about which the proxy said nothing."""
        return httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1:8000")


@asynccontextmanager
async def open_world(
    data_dir: Path, cache: Path | None = None, log: FakeLog | None = None
) -> AsyncIterator[World]:
    """Start a runtime on *data_dir*; *cache* keeps the compiled engine from one to the next."""
    web_dir = ROOT / "web" / "dist"
    if not (web_dir / "expressions.wasm").is_file():
        pytest.fail("web/dist/expressions.wasm is missing: run `npm run build` in web")
    if cache is not None:
        (data_dir / "preview").mkdir(parents=True, exist_ok=True)
        (data_dir / "preview" / "cache").symlink_to(cache, target_is_directory=True)
    log = log or FakeLog(SERVICE_KEY)
    app = build_preview(
        "http://127.0.0.1:9", web_dir, data_dir, token_key=TOKEN_KEY, service_key=SERVICE_KEY
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed.client, "connect", log.connect)
        # Every test has rooms of its own, and none of them closes any.
        patch.setattr(rooms_module, "ROOMS_MAX", 10_000)
        patch.setattr(rooms_module, "ROOMS_PER_TENANT_MAX", 10_000)
        async with app.router.lifespan_context(app):
            yield World(app, log)


async def eventually(look: Callable[[], Any], what: str) -> Any:
    """Return the first true result of *look*, which may be a coroutine function."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                result = look()
                if asyncio.iscoroutine(result):
                    result = await result
                if result:
                    return result
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None
