"""Who the client is: its token, on a server that asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from collab import client
from collab.client import RoomClosed
from collab.messages import Role
from tests.api.inside import InsideServer


@pytest.fixture(scope="module")
def server() -> Iterator[InsideServer]:
    with InsideServer(secret=b"s" * 32) as server:
        yield server


async def test_tokens(server: InsideServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """[CL16] a token that is given, or one of the environment, says who edits and who reads."""
    zoe, max_ = server.token("zoë", Role.EDITOR), server.token("max", Role.EDITOR)
    async with client.connect(server.url, "notes/größe", zoe) as room:
        await room.create({"größe": 1})
    monkeypatch.setenv("DESIGN_ROOMS_TOKEN", max_)
    async with client.connect(server.url, "notes/größe") as room:
        await room.submit([{"p": ["größe"], "na": 1}])
        authors = []
        async for revision in room.revisions(since=0):
            authors.append(revision.author)
            if len(authors) == 2:
                break
    assert authors == ["zoë", "max"]
    async with client.connect(server.url, "notes/größe", zoe) as room:
        await room.submit([{"p": ["größe"], "na": 1}])
        assert room.document == {"größe": 3}


async def test_tokens_that_are_no_good(
    server: InsideServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[CL16] without a good token the room is closed for good, and told why."""
    monkeypatch.delenv("DESIGN_ROOMS_TOKEN", raising=False)
    for token, code in (
        (None, "auth_required"),
        ("größe".encode().hex(), "auth_token"),
        (server.token("zoë", Role.OWNER, life_s=-1), "auth_expired"),
    ):
        with pytest.raises(RoomClosed) as closed:
            async with client.connect(server.url, "notes/größe", token):
                raise AssertionError("came in")
        assert (closed.value.code, closed.value.socket_code) == (code, 4401)


async def test_tokens_that_end(server: InsideServer) -> None:
    """[CL16] a token that ends closes the room, and the client does not come back by it."""
    async with client.connect(
        server.url, "notes/ende", server.token("zoë", Role.EDITOR, life_s=60)
    ) as room:
        server.clock.offset_ms += 60_000
        async with asyncio.timeout(20):
            closed = await room.wait_closed()
    assert closed.socket_code == 4401
    assert "expired" in closed.reason
