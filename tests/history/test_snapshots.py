"""Documents of the past, out of snapshots and the log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collab.errors import Refused
from collab.history.snapshots import PastDocument, document_at, revision_at
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.revision import ChangeKind, Revision
from collab.stores.memory import MemoryStore
from tests.room.driver import Driver

pytestmark = pytest.mark.asyncio

_ROOM = RoomId.free(TenantId("zürich"), "notizen", "ä")
_PLAN = RoomId.application(TenantId("zürich"), "plan")
_EPOCH_MS = 1_700_000_000_000


def _revision(number: int, kind: ChangeKind, change: Any) -> Revision:
    return Revision(
        number=RevisionNo(number),
        epoch=Epoch(1),
        kind=kind,
        change=change,
        update=b"",
        author=UserId("zoë"),
        time_ms=_EPOCH_MS + 10 * number,
    )


async def _store(revisions: list[Revision], room: RoomId = _ROOM) -> MemoryStore:
    store = MemoryStore()
    await store.open()
    await store.create_room(room, title="", created_by=UserId("zoë"), time_ms=0)
    claim = await store.claim(room)
    for revision in revisions:
        await store.append(room, claim.token, [revision])
    return store


def _history() -> list[Revision]:
    """Return a history in which the document comes, grows, goes and comes again."""
    grown = [
        _revision(number, ChangeKind.OP, [{"p": ["l", 0], "li": f"é{number}"}])
        for number in range(2, 203)
    ]
    return [
        _revision(1, ChangeKind.CREATE, {"l": []}),
        *grown,
        _revision(203, ChangeKind.DELETE, None),
        _revision(204, ChangeKind.NONE, None),
        _revision(205, ChangeKind.CREATE, {"neu": "né 😀"}),
    ]


async def test_a_document_is_told_as_it_was() -> None:
    """[SD20] at every revision, also where it was not there, and at the newest."""
    store = await _store(_history())
    assert await document_at(store, _ROOM, RevisionNo(0)) == PastDocument(
        RevisionNo(0), exists=False, json=b""
    )
    assert (await document_at(store, _ROOM, RevisionNo(1))).json == b'{"l":[]}'
    grown = await document_at(store, _ROOM, RevisionNo(202))
    assert json.loads(grown.json) == {"l": [f"é{number}" for number in range(202, 1, -1)]}
    for number in (203, 204):
        gone = await document_at(store, _ROOM, RevisionNo(number))
        assert (gone.revision, gone.exists, gone.json) == (number, False, b"")
    newest = await document_at(store, _ROOM)
    assert (newest.revision, json.loads(newest.json)) == (205, {"neu": "né 😀"})


async def test_what_is_not_there_is_told_so() -> None:
    """[SD20] a room without a record has no document; a revision to come is an error."""
    store = await _store(_history())
    nobody = RoomId.free(TenantId("zürich"), "notizen", "nie")
    assert not (await document_at(store, nobody)).exists
    assert await revision_at(store, nobody, _EPOCH_MS) == 0
    for room in (_ROOM, nobody):
        with pytest.raises(Refused) as refused:
            await document_at(store, room, RevisionNo(206))
        assert refused.value.code == "revision_future"
    assert await store.room(nobody) is None


async def test_a_time_means_the_last_revision_before_it() -> None:
    """[SD20] each boundary to the millisecond."""
    store = await _store(_history())
    for number in (1, 2, 100, 204, 205):
        at = _EPOCH_MS + 10 * number
        assert await revision_at(store, _ROOM, at) == number
        assert await revision_at(store, _ROOM, at - 1) == number - 1
        assert await revision_at(store, _ROOM, at + 9) == number
    assert await revision_at(store, _ROOM, 0) == 0
    assert await revision_at(store, _ROOM, 2 * _EPOCH_MS) == 205


async def test_a_snapshot_is_gone_on_from() -> None:
    """[SD20] the newest stored one that is not later, whatever is in the log before it."""
    driver = Driver()
    driver.join("zoë")
    driver.submit("zoë", {"l": []}, seq=1, kind=ChangeKind.CREATE)
    for number in range(2, 6):
        driver.submit("zoë", [{"p": ["l", 0], "li": f"é{number}"}], seq=number)
    driver.store()
    store = await _store(driver.log)
    token = (await store.claim(_ROOM)).token
    await store.save_snapshot(_ROOM, token, driver.room.committer.snapshot())
    driver.submit("zoë", [{"p": ["l", 0], "ld": "é5"}], seq=6)
    driver.store()
    await store.append(_ROOM, token, driver.log[-1:])
    assert token > FencingToken(0)
    expected = {3: ["é3", "é2"], 5: ["é5", "é4", "é3", "é2"], 6: ["é4", "é3", "é2"]}
    for number, items in expected.items():
        past = await document_at(store, _ROOM, RevisionNo(number))
        assert json.loads(past.json) == {"l": items}


async def test_an_application_room_has_its_document_from_the_beginning() -> None:
    """[SD20] with both of its parts, before anything was done."""
    store = await _store([], _PLAN)
    past = await document_at(store, _PLAN)
    assert (past.revision, past.exists) == (0, True)
    assert json.loads(past.json) == {"application": {}, "nodes": {}}
