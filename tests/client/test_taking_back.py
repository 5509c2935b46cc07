"""Revert, undo and redo by the client, against a real server and one that says what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

import collab.client
from collab.client import ClientRefused, RoomClosed, TakenBack
from collab.client.pending import Committed, Pending, TakingBack
from collab.errors import ProtocolError
from collab.ids import Epoch, RevisionNo, SourceId, UserId
from collab.revision import ChangeKind, Revision
from tests.api.server import Server
from tests.client.relay import Relay
from tests.client.scripted import Session, scripted

_NUMBERS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("client")) as server:
        server.import_sample("order-management.json", "orders")
        yield server


def free_room() -> str:
    """Return the name of a free room that no other test uses."""
    return f"undo/día {next(_NUMBERS)} 😀"


def insert(offset: int, text: str) -> list[dict[str, Any]]:
    return [{"p": ["text", offset], "si": text}]


async def test_undo_and_redo(server: Server) -> None:
    """[CL17] What waits goes first; the document follows, also under edits made meanwhile."""
    async with collab.client.connect(server.url, free_room()) as room:
        await room.create({"text": "né"})
        await room.submit(insert(2, "日"))
        waiting = room.submit_nowait(insert(0, "😀"))
        undone = asyncio.create_task(room.undo())
        await asyncio.sleep(0)
        later = room.submit_nowait(insert(5, "!"))
        assert room.document == {"text": "😀né日!"}
        assert await undone == TakenBack(RevisionNo(4), ())
        assert (await waiting, await later) == (3, 5)
        assert room.document == {"text": "né日!"}
        with pytest.raises(ClientRefused) as caught:
            await room.redo()
        assert caught.value.code == "undo_nothing"
        await room.undo()
        await room.undo()
        assert room.document == {"text": "né"}
        assert (await room.redo()).revision == 8
        assert room.document == {"text": "né日"}
        reverts = [found.reverts async for found in _revisions(room, 8)]
        assert reverts == [None, None, None, 3, None, 5, 2, 7]


async def _revisions(room: collab.client.Room, until: int) -> Any:
    async for revision in room.revisions(since=0):
        yield revision
        if revision.number == until:
            return


async def test_revert_with_conflicts(server: Server) -> None:
    """[CL17] Another's revision is taken back where it still applies; the rest is named."""
    name = free_room()
    async with (
        collab.client.connect(server.url, name) as one,
        collab.client.connect(server.url, name, token="other") as other,
    ):
        await one.create({"a": 1, "b": {"c": "é"}})
        await other.wait_for(1)
        theirs = await other.submit([{"p": ["a"], "od": 1, "oi": 2}, {"p": ["x"], "oi": "日"}])
        await one.wait_for(theirs)
        await one.submit([{"p": ["a"], "od": 2, "oi": 3}])
        found = await one.revert(theirs)
        assert (found.revision, found.conflicts) == (4, (("a",),))
        assert one.document == {"a": 3, "b": {"c": "é"}}
        with pytest.raises(ClientRefused) as caught:
            await one.revert(99)
        assert caught.value.code == "revert_unknown"
        await one.undo()
        assert one.document == {"a": 3, "b": {"c": "é"}, "x": "日"}


async def test_undo_with_the_answer_lost(server: Server) -> None:
    """[CL17] An undo whose answer was lost is sent again and is done once."""
    name = free_room()
    async with (
        Relay(server.port) as relay,
        collab.client.connect(relay.url, name) as room,
        collab.client.connect(server.url, name, token="other") as other,
    ):
        await room.create({"text": ""})
        await room.submit(insert(0, "é"))
        await room.submit(insert(1, "日"))
        relay.hold_answers()
        undone = asyncio.create_task(room.undo())
        await other.wait_for(4)
        relay.cut()
        relay.release_answers()
        assert (await undone).revision == 4
        assert room.document == {"text": "é"}


async def test_revision_before_its_answer() -> None:
    """[CL17] The conflicts come with the ack, behind the revision, which is applied at once."""

    async def script(number: int, session: Session) -> None:
        await session.welcome(1, snapshot=json.dumps({"t": "é"}).encode())
        asked = await session.read()
        assert (asked["type"], asked["revision"]) == ("revert", 1)
        source = server.hellos[0]["source"]
        change = {"kind": "op", "op": [{"p": ["t"], "od": "é"}], "update": b"", "reverts": 1}
        origin = {"author": "u", "time": 1, "source": source, "seq": asked["seq"]}
        await session.say(type="revision", revision=2, **change, **origin)
        await session.say(type="ack", seq=asked["seq"], revision=2, conflicts=[["日", 0], []])
        assert (await session.read())["type"] == "undo"
        await session.say(type="ack", seq=asked["seq"] + 1, revision=2, conflicts=["no path"])

    async with scripted(script) as server, collab.client.connect(server.url, "room") as room:
        assert await room.revert(1) == TakenBack(RevisionNo(2), (("日", 0), ()))
        assert room.document == {}
        undone = asyncio.create_task(room.undo())
        while room.is_connected:
            await asyncio.sleep(0.01)
        await room.close()
        with pytest.raises(RoomClosed):
            await undone


def test_edits_behind_an_undo() -> None:
    """[CL17] Edits behind an undo are carried over what it did; one that waits blocks the rest."""
    numbers = count(1)
    pending = Pending(SourceId("s"), lambda: next(numbers))
    pending.take_snapshot(Epoch(1), RevisionNo(1), True, {"t": "aé"})
    undo = pending.submit(TakingBack.UNDO, None)
    edit = pending.submit(ChangeKind.OP, [{"p": ["t", 2], "si": "日"}])
    sent = pending.send()
    assert sent is not None and sent.kind is TakingBack.UNDO and pending.send() is None
    change = [{"p": ["t", 0], "sd": "a"}]
    number, author, source = RevisionNo(2), UserId("u"), SourceId("s")
    revision = Revision(number, Epoch(1), ChangeKind.OP, change, b"", author, 1, source, sent.seq)
    assert pending.receive(revision) == []
    assert pending.document == {"t": "é日"} and pending.send() is None
    with pytest.raises(ProtocolError):
        pending.acknowledge(sent.seq, RevisionNo(3))
    outcome = pending.acknowledge(sent.seq, number, (("t",),))
    assert outcome == [Committed((undo,), number, (("t",),))]
    following = pending.send()
    assert following is not None and following.tickets == (edit,)
    assert (following.base, following.change) == (2, [{"p": ["t", 1], "si": "日"}])
