"""Access: who may do what in which room, and who is asked again when that changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from collab.auth.access import Access, Verb
from collab.auth.revocations import Revocations
from collab.auth.sessions import Stay
from collab.errors import DesignRoomsError, NotAllowed, NotAuthenticated, NotFound, Refused
from collab.ids import Epoch, RevisionNo, RoomId, TenantId, UserId
from collab.messages import Principal, Role, RoomGrant
from collab.ports import RoomRecord, ShareRecord
from collab.stores.memory import MemoryStore

_ACME = TenantId("acme")
_ROOM = RoomId(_ACME, "größe".encode().hex())
_FREE = RoomId(_ACME, "notes/heute")
_OWNER, _EDITOR, _REVIEWER, _VIEWER = Role

# What each role may do, and from whom on; written out, since this is the table that is promised.
_MAY = {
    Verb.READ: {_OWNER, _EDITOR, _REVIEWER, _VIEWER},
    Verb.HISTORY: {_OWNER, _EDITOR, _REVIEWER},
    Verb.LIST_MEMBERS: {_OWNER, _EDITOR, _REVIEWER},
    Verb.EDIT: {_OWNER, _EDITOR},
    Verb.MANAGE: {_OWNER},
    Verb.TRIM: {_OWNER},
    Verb.BREAK: {_OWNER},
    Verb.DELETE: {_OWNER},
}


class _Clock:
    time_ms = 1_000_000

    def now_ms(self) -> int:
        return self.time_ms


@dataclass
class _World:
    store: MemoryStore
    clock: _Clock
    revocations: Revocations
    access: Access


async def _world(*, is_local: bool = False) -> _World:
    clock = _Clock()
    store = MemoryStore()
    await store.open()
    revocations = Revocations(clock)
    await store.create_room(_ROOM, title="Größe", created_by=UserId("maker"), time_ms=1)
    return _World(store, clock, revocations, Access(store, clock, revocations, is_local=is_local))


def _person(user: str, *roles: Role, tenant: str = "acme") -> Principal:
    role = roles[0] if roles else Role.VIEWER
    return Principal(
        UserId(user),
        user,
        "#123456",
        TenantId(tenant),
        role,
        frozenset(roles),
        f"token-{user}",
        2_000_000,
    )


async def _code(world: _World, principal: Principal, room: RoomId, verb: Verb) -> str:
    """Return the code of the refusal, or the role that was allowed."""
    try:
        return str(await world.access.require(principal, room, verb))
    except DesignRoomsError as error:
        return error.code


async def test_roles_and_verbs() -> None:
    """[TK7] each role may do what its row of the table says and nothing else."""
    world = await _world()
    for verb, allowed in _MAY.items():
        for role in Role:
            expected = role if role in allowed else "auth_role"
            assert await _code(world, _person("zoë", role), _ROOM, verb) == expected, (verb, role)
    assert set(Verb) - set(_MAY) == {Verb.RESTORE}


async def test_where_a_role_comes_from() -> None:
    """[TK8] the member list overrides the creator, who overrides the roles in the tenant."""
    world = await _world()
    judge = world.access.role_in
    assert await judge(_person("maker"), _ROOM) is Role.OWNER
    assert await judge(_person("zoë", Role.VIEWER, Role.EDITOR), _ROOM) is Role.EDITOR
    await world.store.set_member(_ROOM, UserId("zoë"), Role.VIEWER)
    await world.store.set_member(_ROOM, UserId("gast"), Role.REVIEWER)
    await world.store.set_member(_ROOM, UserId("chefin"), Role.OWNER)
    await world.store.set_member(_ROOM, UserId("maker"), Role.EDITOR)
    await world.access.room_changed(_ROOM)
    assert await judge(_person("zoë", Role.OWNER), _ROOM) is Role.VIEWER
    assert await judge(_person("gast"), _ROOM) is Role.REVIEWER
    assert await judge(_person("maker", Role.OWNER), _ROOM) is Role.EDITOR
    await world.store.set_member(_ROOM, UserId("zoë"), None)
    await world.access.room_changed(_ROOM)
    assert await judge(_person("zoë", Role.OWNER), _ROOM) is Role.OWNER


async def test_nobody_learns_what_rooms_there_are() -> None:
    """[TK8] without a role a room that is there and one that is not are refused alike."""
    world = await _world()
    absent = RoomId(_ACME, "absent")
    for room in (_ROOM, absent):
        assert await _code(world, _person("zoë"), room, Verb.READ) == "auth_room"
    assert await _code(world, _person("zoë", Role.VIEWER), absent, Verb.READ) == "not_found"


async def test_other_tenants() -> None:
    """[TK12] another tenant's rooms are not there, for whatever role, user or share."""
    world = await _world()
    for role in Role:
        stranger = _person("maker", role, tenant="umbrella")
        for verb in Verb:
            assert await _code(world, stranger, _ROOM, verb) == "not_found"
    guest = replace(stranger, grant=RoomGrant(_ROOM.name, Role.OWNER, "s1"), roles=frozenset())
    assert await _code(world, guest, _ROOM, Verb.READ) == "not_found"
    records = await world.store.rooms(_ACME)
    assert await world.access.roles_in(_person("maker", _OWNER, tenant="umbrella"), records) == {}


async def test_free_rooms() -> None:
    """[TK8] in a free room the roles in the tenant count alone, and a reader makes none."""
    world = await _world()
    assert await _code(world, _person("zoë"), _FREE, Verb.READ) == "auth_room"
    assert await _code(world, _person("zoë", Role.VIEWER), _FREE, Verb.READ) == "not_found"
    assert await _code(world, _person("zoë", Role.REVIEWER), _FREE, Verb.READ) == "not_found"
    assert await _code(world, _person("zoë", Role.EDITOR), _FREE, Verb.EDIT) == "editor"
    await world.store.create_room(_FREE, title="", created_by=UserId("zoë"), time_ms=1)
    assert await _code(world, _person("zoë"), _FREE, Verb.READ) == "auth_room"
    assert await _code(world, _person("zoë", Role.VIEWER), _FREE, Verb.READ) == "viewer"
    assert await _code(world, _person("zoë", Role.VIEWER), _FREE, Verb.HISTORY) == "auth_role"


async def test_who_may_create() -> None:
    """[TK7] owners and editors of the tenant create rooms, and no guest of a share does."""
    world = await _world()
    for role in Role:
        person = _person("zoë", role)
        if role in {Role.OWNER, Role.EDITOR}:
            world.access.require_create(person)
        else:
            with pytest.raises(NotAllowed):
                world.access.require_create(person)
    guest = replace(_person("share:s1"), grant=RoomGrant(_ROOM.name, Role.EDITOR, "s1"))
    for nobody in (_person("zoë"), guest):
        with pytest.raises(NotAllowed):
            world.access.require_create(nobody)


async def _shared(world: _World, role: Role = Role.EDITOR) -> Principal:
    await world.store.add_share(
        ShareRecord("s1", _ROOM, role, UserId("maker"), world.clock.time_ms, 1_500_000)
    )
    await world.access.room_changed(_ROOM)
    # The token may say more than the record: the record counts.
    return replace(_person("share:s1:x"), grant=RoomGrant(_ROOM.name, Role.OWNER, "s1"))


async def test_shares() -> None:
    """[TK9] a share link gives its room, with the role that its record says, until it ends."""
    world = await _world()
    guest = await _shared(world)
    assert await world.access.role_in(guest, _ROOM) is Role.EDITOR
    assert await _code(world, guest, _ROOM, Verb.MANAGE) == "auth_role"
    for other in (RoomId(_ACME, "absent"), _FREE):
        assert await _code(world, guest, other, Verb.READ) == "auth_room"
    unknown = replace(guest, grant=RoomGrant(_ROOM.name, Role.OWNER, "s2"))
    assert await _code(world, unknown, _ROOM, Verb.READ) == "auth_revoked"
    world.clock.time_ms = 1_500_000
    assert await _code(world, guest, _ROOM, Verb.READ) == "auth_expired"
    world.clock.time_ms = 1_499_999
    await world.store.revoke_share(_ROOM, "s1", world.clock.time_ms)
    await world.access.room_changed(_ROOM)
    assert await _code(world, guest, _ROOM, Verb.READ) == "auth_revoked"


async def test_what_is_listed() -> None:
    """[TK9] somebody is shown the rooms in which they have a role, and a guest the shared one."""
    world = await _world()
    other = RoomId(_ACME, "other")
    await world.store.create_room(other, title="", created_by=UserId("zoë"), time_ms=1)
    records = await world.store.rooms(_ACME)

    async def listed(person: Principal) -> dict[RoomId, Role]:
        return await world.access.roles_in(person, records)

    assert await listed(_person("zoë")) == {other: Role.OWNER}
    assert await listed(_person("gast")) == {}
    assert await listed(_person("gast", Role.VIEWER)) == dict.fromkeys((_ROOM, other), Role.VIEWER)
    await world.store.set_member(_ROOM, UserId("gast"), Role.EDITOR)
    assert await listed(_person("gast")) == {_ROOM: Role.EDITOR}
    guest = await _shared(world, Role.REVIEWER)
    assert await listed(guest) == {_ROOM: Role.REVIEWER}
    assert (
        await world.access.roles_in(guest, [item for item in records if item.room == other]) == {}
    )


async def test_deleted_rooms() -> None:
    """[TK8] a room in the trash is there for its owners to restore, and for nothing else."""
    world = await _world()
    assert await _code(world, _person("zoë", Role.OWNER), _ROOM, Verb.RESTORE) == "not_found"
    await world.store.delete_room(_ROOM, 5)
    await world.access.room_changed(_ROOM)
    for verb in set(Verb) - {Verb.RESTORE}:
        assert await _code(world, _person("zoë", Role.OWNER), _ROOM, verb) == "not_found"
    for role in Role:
        expected = "owner" if role is Role.OWNER else "auth_role"
        assert await _code(world, _person("zoë", role), _ROOM, Verb.RESTORE) == expected


async def test_local_mode() -> None:
    """[TK13] in local mode everybody may do everything but keep members, links and tokens."""
    world = await _world(is_local=True)
    person = _person("guest:1", Role.EDITOR, tenant="acme")
    for verb in (Verb.READ, Verb.HISTORY, Verb.EDIT, Verb.DELETE):
        assert await _code(world, person, _ROOM, verb) == "editor"
        assert await _code(world, _person("maker", Role.EDITOR), _ROOM, verb) == "owner"
    for verb in (Verb.LIST_MEMBERS, Verb.MANAGE):
        assert await _code(world, person, _ROOM, verb) == "auth_local_mode"
    with pytest.raises(Refused):
        await world.access.revoke_token(person, "t", 1)
    await world.store.delete_room(_ROOM, 5)
    await world.access.room_changed(_ROOM)
    assert await _code(world, person, _ROOM, Verb.RESTORE) == "editor"


# --- sessions that are there --------------------------------------------------------------------


class _Visit:
    """A stay that notes how it was closed."""

    def __init__(self, world: _World, person: Principal, role: Role, room: RoomId = _ROOM) -> None:
        self.closed: list[int] = []
        self.stay = Stay(person, room, role, lambda code, reason: self.closed.append(code))
        world.access.sessions.enter(self.stay)


async def test_stays_are_judged_again() -> None:
    """[TK14] who loses a role is closed for good, who gets another comes back, others stay."""
    world = await _world()
    await world.store.set_member(_ROOM, UserId("gast"), Role.EDITOR)
    await world.store.set_member(_ROOM, UserId("zoë"), Role.EDITOR)
    await world.access.room_changed(_ROOM)
    guest = await _shared(world)
    gone = _Visit(world, _person("gast"), Role.EDITOR)
    other = _Visit(world, _person("zoë"), Role.EDITOR)
    shared = _Visit(world, guest, Role.EDITOR)
    same = _Visit(world, _person("max", Role.VIEWER), Role.VIEWER)
    elsewhere = _Visit(world, _person("gast"), Role.EDITOR, RoomId(_ACME, "other"))
    await world.store.set_member(_ROOM, UserId("gast"), None)
    await world.store.set_member(_ROOM, UserId("zoë"), Role.VIEWER)
    await world.store.revoke_share(_ROOM, "s1", 9)
    await world.access.room_changed(_ROOM)
    assert (gone.closed, other.closed, shared.closed) == ([4403], [1012], [4401])
    assert (same.closed, elsewhere.closed) == ([], [])
    await world.store.delete_room(_ROOM, 5)
    await world.access.room_changed(_ROOM)
    assert (same.closed, elsewhere.closed, gone.closed) == ([4404], [], [4403])
    assert len(world.access.sessions) == 1


async def test_tokens_that_end() -> None:
    """[TK11] a token's end closes what it opened and nothing else."""
    world = await _world()
    one, other = _person("zoë", Role.VIEWER), replace(_person("max"), expires_ms=3_000_000)
    visit, late = _Visit(world, one, Role.VIEWER), _Visit(world, other, Role.VIEWER)
    process = Stay(one, _ROOM, Role.VIEWER, lambda code, reason: None, outlasts_token=True)
    world.access.sessions.enter(process)
    assert world.access.sessions.end_expired(1_999_999, 4401, "") == 2_000_000
    assert visit.closed == []
    assert world.access.sessions.end_expired(2_000_000, 4401, "") == 3_000_000
    assert (visit.closed, late.closed) == ([4401], [])
    assert world.access.sessions.in_room(_ROOM) == [process] or len(world.access.sessions) == 2
    assert world.access.sessions.end_expired(3_000_000, 4401, "") is None
    assert late.closed == [4401]
    world.access.sessions.leave(process)
    world.access.sessions.leave(process)
    assert len(world.access.sessions) == 0


async def test_revoking() -> None:
    """[TK15] owners of the tenant revoke any token, others their own; it closes and is kept."""
    world = await _world()
    zoe, max_ = _person("zoë", Role.EDITOR), _person("max", Role.VIEWER)
    visit, other = _Visit(world, zoe, Role.EDITOR), _Visit(world, max_, Role.VIEWER)
    with pytest.raises(NotAllowed):
        await world.access.revoke_token(zoe, max_.token_id, 2_000_000)
    guest = await _shared(world)
    with pytest.raises(NotAllowed):
        await world.access.revoke_token(guest, zoe.token_id, 2_000_000)
    await world.access.revoke_token(zoe, zoe.token_id, 2_000_000)
    assert (visit.closed, other.closed) == ([4401], [])
    await world.access.revoke_token(_person("chefin", Role.OWNER), max_.token_id, 2_000_000)
    assert other.closed == [4401]
    for person in (zoe, max_):
        with pytest.raises(NotAuthenticated):
            world.revocations.check(person)
        assert await _code(world, person, _ROOM, Verb.READ) == "auth_revoked"
    again = Revocations(world.clock)
    restarted = Access(world.store, world.clock, again, is_local=False)
    await restarted.start()
    with pytest.raises(NotAuthenticated):
        again.check(zoe)
    await restarted.stop()


async def test_a_change_during_the_question() -> None:
    """[TK14] what was read before a change is not believed after it."""
    world = await _world()
    members, zoe = world.store.members, _person("zoë", Role.VIEWER)

    async def slow(room: RoomId) -> dict[UserId, Role]:
        found = await members(room)
        world.store.members = members  # type: ignore[method-assign]
        await world.store.set_member(room, zoe.user, Role.OWNER)
        await world.access.room_changed(room)
        return found

    world.store.members = slow  # type: ignore[method-assign]
    assert await world.access.role_in(zoe, _ROOM) is Role.OWNER


async def test_records_of_another_tenant_are_not_listed() -> None:
    """[TK12] a record that is another tenant's gets no role, whoever asks for it."""
    world = await _world()
    room = RoomId(TenantId("umbrella"), "x")
    record = RoomRecord(room, "", UserId("zoë"), 1, 1, RevisionNo(0), Epoch(1))
    assert await world.access.roles_in(_person("zoë", Role.OWNER), [record]) == {}
    with pytest.raises(NotFound):
        await world.access.role_in(_person("zoë", Role.OWNER), room)
