"""The adapters in front of the unmodified npm clients. SPEC: sections YW and HP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from collab.messages import Event, Refusal, Resync, Update, UpdateKind
from collab.protocol.hocuspocus import HocuspocusAdapter, encode_stateless
from collab.protocol.yjs import YjsAdapter
from tests.protocol.peer import Peer, PeerServer

ROOM = "projekt-ä"
OTHER = "zweites 😀"

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(60)]


@pytest_asyncio.fixture
async def yjs() -> AsyncIterator[tuple[PeerServer, Peer]]:
    async with PeerServer(YjsAdapter) as server, Peer("y-websocket", server.url) as peer:
        yield server, peer


@pytest_asyncio.fixture
async def hocuspocus() -> AsyncIterator[tuple[PeerServer, Peer]]:
    async with PeerServer(HocuspocusAdapter) as server, Peer("hocuspocus", server.url) as peer:
        yield server, peer


def refuse(update: Update) -> Event | None:
    return Refusal(update.seq, "update_client", "fremde Änderung", is_fatal=True)


def drop_live(update: Update) -> Event | None:
    return Resync(update.seq) if update.kind is UpdateKind.LIVE else None


async def barrier(server: PeerServer, peer: Peer, room: str, number: int) -> None:
    """Wait until the provider has taken everything that was sent before."""
    payload = {"type": "revision", "revision": number}
    await server.tell(room, lambda channel: encode_stateless(channel, payload))
    await peer.until("stateless", room=room, payload=payload)


async def test_yjs_client_syncs_both_ways(yjs: tuple[PeerServer, Peer]) -> None:
    """[YW13] what was there comes, what each side writes reaches the other."""
    server, peer = yjs
    await server.write("raum", "título", "héllo 😀")
    await peer.do("open", "raum")
    await peer.until("synced", state=True)
    assert (await peer.ask("raum"))["values"] == {"título": "héllo 😀"}
    await peer.do("set", "raum", key="é", value="né😀")
    while (await server.updates.get()).kind is not UpdateKind.LIVE:
        pass
    assert server.values("raum") == {"título": "héllo 😀", "é": "né😀"}
    await server.write("raum", "zurück", "ja")
    await peer.until("value", key="zurück", value="ja")


async def test_yjs_client_answers_after_a_drop(yjs: tuple[PeerServer, Peer]) -> None:
    """[YW3] a real client sends in its step 2 what was dropped."""
    server, peer = yjs
    await peer.do("open", "raum")
    assert (await server.updates.get()).kind is UpdateKind.STEP2
    server.decide = drop_live
    await peer.do("set", "raum", key="a", value="né😀")
    assert (await server.updates.get()).kind is UpdateKind.LIVE
    assert (await server.updates.get()).kind is UpdateKind.STEP2
    assert server.values("raum") == {"a": "né😀"}


async def test_yjs_client_comes_back_and_stays_away(yjs: tuple[PeerServer, Peer]) -> None:
    """[YW13] back after 1012 and after a broken line, never after 4422."""
    server, peer = yjs
    await peer.do("open", "raum")
    await peer.until("synced", state=True)
    await server.close_all(1012, "öffnet neu")
    await peer.until("status", status="disconnected")
    await peer.until("synced", state=True)
    await peer.do("break and set", "raum", values={"offline": "né😀"})
    while "offline" not in server.values("raum"):
        await server.updates.get()
    server.decide = refuse
    await peer.do("set", "raum", key="b", value="x")
    closed = await peer.until("closed")
    assert (closed["code"], closed["reason"]) == (4422, "fremde Änderung")


async def test_provider_counts_what_is_not_stored(hocuspocus: tuple[PeerServer, Peer]) -> None:
    """[HP21] synced after our step 2; unsynced until each acknowledgement, and not longer."""
    server, peer = hocuspocus
    server.is_holding = True
    await peer.do("open", ROOM, token="t")
    assert (await peer.until("authenticated"))["scope"] == "read-write"
    await peer.until("synced", state=True)
    assert (await server.updates.get()).kind is UpdateKind.STEP2
    await barrier(server, peer, ROOM, 1)
    assert (await peer.ask(ROOM))["unsynced"] == 1
    await server.release()
    await peer.until("unsynced", number=0)
    server.is_holding = True
    for key in ("é", "😀"):
        await peer.do("set", ROOM, key=key, value="né😀")
        await server.updates.get()
    await barrier(server, peer, ROOM, 2)
    assert (await peer.ask(ROOM))["unsynced"] == 2
    await server.release()
    await peer.until("unsynced", number=1)
    await peer.until("unsynced", number=0)
    assert server.values(ROOM) == {"é": "né😀", "😀": "né😀"}


async def test_provider_counts_dropped_updates(hocuspocus: tuple[PeerServer, Peer]) -> None:
    """[HP9] three dropped edits are stored with one step 2, and the count ends at zero."""
    server, peer = hocuspocus
    await peer.do("open", ROOM, token="t")
    await peer.until("unsynced", number=0)
    await server.updates.get()
    server.decide = drop_live
    server.is_holding = True
    for key in ("a", "b", "c"):
        await peer.do("set", ROOM, key=key, value="né😀")
        await server.updates.get()
    await server.release()
    server.is_holding = True
    assert (await server.updates.get()).kind is UpdateKind.STEP2
    await barrier(server, peer, ROOM, 1)
    assert (await peer.ask(ROOM))["unsynced"] == 3
    await server.release()
    await peer.until("unsynced", number=0)
    assert server.values(ROOM) == dict.fromkeys("abc", "né😀")


async def test_provider_comes_back_with_offline_edits(
    hocuspocus: tuple[PeerServer, Peer],
) -> None:
    """[HP8] flushed edits do not bring the count to zero before the step 2 is stored."""
    server, peer = hocuspocus
    await peer.do("open", ROOM, token="t")
    await peer.until("unsynced", number=0)
    await server.updates.get()
    held: list[Update] = []
    server.is_holding = True
    await peer.do("break and set", ROOM, values={"eins": "é", "zwei": "😀"})
    while not held or held[-1].kind is not UpdateKind.STEP2:
        held.append(await server.updates.get())
    assert [update.kind for update in held[:-1]] == [UpdateKind.LIVE] * 2
    await server.release_all_but_last()
    await barrier(server, peer, ROOM, 1)
    assert (await peer.ask(ROOM))["unsynced"] == 1
    await server.release()
    await peer.until("unsynced", number=0)
    assert server.values(ROOM) == {"eins": "é", "zwei": "😀"}


async def test_provider_is_told_of_a_denial(hocuspocus: tuple[PeerServer, Peer]) -> None:
    """[HP5] the reason reaches the application, and the other document works on."""
    server, peer = hocuspocus
    await peer.do("open", ROOM, token="wrong")
    assert (await peer.until("denied", room=ROOM))["reason"] == "falsches Token 😀"
    await peer.do("open", OTHER, token="t")
    await peer.until("unsynced", room=OTHER, number=0)
    await peer.do("set", OTHER, key="a", value="né😀")
    await peer.until("unsynced", room=OTHER, number=1)
    await peer.until("unsynced", room=OTHER, number=0)
    assert server.values(OTHER) == {"a": "né😀"}


async def test_provider_is_told_of_unacceptable_content(
    hocuspocus: tuple[PeerServer, Peer],
) -> None:
    """[HP11] the reason reaches the application, nothing counts as stored, others go on."""
    server, peer = hocuspocus
    for room in (ROOM, OTHER):
        await peer.do("open", room, token="t")
        await peer.until("unsynced", room=room, number=0)
    server.decide = refuse
    await peer.do("set", ROOM, key="a", value="x")
    assert (await peer.until("denied", room=ROOM))["reason"] == "fremde Änderung"
    assert (await peer.until("closed", room=ROOM))["reason"] == "fremde Änderung"
    assert (await peer.ask(ROOM))["unsynced"] == 1
    server.decide = lambda update: None
    await peer.do("set", OTHER, key="b", value="né😀")
    await peer.until("unsynced", room=OTHER, number=1)
    await peer.until("unsynced", room=OTHER, number=0)


async def test_provider_comes_back_after_1012(hocuspocus: tuple[PeerServer, Peer]) -> None:
    """[HP16] the room is reopened: the provider reconnects and syncs anew."""
    server, peer = hocuspocus
    await peer.do("open", ROOM, token="t")
    await peer.until("unsynced", number=0)
    await server.close_all(1012, "öffnet neu")
    await peer.until("status", status="disconnected")
    await peer.until("synced", state=True)
    await peer.until("unsynced", number=0)
