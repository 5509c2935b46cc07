"""Several nodes on one database: claims and appends that meet, from a seed. SPEC: [PG4]."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from collab.errors import AppendRefused, Fenced
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.revision import ChangeKind, Revision, Snapshot
from collab.stores.postgres import PostgresStore

NODES = 3
ROOMS = [RoomId(TenantId("ä"), f"größe-{number}") for number in range(3)]
STEPS = 60


@dataclass
class World:
    """What the nodes were told: who appended which revision under which token."""

    acknowledged: dict[tuple[RoomId, int], str] = field(default_factory=dict)
    tokens: dict[RoomId, list[int]] = field(default_factory=dict)
    refused: int = 0


async def live(name: str, store: PostgresStore, chance: random.Random, world: World) -> None:
    """Claim now and then, append at what was last known, and note what is acknowledged."""
    held: dict[RoomId, tuple[FencingToken, RevisionNo]] = {}
    for step in range(STEPS):
        room = chance.choice(ROOMS)
        if room not in held or chance.random() < 0.15:
            claim = await store.claim(room)
            world.tokens.setdefault(room, []).append(claim.token)
            held[room] = (claim.token, claim.revision)
        token, last = held[room]
        revisions = [
            Revision(
                RevisionNo(last + offset),
                Epoch(1),
                ChangeKind.OP,
                [f"{name} {step} é"],
                b"",
                UserId(name),
                token,
            )
            for offset in range(1, chance.randint(1, 3) + 1)
        ]
        try:
            await store.append(room, token, revisions)
        except AppendRefused as error:
            assert isinstance(error, Fenced), error
            world.refused += 1
            del held[room]
            continue
        for revision in revisions:
            key = (room, revision.number)
            assert key not in world.acknowledged, f"{key} was acknowledged twice"
            world.acknowledged[key] = revision.change[0]
        held[room] = (token, revisions[-1].number)
        if chance.random() < 0.1:
            snapshot = Snapshot(revisions[-1].number, Epoch(1), True, {"ü": name}, b"")
            try:
                await store.save_snapshot(room, token, snapshot)
            except Fenced:
                del held[room]


@pytest.mark.parametrize("seed", range(6))
async def test_nodes_that_meet(database_url: str, seed: int) -> None:
    """[PG4] The log is gapless, has what was acknowledged and nothing else, by rising tokens."""
    stores = [PostgresStore(database_url) for _ in range(NODES)]
    for store in stores:
        await store.open()
    for room in ROOMS:
        await stores[0].create_room(room, title="é", created_by=UserId("ü"), time_ms=1)
    world = World()
    await asyncio.gather(
        *(
            live(f"{number}-{copy}", store, random.Random(f"{seed} {number} {copy}"), world)
            for number, store in enumerate(stores)
            for copy in range(2)
        )
    )
    assert world.refused > 5, f"seed {seed}"
    for room in ROOMS:
        found = await stores[-1].revisions(room, RevisionNo(0), 10_000)
        assert [item.number for item in found] == list(range(1, len(found) + 1)), f"seed {seed}"
        told = {key[1]: text for key, text in world.acknowledged.items() if key[0] == room}
        assert {item.number: item.change[0] for item in found} == told, f"seed {seed}"
        by = [item.time_ms for item in found]
        assert by == sorted(by), f"seed {seed}: a stale token was accepted"
        assert len(set(world.tokens[room])) == len(world.tokens[room]), f"seed {seed}"
    for store in stores:
        await store.close()
