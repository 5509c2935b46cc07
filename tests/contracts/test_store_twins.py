"""The stores are twins: one random history, every answer and every refusal the same. SPEC: ST."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from collab.errors import DesignRoomsError
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.messages import Role
from collab.ports import ShareRecord, Store
from collab.revision import ChangeKind, Revision, Snapshot
from collab.stores.memory import MemoryStore
from collab.stores.postgres import PostgresStore
from collab.stores.sqlite import SqliteStore
from collab.values import SharedMap

STEPS = 400
ROOMS = [RoomId(TenantId(tenant), name) for tenant in ("é", "b") for name in ("x", "%C3%A4/y")]


def _call(chance: random.Random, heads: dict[RoomId, int]) -> Callable[[Store], Awaitable[Any]]:
    """Return a random call, mostly one that can succeed."""
    room = chance.choice(ROOMS)
    head = heads.get(room, 0)
    token = FencingToken(chance.choice([1, 1, 1, 2, 3]))
    number = RevisionNo(max(0, head + chance.choice([-1, 0, 0, 0, 0, 1])))
    epoch = Epoch(chance.choice([1, 1, 1, 1, 1, 1, 2]))
    kind = chance.choices(range(8), [1, 0.2, 8, 4, 4, 2, 1, 2])[0]
    if kind == 0:
        return lambda store: store.create_room(
            room, title=f"ä{number}", created_by=UserId("ö"), time_ms=number
        )
    if kind == 1:
        return lambda store: store.claim(room)
    if kind == 2:
        revisions = [
            Revision(
                number=RevisionNo(number + offset),
                epoch=epoch,
                kind=ChangeKind.CREATE,
                change=SharedMap(größe=chance.random()),
                update=chance.randbytes(20),
                author=UserId("ö"),
                time_ms=number,
            )
            for offset in range(1, chance.randint(2, 4))
        ]
        return lambda store: store.append(room, token, revisions)
    if kind == 3:
        snapshot = Snapshot(number, epoch, True, {"ü": chance.random()}, b"\x00")
        return lambda store: store.save_snapshot(room, token, snapshot)
    if kind == 7:
        return _about_the_room(chance, room, number)
    limit, at_most = chance.randint(0, 5), chance.choice([None, number])
    reads: list[Callable[[Store], Awaitable[Any]]] = [
        lambda store: store.revisions(room, RevisionNo(max(0, number - 3)), limit),
        lambda store: store.snapshot(room, at_most),
        lambda store: store.rooms(room.tenant),
    ]
    return reads[kind - 4]


def _about_the_room(
    chance: random.Random, room: RoomId, time_ms: int
) -> Callable[[Store], Awaitable[Any]]:
    """Return a random call about title, trash, members or shares of *room*."""
    user = UserId(chance.choice(["ö", "\x00", "\x01", "\x00\x01", "Ω", "😀", "\x02"]))
    role = chance.choice([None, *Role])
    share_id = chance.choice("äé")
    share = ShareRecord(share_id, room, Role.VIEWER, user, time_ms, time_ms + 50)
    calls: list[Callable[[Store], Awaitable[Any]]] = [
        lambda store: store.rename_room(room, f"ñ{time_ms}"),
        lambda store: store.delete_room(room, time_ms),
        lambda store: store.restore_room(room),
        lambda store: store.restore_room(room),
        lambda store: store.purge_deleted(2),
        lambda store: store.rooms(room.tenant, deleted=True),
        lambda store: store.set_member(room, user, role),
        lambda store: store.set_member(room, user, role),
        lambda store: store.members(room),
        lambda store: store.memberships(room.tenant, user),
        lambda store: store.add_share(share),
        lambda store: store.revoke_share(room, share_id, time_ms),
        lambda store: store.shares(room),
        lambda store: store.revoke_token(room.tenant, share_id, time_ms),
        lambda store: store.forget_expired(time_ms),
        lambda store: store.revoked_tokens(),
    ]
    return chance.choice(calls)


async def _answer(call: Callable[[Store], Awaitable[Any]], store: Store) -> Any:
    try:
        return await call(store)
    except DesignRoomsError as error:
        return type(error), error.code, error.message


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_stores_answer_alike(
    seed: int, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """[ST7] Whatever happens to a room, a store gives the results and refusals of its twin."""
    chance = random.Random(seed)
    memory = MemoryStore()
    twin: Store = SqliteStore(tmp_path / "twin.db")
    if kind == "postgres":
        twin = PostgresStore(request.getfixturevalue("database_url"))
    await memory.open()
    await twin.open()
    refused = stored = 0
    for step in range(STEPS):
        if step == STEPS // 2:
            await twin.close()
            await twin.open()
        rooms = [record for tenant in ("é", "b") for record in await memory.rooms(TenantId(tenant))]
        call = _call(chance, {record.room: record.revision for record in rooms})
        expected = await _answer(call, memory)
        assert await _answer(call, twin) == expected, f"seed {seed}, step {step}"
        refused += isinstance(expected, tuple)
        stored += expected is None
    assert refused > 20
    assert stored > 20
    await twin.close()
