"""The memory store's faults. SPEC: [ST28]."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collab.errors import (
    AppendRefused,
    AppendUnknown,
    Fenced,
    RevisionConflict,
    StorageFull,
    StoreUnavailable,
)
from collab.ids import Epoch, RevisionNo, RoomId, TenantId, UserId
from collab.messages import Role
from collab.revision import ChangeKind, Revision
from collab.stores.memory import MemoryStore, Moment

ROOM = RoomId(TenantId("ä"), "größe")


def _revision(number: int) -> Revision:
    return Revision(
        RevisionNo(number), Epoch(1), ChangeKind.NONE, None, b"", UserId("ü"), time_ms=number
    )


@pytest.mark.parametrize(
    ("error", "moment", "stored"),
    [
        (Fenced("é"), Moment.BEFORE, 0),
        (RevisionConflict("é"), Moment.BEFORE, 0),
        (StorageFull("é"), Moment.BEFORE, 0),
        (AppendUnknown("é"), Moment.BEFORE, 0),
        (AppendUnknown("é"), Moment.AFTER, 2),
    ],
)
async def test_a_fault_strikes_before_or_after(
    error: AppendRefused, moment: Moment, stored: int
) -> None:
    """[ST28] the caller gets what the fault raised; the log has all or nothing."""
    struck: list[tuple[RoomId, int]] = []

    def faults(now: Moment, room: RoomId, revisions: Sequence[Revision]) -> None:
        if now is moment and not struck:
            struck.append((room, len(revisions)))
            raise error

    store = MemoryStore(faults=faults)
    await store.open()
    await store.create_room(ROOM, title="é", created_by=UserId("ü"), time_ms=1)
    token = (await store.claim(ROOM)).token
    with pytest.raises(type(error)) as caught:
        await store.append(ROOM, token, [_revision(1), _revision(2)])
    assert caught.value is error
    assert struck == [(ROOM, 2)]
    claim = await store.claim(ROOM)
    assert claim.revision == stored
    assert len(await store.revisions(ROOM, RevisionNo(0), 9)) == stored
    await store.append(ROOM, claim.token, [_revision(stored + 1)])


async def test_a_refused_append_meets_no_fault() -> None:
    """[ST28] What the store refuses by itself is not counted as an append that could fail."""
    moments: list[Moment] = []
    store = MemoryStore(faults=lambda moment, room, revisions: moments.append(moment))
    await store.open()
    await store.create_room(ROOM, title="é", created_by=UserId("ü"), time_ms=1)
    token = (await store.claim(ROOM)).token
    with pytest.raises(RevisionConflict):
        await store.append(ROOM, token, [_revision(2)])
    assert moments == []
    await store.append(ROOM, token, [_revision(1)])
    assert moments == [Moment.BEFORE, Moment.AFTER]


@pytest.mark.parametrize("moment", list(Moment))
async def test_faults_strike_other_writes(moment: Moment) -> None:
    """[ST28] A title, a deletion and a member are stored or not, as the moment says."""
    struck: list[RoomId] = []

    def faults(now: Moment, room: RoomId, revisions: Sequence[Revision]) -> None:
        assert not revisions
        if now is moment:
            struck.append(room)
            raise StoreUnavailable("é")

    store = MemoryStore(faults=faults)
    await store.open()
    await store.create_room(ROOM, title="é", created_by=UserId("ü"), time_ms=1)
    is_stored = moment is Moment.AFTER
    with pytest.raises(StoreUnavailable):
        await store.rename_room(ROOM, "größer")
    record = await store.room(ROOM)
    assert record is not None
    assert record.title == ("größer" if is_stored else "é")
    with pytest.raises(StoreUnavailable):
        await store.set_member(ROOM, UserId("Борис"), Role.VIEWER)
    assert bool(await store.members(ROOM)) is is_stored
    with pytest.raises(StoreUnavailable):
        await store.delete_room(ROOM, 9)
    assert (await store.room(ROOM, deleted=True) is not None) is is_stored
    assert struck == [ROOM] * 3
