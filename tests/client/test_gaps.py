"""What the client does where the server gives it a snapshot, nonsense, or the end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import collab.client
from collab.client import ClientRefused, HistoryGone, RoomClosed, recent
from tests.client.scripted import Session, item, scripted

SNAPSHOT = json.dumps({"t": "é"}).encode()


def insert(offset: int, text: str) -> list[dict[str, Any]]:
    return [{"p": ["t", offset], "si": text}]


async def test_gap_is_filled_from_the_history() -> None:
    """[CL8] Edits that wait are carried over the revisions that the history holds, own ones too."""

    async def script(number: int, session: Session) -> None:
        if number == 1:
            await session.welcome(1, snapshot=SNAPSHOT)
            submit = await session.read()
            server.log[1] = item(2, submit["op"], source=source(), seq=submit["seq"])
            await go_on.wait()
            await session.socket.close(1012)
            return
        await session.welcome(3, snapshot=json.dumps({"t": "yéx"}).encode())
        submit = await session.read()
        assert (submit["base"], submit["op"]) == (3, insert(3, "z"))
        change = {"source": source(), "seq": submit["seq"], "op": submit["op"]}
        await session.say(
            type="revision", revision=4, kind="op", update=b"", author="u", time=1, **change
        )

    def source() -> str:
        return str(server.hellos[0]["source"])

    go_on = asyncio.Event()
    async with scripted(script) as server:
        server.log = [item(1, []), {}, item(3, insert(0, "y"))]
        async with collab.client.connect(server.url, "room") as room:
            first = room.submit_nowait(insert(1, "x"))
            while not server.log[1]:
                await asyncio.sleep(0.01)
            second = room.submit_nowait(insert(2, "z"))
            go_on.set()
            assert await asyncio.gather(first, second) == [2, 4]
            assert room.document == {"t": "yéxz"}
    assert server.hellos[1]["since"] == 1
    assert server.hellos[1]["epoch"] == 1


@pytest.mark.parametrize("history", ["away", "broken", "no sources", "short"])
async def test_gap_that_cannot_be_filled(history: str) -> None:
    """[CL8] Without a history the first edit goes out with its old base, others are rejected."""

    async def script(number: int, session: Session) -> None:
        if number == 1:
            await session.welcome(1, snapshot=SNAPSHOT)
            await session.read()
            await go_on.wait()
            await session.socket.close(1012)
            return
        await session.welcome(3, snapshot=json.dumps({"t": "yéx"}).encode())
        submit = await session.read()
        assert (submit["seq"], submit["base"], submit["op"]) == (1, 1, insert(1, "x"))
        await session.say(type="ack", seq=1, revision=2)

    go_on = asyncio.Event()
    async with scripted(script) as server:
        if history == "away":
            server.history_status = 404
        elif history == "broken":
            server.history_status = 500
        elif history == "no sources":
            server.log = [{k: v for k, v in item(2, []).items() if k != "source"}, item(3, [])]
        async with collab.client.connect(server.url, "room") as room:
            first = room.submit_nowait(insert(1, "x"))
            await asyncio.sleep(0)
            while not room._exchange.pending._queue[0].is_in_flight:
                await asyncio.sleep(0.01)
            second = room.submit_nowait(insert(2, "z"))
            go_on.set()
            assert await first == 2
            with pytest.raises(ClientRefused) as caught:
                await second
            assert caught.value.code == "client_behind"
            assert room.document == {"t": "yéx"}
    assert server.history_reads


async def test_diverged_document_is_taken_anew() -> None:
    """[CL5] A revision that does not apply makes the client take the whole document again."""

    async def script(number: int, session: Session) -> None:
        await session.welcome(1, snapshot=SNAPSHOT)
        if number == 1:
            await session.say(
                type="revision", revision=2, kind="op", op=insert(9, "x"),
                update=b"", author="u", time=1,
            )  # fmt: skip

    async with scripted(script) as server, collab.client.connect(server.url, "room") as room:
        while len(server.hellos) < 2 or not room.is_connected:
            await asyncio.sleep(0.01)
        assert room.document == {"t": "é"}
    assert "since" not in server.hellos[1]


async def test_replaced_history() -> None:
    """[CL10] Who follows a history that is replaced is told, and given no other revisions."""

    async def script(number: int, session: Session) -> None:
        await session.welcome(number * 10, epoch=number, snapshot=SNAPSHOT)
        if number == 1:
            await go_on.wait()
            await session.socket.close(1012)

    go_on = asyncio.Event()
    async with scripted(script) as server, collab.client.connect(server.url, "room") as room:
        following = asyncio.create_task(anext(room.revisions()))
        await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(HistoryGone) as caught:
            await following
        assert caught.value.first == 20
        assert server.history_reads == 0


async def test_slow_reader_reads_on_from_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """[CL10] A reader that falls behind what is kept in memory misses nothing."""
    monkeypatch.setattr(recent, "_REVISIONS_MAX", 3)

    async def script(_number: int, session: Session) -> None:
        await session.welcome(0, snapshot=SNAPSHOT)
        for number in range(1, 21):
            await session.say(
                type="revision", revision=number, kind="op", op=insert(0, "x"),
                update=b"", author="u", time=1,
            )  # fmt: skip

    async with scripted(script) as server, collab.client.connect(server.url, "room") as room:
        server.log = [item(number, insert(0, "x")) for number in range(1, 21)]
        await room.wait_for(20)
        revisions = room.revisions(since=0)
        assert [(await anext(revisions)).number for _ in range(20)] == list(range(1, 21))
        assert server.history_reads == 1
        await revisions.aclose()


async def test_final_close() -> None:
    """[CL2] A final close code ends the room with the server's reason; nothing is tried again."""

    async def script(_number: int, session: Session) -> None:
        await session.welcome(1, snapshot=SNAPSHOT)
        await session.say(type="error", code="auth_denied", reason="nicht für dich 😀")
        await session.socket.close(4403, "nicht für dich")

    async with scripted(script) as server, collab.client.connect(server.url, "room") as room:
        error = await room.wait_closed()
        assert (error.code, error.reason, error.socket_code) == (
            "auth_denied",
            "nicht für dich 😀",
            4403,
        )
        with pytest.raises(RoomClosed):
            await room.submit(insert(0, "x"))
        assert len(server.hellos) == 1
