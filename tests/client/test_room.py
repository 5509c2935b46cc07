"""The client against a real server process, with connections that break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pycrdt
import pytest

import collab.client
from collab.client import (
    Advanced,
    ClientBehind,
    ClientRefused,
    ConnectFailed,
    ConnectionChanged,
    HistoryGone,
    Replaced,
    Room,
    RoomClosed,
    RoomEvent,
)
from collab.client.address import RoomAddress
from collab.errors import InvalidName, InvalidOp, LimitExceeded
from collab.revision import ChangeKind, Revision
from tests.api.server import Server
from tests.client.relay import Relay

_NUMBERS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("client")) as server:
        server.import_sample("order-management.json", "orders")
        yield server


@pytest.fixture
async def relay(server: Server) -> AsyncIterator[Relay]:
    async with Relay(server.port) as relay:
        yield relay


def free_room() -> str:
    """Return the name of a free room that no other test uses."""
    return f"notes/día {next(_NUMBERS)} 😀"


async def until(look: Callable[[], Any], room: Room) -> None:
    """Wait, event by event, until *look* is true."""
    changed = asyncio.Event()
    stop = room.listen(lambda _event: changed.set())
    try:
        async with asyncio.timeout(60):
            while not look():
                changed.clear()
                await changed.wait()
    finally:
        stop()


def insert(offset: int, text: str) -> list[dict[str, Any]]:
    return [{"p": ["text", offset], "si": text}]


async def test_two_clients(server: Server) -> None:
    """[CL5] Two clients of a room see each other's edits, non-ASCII text included."""
    name = free_room()
    async with (
        collab.client.connect(server.url, name) as one,
        collab.client.connect(server.url, name, token="other") as other,
    ):
        assert one.document is None
        revision = await one.create({"text": "hé😀"})
        await other.wait_for(revision)
        revisions = await asyncio.gather(
            one.submit(insert(4, "日本")), other.submit(insert(0, "¡"))
        )
        assert sorted(revisions) == [2, 3]
        for room in (one, other):
            await room.wait_for(3)
            assert room.document == {"text": "¡hé😀日本"}
            assert not room.has_pending
        await one.delete()
        await other.wait_for(4)
        assert not other.exists
        assert other.document is None


async def test_edits_show_at_once_and_are_composed(server: Server) -> None:
    """[CL4] Edits show before they are durable; those behind one in flight share a revision."""
    async with collab.client.connect(server.url, free_room()) as room:
        await room.create({"text": ""})
        answers = [room.submit_nowait(insert(place, "é")) for place in range(10)]
        assert room.document == {"text": "é" * 10}
        assert room.has_pending
        assert set(await asyncio.gather(*answers)) == {2}
        answers.append(room.submit_nowait(insert(0, "a")))
        with pytest.raises(InvalidOp):
            room.submit_nowait(insert(99, "x"))
        assert await answers[-1] == 3


async def test_refused_op_is_typed_and_taken_back(server: Server) -> None:
    """[CL5] A refused op is taken back and raised with the server's code, path and reason."""
    async with collab.client.connect(server.url, "orders") as room:
        before = room.document
        node = next(key for key, item in before["nodes"].items() if item["type"] == "Button@1")
        op = [{"p": ["nodes", node, "place"], "od": before["nodes"][node]["place"], "oi": ["no"]}]
        answer = room.submit_nowait(op)
        assert room.document["nodes"][node]["place"] == ["no"]
        with pytest.raises(ClientRefused) as caught:
            await answer
        assert caught.value.code == "check_place"
        assert caught.value.path[:2] == ("nodes", node)
        assert caught.value.reason
        assert room.document == before
        label = [{"p": ["nodes", node, "props", "label"], "oi": "Größe 😀"}]
        assert await room.submit(label) == room.revision


async def test_change_that_is_too_large_for_a_frame(server: Server) -> None:
    """[CL13] What no server would take is refused here, and the connection goes on."""
    async with collab.client.connect(server.url, free_room()) as room:
        with pytest.raises(ClientRefused) as caught:
            await room.create({"text": "x" * (1 << 20)})
        assert caught.value.code == "limit_frame"
        with pytest.raises(LimitExceeded):
            await room.update(b"x" * (1 << 20))
        assert await room.create({"text": "é"}) == 1


async def test_connection_lost_with_an_op_in_flight(server: Server, relay: Relay) -> None:
    """[CL7] An op whose ack was lost is sent again under its seq and is committed once."""
    name = free_room()
    async with (
        collab.client.connect(relay.url, name) as room,
        collab.client.connect(server.url, name, token="other") as other,
    ):
        await room.create({"text": ""})
        relay.hold_answers()
        answers = [room.submit_nowait(insert(0, "é"))]
        await until(lambda: other.revision == 2, other)
        answers.append(room.submit_nowait(insert(1, "b")))
        relay.cut()
        relay.release_answers()
        assert await asyncio.gather(*answers) == [2, 3]
        await other.wait_for(3)
        assert other.document == room.document == {"text": "éb"}


async def test_edits_through_a_storm_of_broken_connections(server: Server, relay: Relay) -> None:
    """[CL7] However often connections break, every edit is committed exactly once, in order."""
    name = free_room()
    async with (
        collab.client.connect(relay.url, name) as room,
        collab.client.connect(server.url, name, token="other") as other,
    ):
        await room.create({"mine": [], "theirs": []})
        await other.wait_for(1)
        answers = []
        for number in range(60):
            answers.append(room.submit_nowait([{"p": ["mine", number], "li": number}]))
            await other.submit([{"p": ["theirs", 0], "li": number}])
            if number % 10 == 4:
                await until(lambda: room.is_connected, room)
                relay.cut()
        await asyncio.gather(*answers)
        await room.wait_for(other.revision)
        await other.wait_for(room.revision)
        assert room.document["mine"] == list(range(60))
        assert room.document == other.document
        assert relay.connections >= 6


async def test_server_restart(tmp_path: Path) -> None:
    """[CL7] A killed server costs nothing: edits made meanwhile arrive when it is back."""
    with Server(tmp_path) as server:
        async with collab.client.connect(server.url, "d/doc") as room:
            await room.create({"text": "é"})
            lost: list[RoomEvent] = []
            room.listen(lost.append)
            await asyncio.to_thread(server.kill)
            await until(lambda: not room.is_connected, room)
            answers = [room.submit_nowait(insert(place, "x")) for place in range(5)]
            await asyncio.to_thread(server.start)
            assert set(await asyncio.gather(*answers)) == {2}
            assert room.document == {"text": "xxxxxé"}
            assert [
                event.is_connected for event in lost if isinstance(event, ConnectionChanged)
            ] == [
                False,
                True,
            ]


async def take(revisions: AsyncIterator[Revision], count: int) -> list[Revision]:
    taken: list[Revision] = []
    async with asyncio.timeout(60):
        async for revision in revisions:
            taken.append(revision)
            if len(taken) == count:
                return taken
    raise AssertionError("the revisions ended")


async def test_revisions_are_gapless(server: Server, relay: Relay) -> None:
    """[CL10] ``revisions`` gives every revision, own ones too, across reconnects."""
    name = free_room()
    async with (
        collab.client.connect(relay.url, name) as room,
        collab.client.connect(server.url, name, token="other") as other,
    ):
        follower = asyncio.create_task(take(room.revisions(since=0), 31))
        await room.create({"n": 0})
        await other.wait_for(1)
        for number in range(30):
            await (other if number % 3 else room).submit([{"p": ["n"], "na": 1}])
            if number % 10 == 5:
                relay.cut()
        followed = await follower
        assert [revision.number for revision in followed] == list(range(1, 32))
        assert followed[0].kind is ChangeKind.CREATE
        assert followed[0].change == {"n": 0}
        assert all(revision.update for revision in followed)


async def test_revisions_from_the_history(server: Server) -> None:
    """[CL10] What is older than this client's stay is read from the server's history."""
    async with collab.client.connect(server.url, "orders") as writer:
        await writer.submit([{"p": ["application", "name"], "oi": "Bestellungen 😀"}])
        head = writer.revision
        async with collab.client.connect(server.url, "orders") as room:
            assert room.revision == head
            followed = await take(room.revisions(since=0), head)
            assert [revision.number for revision in followed] == list(range(1, head + 1))
            assert followed[-1].change[0]["oi"] == "Bestellungen 😀"


async def test_revisions_that_cannot_be_had(server: Server) -> None:
    """[CL10] A history that is not there raises ``HistoryGone`` instead of leaving a gap."""
    name = free_room().replace("notes", "gone")
    async with collab.client.connect(server.url, name) as first:
        await first.create({"é": 1})
    async with collab.client.connect(server.url, "orders") as room:
        room._history._url = f"{server.url}/api/rooms/missing/revisions"
        with pytest.raises(HistoryGone):
            await take(room.revisions(since=0), 1)


async def test_yjs_updates(server: Server) -> None:
    """[CL9] A Yjs client's updates and syncs go through the same room as the ops."""
    async with collab.client.connect(server.url, free_room()) as room:
        doc: pycrdt.Doc[Any] = pycrdt.Doc()
        model = doc.get("model", type=pycrdt.Map)
        before = doc.get_state()
        model["text"] = pycrdt.Text("hé😀")
        revision = await room.update(doc.get_update(before))
        await room.wait_for(revision)
        assert room.document == {"text": "hé😀"}
        await room.submit(insert(4, "!"))
        diff = await room.sync(doc.get_state())
        doc.apply_update(diff.update)
        assert str(model["text"]) == "hé😀!"
        assert diff.revision == room.revision
        missing = doc.get_state()
        model["a"] = 1.0
        between = doc.get_state()
        model["b"] = 2.0
        with pytest.raises(ClientBehind):
            await room.update(doc.get_update(between))
        await room.update(doc.get_update(missing), is_answer=True)
        assert room.document == {"text": "hé😀!", "a": 1, "b": 2}


async def test_update_sent_again(server: Server, relay: Relay) -> None:
    """[CL9] An update whose ack was lost is sent again and applied once."""
    name = free_room()
    async with (
        collab.client.connect(relay.url, name) as room,
        collab.client.connect(server.url, name, token="other") as other,
    ):
        doc: pycrdt.Doc[Any] = pycrdt.Doc()
        doc.get("model", type=pycrdt.Map)["text"] = pycrdt.Text("é")
        relay.hold_answers()
        answer = asyncio.create_task(room.update(doc.get_update()))
        await until(lambda: other.revision == 1, other)
        relay.cut()
        relay.release_answers()
        assert await answer == 1
        assert room.document == {"text": "é"}


async def test_refused_update(server: Server) -> None:
    """[CL9] A refused update says where, and that it was undone."""
    async with collab.client.connect(server.url, "orders") as room:
        doc: pycrdt.Doc[Any] = pycrdt.Doc()
        doc.apply_update((await room.sync(doc.get_state())).update)
        nodes = doc.get("nodes", type=pycrdt.Map)
        node = next(key for key in nodes if nodes[key]["type"] == "Button@1")
        before = doc.get_state()
        nodes[node]["place"] = ["no"]
        with pytest.raises(ClientRefused) as caught:
            await room.update(doc.get_update(before))
        assert caught.value.code == "check_place"
        assert caught.value.is_undone
        assert caught.value.nodes == (node,)


async def test_presence(server: Server, relay: Relay) -> None:
    """[CL11] Presence is seen by others, outlives a broken connection, and goes with its client."""
    name = free_room()
    zoe = {"user": {"name": "Zoë 😀"}}
    async with collab.client.connect(server.url, name) as watcher:
        events = watcher.presence_events()
        async with collab.client.connect(relay.url, name, token="zoe") as guest:
            await guest.set_presence(zoe)
            assert (await anext(events)).states == {guest.client: zoe}
            assert dict(watcher.presence) == {guest.client: zoe}
            first = guest.client
            relay.cut()
            await until(lambda: first not in watcher.presence and watcher.presence, watcher)
            assert list(watcher.presence.values()) == [zoe]
            with pytest.raises(LimitExceeded):
                await guest.set_presence({"x": "é" * 20_000})
        await until(lambda: not watcher.presence, watcher)
        await events.aclose()


async def test_problems(server: Server) -> None:
    """[CL12] ``problems`` is the server's list, from the start and after each change of it."""
    async with collab.client.connect(server.url, "orders") as room:
        button = next(n for n in room.document["nodes"].values() if n["type"] == "Button@1")
        parent, slot, order = button["place"]
        node = {"type": "Unbekannt@1", "place": [parent, slot, f"{order}V"], "props": {"é": 1}}
        await room.submit([{"p": ["nodes", "unknown1"], "oi": node}])
        await until(lambda: _has_problem(room, "unknown1"), room)
        async with collab.client.connect(server.url, "orders") as late:
            await until(lambda: _has_problem(late, "unknown1"), late)
        trash = [{"p": ["nodes", "unknown1", "place"], "od": node["place"], "oi": None}]
        await room.submit(trash)
        await until(lambda: not _has_problem(room, "unknown1"), room)


def _has_problem(room: Room, node: str) -> bool:
    return any(problem["node"] == node for problem in room.problems)


async def test_listeners(server: Server) -> None:
    """[CL14] A listener hears every revision with the document at it, even if another one fails."""
    async with collab.client.connect(server.url, free_room()) as room:
        heard: list[tuple[int, Any]] = []

        def fail(_event: RoomEvent) -> None:
            raise RuntimeError("a listener's fault")

        def hear(event: RoomEvent) -> None:
            assert not isinstance(event, Replaced)
            if isinstance(event, Advanced):
                heard.append((event.revision.number, room.document))

        room.listen(fail)
        stop = room.listen(hear)
        await room.create({"n": 0})
        await room.submit([{"p": ["n"], "na": 1}])
        stop()
        await room.submit([{"p": ["n"], "na": 1}])
        assert heard == [(1, {"n": 0}), (2, {"n": 1})]


async def test_no_such_room(server: Server) -> None:
    """[CL2] A server that will not have this client says why, once, with a typed error."""
    with pytest.raises(RoomClosed) as caught:
        async with collab.client.connect(server.url, "missing"):
            raise AssertionError("there is no such room")
    assert caught.value.code == "not_found"
    assert caught.value.socket_code == 4404


async def test_nobody_there(server: Server) -> None:
    """[CL2] A server that does not answer raises ``ConnectFailed`` after the time to connect."""
    async with Relay(server.port) as relay:
        relay.is_open = False
        with pytest.raises(ConnectFailed):
            async with collab.client.connect(relay.url, "orders", timeout_s=0.5):
                raise AssertionError("nobody is there")


async def test_leaving(server: Server, relay: Relay) -> None:
    """[CL15] Leaving fails what is not yet durable, ends the iterators, and takes nothing more."""
    async with collab.client.connect(relay.url, free_room()) as room:
        await room.create({"text": "é"})
        relay.hold_answers()
        answer = room.submit_nowait(insert(0, "x"))
        follower = asyncio.create_task(take(room.revisions(), 1))
        syncing = asyncio.create_task(room.sync(b"\x00"))
        presence = asyncio.create_task(anext(room.presence_events()))
        await asyncio.sleep(0)
    for waiting in (answer, follower, syncing):
        with pytest.raises(RoomClosed) as caught:
            await waiting
        assert caught.value.code == "client_left"
    with pytest.raises(StopAsyncIteration):
        await presence
    with pytest.raises(RoomClosed):
        room.submit_nowait(insert(0, "y"))


@pytest.mark.parametrize(
    ("server_url", "name", "socket"),
    [
        ("http://localhost:8000", "orders", "ws://localhost:8000/rooms/orders/socket"),
        ("https://x.example/base/", "a/é b", "wss://x.example/base/free/a/%C3%A9%20b/socket"),
        ("http://[::1]:80", "a/%C3%A9", "ws://[::1]:80/free/a/%C3%A9/socket"),
    ],
)
def test_addresses(server_url: str, name: str, socket: str) -> None:
    """[CL1] A room's address is made from the server's and the room's name, encoded once."""
    assert RoomAddress.of(server_url, name).socket == socket


@pytest.mark.parametrize(
    ("server_url", "name"),
    [
        ("ftp://x", "a"),
        ("localhost:8000", "a"),
        ("http://x", ""),
        ("http://x", "é"),
        ("http://x", "/"),
    ],
)
def test_bad_addresses(server_url: str, name: str) -> None:
    """[CL1] What is no address of a room is refused before anything is sent."""
    with pytest.raises(InvalidName):
        collab.client.connect(server_url, name)
