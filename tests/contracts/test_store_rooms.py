"""The contract of the ``Store`` port: titles, the trash, members, shares, revoked tokens.

SPEC: [ST33] to [ST44].
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from collab.errors import (
    AlreadyExists,
    Fenced,
    LimitExceeded,
    NotFound,
    Refused,
    StoreUnavailable,
)
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.limits import PURGE_REVISIONS
from collab.messages import Role
from collab.ports import RevokedToken, ShareRecord, Store
from collab.revision import ChangeKind, Revision, Snapshot
from collab.stores import rules
from tests.contracts.stores import ANNA, BORIS, ROOM, TENANT, MakeStore, create, make_store, store

__all__ = ["make_store", "store"]

OTHER = RoomId(TENANT, "größe-2")
# A room of the same name, which must never be mistaken for it.
TWIN = RoomId(TenantId("other"), ROOM.name)
# Stand in for the bounds of limits.py, so that each store reaches them soon.
MEMBERS_MAX, SHARES_MAX = 30, 20


def revision(number: int) -> Revision:
    return Revision(
        RevisionNo(number), Epoch(1), ChangeKind.OP, ["né 😀"], b"\xff", ANNA, 1_000 + number
    )


def snapshot(at: int) -> Snapshot:
    return Snapshot(RevisionNo(at), Epoch(1), True, {"größe": at}, b"\x00")


def share(share_id: str = "sh-é", *, created: int = 10, expires: int = 1_000) -> ShareRecord:
    return ShareRecord(share_id, ROOM, Role.REVIEWER, ANNA, created, expires)


async def test_a_room_is_renamed(store: Store) -> None:
    """[ST33] The title changes, and name, log and times stay; an unknown room is not found."""
    token = await create(store)
    await create(store, TWIN)
    await store.append(ROOM, token, [revision(1)])
    before = await store.room(ROOM)
    assert before is not None
    renamed = await store.rename_room(ROOM, "Größe 😀 “x”")
    assert renamed == replace(before, title="Größe 😀 “x”")
    assert await store.room(ROOM) == renamed
    twin = await store.room(TWIN)
    assert twin is not None
    assert twin.title == "Kaffee ☕"
    await store.append(ROOM, token, [revision(2)])
    with pytest.raises(NotFound):
        await store.rename_room(OTHER, "é")


async def test_a_deleted_room_is_gone(store: Store) -> None:
    """[ST34] It is neither listed nor found, cannot be claimed or renamed; its twin stays."""
    await create(store)
    await create(store, TWIN)
    deleted = await store.delete_room(ROOM, 5_000)
    assert deleted.deleted_ms == 5_000
    assert await store.room(ROOM) is None
    assert await store.rooms(TENANT) == []
    assert [found.room for found in await store.rooms(TWIN.tenant)] == [TWIN]
    assert await store.rooms(TWIN.tenant, deleted=True) == []
    for call in (
        store.claim(ROOM),
        store.rename_room(ROOM, "é"),
        store.set_member(ROOM, BORIS, Role.VIEWER),
        store.add_share(share()),
        store.revoke_share(ROOM, "sh-é", 1),
        store.delete_room(OTHER, 1),
        store.restore_room(OTHER),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_deleted_room_takes_no_appends(store: Store) -> None:
    """[ST34] Its owner is fenced at once and after a restore; nothing of its append is stored."""
    token = await create(store)
    await store.append(ROOM, token, [revision(1)])
    begun = [store.append(ROOM, token, [revision(2)]), store.delete_room(ROOM, 5)]
    await asyncio.gather(*begun)
    for stale in (token, FencingToken(token + 1), FencingToken(token + 2)):
        with pytest.raises(Fenced):
            await store.append(ROOM, stale, [revision(3)])
        with pytest.raises(Fenced):
            await store.save_snapshot(ROOM, stale, snapshot(2))
    await store.restore_room(ROOM)
    with pytest.raises(Fenced):
        await store.append(ROOM, token, [revision(3)])
    claim = await store.claim(ROOM)
    assert claim.revision == 2
    await store.append(ROOM, claim.token, [revision(3)])


async def test_a_restored_room_is_as_it_was(store: Store) -> None:
    """[ST35] Log, snapshots, members and shares come back, also after the store was reopened."""
    token = await create(store)
    await store.append(ROOM, token, [revision(1), revision(2)])
    await store.save_snapshot(ROOM, token, snapshot(1))
    await store.set_member(ROOM, BORIS, Role.EDITOR)
    await store.add_share(share())
    before = await store.room(ROOM)
    await store.delete_room(ROOM, 5_000)
    await store.close()
    await store.open()
    assert await store.members(ROOM) == {BORIS: Role.EDITOR}
    assert await store.restore_room(ROOM) == before
    assert await store.room(ROOM) == before
    assert await store.rooms(TENANT, deleted=True) == []
    assert await store.revisions(ROOM, RevisionNo(0), 9) == [revision(1), revision(2)]
    assert await store.snapshot(ROOM) == snapshot(1)
    assert await store.members(ROOM) == {BORIS: Role.EDITOR}
    assert await store.shares(ROOM) == [share()]
    assert await store.restore_room(ROOM) == before


async def test_the_trash_is_listed_and_keeps_names(make_store: MakeStore) -> None:
    """[ST36] Deleted rooms are listed apart, keep their names and count; the first time stays."""
    store = make_store(rooms_per_tenant_max=2)
    await store.open()
    for room in (ROOM, OTHER):
        await create(store, room)
        await store.delete_room(room, 70)
    assert (await store.delete_room(ROOM, 99)).deleted_ms == 70
    trash = await store.rooms(TENANT, deleted=True)
    assert [found.room.name for found in trash] == sorted([ROOM.name, OTHER.name])
    assert await store.room(ROOM, deleted=True) == trash[[r.room for r in trash].index(ROOM)]
    with pytest.raises(AlreadyExists, match="trash") as taken:
        await create(store)
    assert taken.value.code == "room_in_trash"
    with pytest.raises(LimitExceeded) as full:
        await create(store, RoomId(TENANT, "third"))
    assert full.value.code == "limit_rooms"
    await store.restore_room(ROOM)
    assert await store.room(ROOM, deleted=True) is None
    with pytest.raises(AlreadyExists) as there:
        await create(store)
    assert there.value.code == "already_exists"
    await store.close()


async def test_a_purge_removes_for_good(store: Store) -> None:
    """[ST37] What was deleted before the time is gone with its log; the rest stays as it was."""
    recent = RoomId(TENANT, "recent")
    count = 2 * PURGE_REVISIONS + 1
    for room in (ROOM, OTHER, TWIN, recent):
        token = await create(store, room)
        await store.append(room, token, [revision(number) for number in range(1, count + 1)])
        await store.save_snapshot(room, token, snapshot(count))
        await store.set_member(room, BORIS, Role.EDITOR)
    await store.add_share(share())
    await store.delete_room(ROOM, 99)
    await store.delete_room(TWIN, 98)
    await store.delete_room(recent, 100)
    assert await store.purge_deleted(100) == [ROOM, TWIN]
    assert await store.purge_deleted(100) == []
    assert await store.room(ROOM, deleted=True) is None
    with pytest.raises(NotFound):
        await store.restore_room(ROOM)
    assert await store.revisions(ROOM, RevisionNo(0), 9) == []
    assert await store.snapshot(ROOM) is None
    assert await store.memberships(TENANT, BORIS) == {
        OTHER: Role.EDITOR,
        recent: Role.EDITOR,
    }
    assert [found.room for found in await store.rooms(TENANT, deleted=True)] == [recent]
    assert len(await store.revisions(OTHER, RevisionNo(0), count + 9)) == count
    await create(store)
    assert await store.members(ROOM) == {}
    assert await store.shares(ROOM) == []
    assert await store.revisions(ROOM, RevisionNo(0), 9) == []


async def test_members_are_kept(store: Store) -> None:
    """[ST38] One role each, by user; a change replaces, None removes; the twin has its own list."""
    await create(store)
    await create(store, TWIN)
    assert await store.members(ROOM) == {}
    for user, role in ((BORIS, Role.VIEWER), (UserId("a b/😀"), Role.OWNER), (BORIS, Role.EDITOR)):
        await store.set_member(ROOM, user, role)
    expected = {UserId("a b/😀"): Role.OWNER, BORIS: Role.EDITOR}
    assert list((await store.members(ROOM)).items()) == sorted(expected.items())
    await store.close()
    await store.open()
    assert await store.members(ROOM) == expected
    assert await store.members(TWIN) == {}
    assert await store.memberships(TENANT, BORIS) == {ROOM: Role.EDITOR}
    assert await store.memberships(TWIN.tenant, BORIS) == {}
    await store.set_member(ROOM, BORIS, None)
    await store.set_member(ROOM, UserId("nobody"), None)
    assert await store.members(ROOM) == {UserId("a b/😀"): Role.OWNER}
    assert await store.memberships(TENANT, BORIS) == {}
    assert await store.members(OTHER) == {}
    with pytest.raises(NotFound):
        await store.set_member(OTHER, BORIS, Role.OWNER)


async def test_a_room_keeps_an_owner(store: Store) -> None:
    """[ST39] The creator may step down only beside another owner, who then cannot leave."""
    await create(store)
    for role in (Role.EDITOR, Role.VIEWER):
        with pytest.raises(Refused) as caught:
            await store.set_member(ROOM, ANNA, role)
        assert caught.value.code == "members_no_owner"
    await store.set_member(ROOM, BORIS, Role.OWNER)
    await store.set_member(ROOM, ANNA, Role.VIEWER)
    for last in (None, Role.EDITOR):
        with pytest.raises(Refused):
            await store.set_member(ROOM, BORIS, last)
    assert await store.members(ROOM) == {ANNA: Role.VIEWER, BORIS: Role.OWNER}
    await store.set_member(ROOM, ANNA, None)
    await store.set_member(ROOM, BORIS, None)
    assert await store.members(ROOM) == {}


async def test_of_two_owners_who_leave_one_stays(store: Store) -> None:
    """[ST39] Two changes at once, each fine alone, do not leave the room without an owner."""
    await create(store)
    await store.set_member(ROOM, BORIS, Role.OWNER)
    await store.set_member(ROOM, ANNA, Role.OWNER)
    results = await asyncio.gather(
        store.set_member(ROOM, ANNA, Role.VIEWER),
        store.set_member(ROOM, BORIS, Role.VIEWER),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]


async def test_members_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """[ST40] The member beyond the bound is refused; one who is there may still be changed."""
    monkeypatch.setattr(rules, "MEMBERS_PER_ROOM_MAX", MEMBERS_MAX)
    await create(store)
    users = [UserId(f"ü{number:05}") for number in range(MEMBERS_MAX)]
    await asyncio.gather(*(store.set_member(ROOM, user, Role.VIEWER) for user in users))
    with pytest.raises(LimitExceeded) as caught:
        await store.set_member(ROOM, BORIS, Role.VIEWER)
    assert caught.value.code == "limit_members"
    await store.set_member(ROOM, users[0], Role.EDITOR)
    await store.set_member(ROOM, users[1], None)
    await store.set_member(ROOM, BORIS, Role.VIEWER)
    assert len(await store.members(ROOM)) == MEMBERS_MAX


async def test_shares_are_kept_and_revoked(store: Store) -> None:
    """[ST41] A share is read back equal; the first revocation counts; unknown ones are told."""
    await create(store)
    await create(store, TWIN)
    later = share("a-later", created=11)
    for added in (later, share()):
        await store.add_share(added)
    with pytest.raises(AlreadyExists):
        await store.add_share(share())
    assert await store.shares(ROOM) == [share(), later]
    revoked = await store.revoke_share(ROOM, "sh-é", 500)
    assert revoked == replace(share(), revoked_ms=500)
    assert await store.revoke_share(ROOM, "sh-é", 600) == revoked
    for room, share_id in ((ROOM, "absent"), (TWIN, "a-later"), (OTHER, "a-later")):
        with pytest.raises(NotFound):
            await store.revoke_share(room, share_id, 1)
    await store.close()
    await store.open()
    assert await store.shares(ROOM) == [revoked, later]
    assert await store.shares(TWIN) == []
    assert await store.shares(OTHER) == []


async def test_usable_shares_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """[ST42] The bound counts what can be used; expired and the oldest revoked ones make room."""
    monkeypatch.setattr(rules, "SHARES_PER_ROOM_MAX", SHARES_MAX)
    await create(store)
    await store.add_share(share("old", created=1, expires=10))
    for number in range(SHARES_MAX):
        await store.add_share(share(f"s{number:03}", created=number + 10, expires=10_000))
    assert "old" not in [kept.id for kept in await store.shares(ROOM)]
    with pytest.raises(LimitExceeded) as caught:
        await store.add_share(share("one more", created=500))
    assert caught.value.code == "limit_shares"
    await store.revoke_share(ROOM, "s001", 601)
    await store.revoke_share(ROOM, "s000", 602)
    await store.add_share(share("one more", created=700, expires=10_000))
    kept = [item.id for item in await store.shares(ROOM)]
    assert len(kept) == SHARES_MAX
    assert "s001" not in kept
    assert {"s000", "one more"} < set(kept)
    await store.forget_expired(10_000)
    assert len(await store.shares(ROOM)) == SHARES_MAX
    await store.forget_expired(10_001)
    assert await store.shares(ROOM) == []


async def test_revoked_tokens_are_remembered_until_they_expire(store: Store) -> None:
    """[ST43] The latest time counts, tenants are kept apart, and what expired is forgotten."""
    for tenant, token_id, expires in (
        (TENANT, "jti-é", 100),
        (TENANT, "jti-é", 300),
        (TENANT, "jti-é", 200),
        (TENANT, "b", 100),
        (TWIN.tenant, "jti-é", 101),
    ):
        await store.revoke_token(tenant, token_id, expires)
    await store.close()
    await store.open()
    kept = [RevokedToken(TENANT, "jti-é", 300), RevokedToken(TWIN.tenant, "jti-é", 101)]
    expected = [RevokedToken(TENANT, "b", 100), *kept]
    assert await store.revoked_tokens() == sorted(expected, key=lambda item: (item.tenant, item.id))
    await store.forget_expired(101)
    assert await store.revoked_tokens() == sorted(kept, key=lambda item: (item.tenant, item.id))
    await store.forget_expired(301)
    assert await store.revoked_tokens() == []


async def test_revoked_tokens_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """[ST43] A tenant's bound refuses one more token, but not one that it has already."""
    monkeypatch.setattr(rules, "REVOKED_TOKENS_PER_TENANT_MAX", 2)
    for token_id in ("a", "b"):
        await store.revoke_token(TENANT, token_id, 9)
    with pytest.raises(LimitExceeded) as caught:
        await store.revoke_token(TENANT, "ç", 9)
    assert caught.value.code == "limit_revoked_tokens"
    await store.revoke_token(TENANT, "a", 10)
    await store.revoke_token(TWIN.tenant, "ç", 9)
    assert len(await store.revoked_tokens()) == 3


async def test_a_closed_store_is_unavailable(store: Store) -> None:
    """[ST25] Calls about rooms and people raise as all others do."""
    await store.close()
    for call in (
        store.room(ROOM, deleted=True),
        store.rename_room(ROOM, "é"),
        store.delete_room(ROOM, 1),
        store.restore_room(ROOM),
        store.purge_deleted(1),
        store.members(ROOM),
        store.memberships(TENANT, ANNA),
        store.set_member(ROOM, ANNA, None),
        store.shares(ROOM),
        store.add_share(share()),
        store.revoke_share(ROOM, "é", 1),
        store.revoke_token(TENANT, "é", 1),
        store.revoked_tokens(),
        store.forget_expired(1),
    ):
        with pytest.raises(StoreUnavailable):
            await call


async def test_the_rooms_of_a_collection(store: Store) -> None:
    """[ST44] By name and at most so many; no other collection's, application room or tenant's."""
    names = ["größe", "a/b", "z", "Ä%2F"]
    for name in names:
        await create(store, RoomId.free(TENANT, "bücher", name))
    for other in (
        RoomId.free(TENANT, "bücher-2", "a"),
        RoomId.free(TENANT, "bücher/a", "a"),
        RoomId.free(TENANT, "büche", "r"),
        RoomId.free(TENANT, "BÜCHER", "a"),
        RoomId.free(TENANT, "b%C3%BCcher", "a"),
        RoomId.free(TWIN.tenant, "bücher", "theirs"),
        RoomId.application(TENANT, "b"),
    ):
        await create(store, other)
    gone = RoomId.free(TENANT, "bücher", "gone")
    await create(store, gone)
    await store.delete_room(gone, 5)
    expected = sorted(RoomId.free(TENANT, "bücher", name).name for name in names)
    found = await store.rooms_in(TENANT, "bücher", 99)
    assert [record.room.name for record in found] == expected
    assert found[0] == await store.room(found[0].room)
    first = await store.rooms_in(TENANT, "bücher", 2)
    assert [record.room.name for record in first] == expected[:2]
    assert await store.rooms_in(TENANT, "bücher", 0) == []
    assert await store.rooms_in(TENANT, "niemand", 9) == []
    theirs = await store.rooms_in(TWIN.tenant, "bücher", 9)
    assert [record.room.tenant for record in theirs] == [TWIN.tenant]
