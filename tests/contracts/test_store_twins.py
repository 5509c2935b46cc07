"""The stores are twins: one random history, every answer and every refusal the same. SPEC: ST."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from collab.errors import DesignRoomsError
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.ports import Store
from collab.revision import ChangeKind, Revision, Snapshot
from collab.stores.memory import MemoryStore
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
    kind = chance.choices(range(7), [1, 0.2, 8, 4, 4, 2, 1])[0]
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
    limit, at_most = chance.randint(0, 5), chance.choice([None, number])
    reads: list[Callable[[Store], Awaitable[Any]]] = [
        lambda store: store.revisions(room, RevisionNo(max(0, number - 3)), limit),
        lambda store: store.snapshot(room, at_most),
        lambda store: store.rooms(room.tenant),
    ]
    return reads[kind - 4]


async def _answer(call: Callable[[Store], Awaitable[Any]], store: Store) -> Any:
    try:
        return await call(store)
    except DesignRoomsError as error:
        return type(error), error.code, error.message


@pytest.mark.parametrize("seed", range(4))
async def test_stores_answer_alike(seed: int, tmp_path: Path) -> None:
    """[ST7] Whatever happens to a room, both stores give the same results and refusals."""
    chance = random.Random(seed)
    memory, sqlite = MemoryStore(), SqliteStore(tmp_path / "twin.db")
    await memory.open()
    await sqlite.open()
    refused = stored = 0
    for step in range(STEPS):
        if step == STEPS // 2:
            await sqlite.close()
            await sqlite.open()
        rooms = [record for tenant in ("é", "b") for record in await memory.rooms(TenantId(tenant))]
        call = _call(chance, {record.room: record.revision for record in rooms})
        expected = await _answer(call, memory)
        assert await _answer(call, sqlite) == expected, f"seed {seed}, step {step}"
        refused += isinstance(expected, tuple)
        stored += expected is None
    assert refused > 20
    assert stored > 20
    await sqlite.close()
