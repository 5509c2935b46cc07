"""Dependencies: what inspection calls complete applies completely, and only that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Map

from collab.crdt.update import (
    DecodedUpdate,
    Id,
    Inspection,
    Rules,
    decode,
    decode_state_vector,
    inspect,
)
from collab.values import json_equal, normalize
from tests.crdt.forge import any_content, forge_update, gc, item, skip, type_content
from tests.crdt.oracle import YjsOracle

FUZZ_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))
AUTHORS = {"a": 11, "b": 2**31 + 5, "c": 2**33}
RULES = Rules(allowed_roots=None, json_roots=frozenset({"model"}), restricts_types=True)


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def judge(update: bytes, known: dict[int, int]) -> Inspection:
    return inspect(
        update, state_vector=known, owner_of=lambda _: None, principal="änne", rules=RULES
    )


def record_updates(oracle: YjsOracle, random: Random) -> list[bytes]:
    """Let three authors edit and exchange updates; return what they sent, merged here and there."""
    for name, client in AUTHORS.items():
        oracle.create(name, client)
    updates: list[bytes] = []
    for _ in range(12):
        author, reader = random.sample(list(AUTHORS), 2)
        oracle.random(author, random.getrandbits(32), random.randint(1, 8))
        updates += [live.update for live in oracle.live(author) if live.is_local]
        if random.random() < 0.6:
            oracle.apply(reader, oracle.update(author, oracle.state_vector(reader)))
    for _ in range(6):
        # Merging updates that do not follow each other writes skips between them.
        updates.append(oracle.merge(random.sample(updates, random.randint(2, 6))))
        updates.append(oracle.diff(updates[-1], oracle.state_vector(random.choice(list(AUTHORS)))))
    return updates


def ends_of(decoded: DecodedUpdate, known: dict[int, int]) -> dict[int, int]:
    """The state vector after *decoded* was applied completely to *known*."""
    ends = dict(known)
    for client, block in decoded.structs.items():
        for struct in block:
            if struct.kind != "skip":
                ends[client] = max(ends.get(client, 0), struct.clock + struct.length)
    return ends


class Server:
    """A Doc that takes an update only once it is complete, and a Yjs that takes the same ones."""

    def __init__(self, oracle: YjsOracle, random: Random) -> None:
        self.oracle = oracle
        self.random = random
        self.doc: Doc[Any] = Doc()
        self.model = self.doc.get("model", type=Map)
        self.known: dict[int, int] = {}
        oracle.create("mirror", 1)

    def deliver(self, update: bytes) -> bool:
        inspection = judge(update, self.known)
        if inspection.missing:
            if self.random.random() < 0.2:
                self.check_pending(update)
            return False
        self.doc.apply_update(update)
        expected = ends_of(inspection.decoded, self.known)
        self.known = decode_state_vector(self.doc.get_state())
        assert self.known == expected
        assert not self.oracle.apply("mirror", update)
        return True

    def check_pending(self, update: bytes) -> None:
        self.oracle.create("probe", 2)
        assert not self.oracle.apply("probe", self.doc.get_update())
        assert self.oracle.apply("probe", update)

    def check_equal(self, other: str) -> None:
        theirs = self.oracle.json(other, model="map")["model"]
        assert json_equal(normalize(self.model.to_py()), normalize(theirs))


@pytest.mark.parametrize("seed", range(30 * FUZZ_SCALE))
def test_complete_updates_apply_completely(oracle: YjsOracle, seed: int) -> None:
    """[CR12] reordered, dropped, repeated and merged updates of real Yjs apply when complete."""
    random = Random(seed)
    updates = record_updates(oracle, random)
    server = Server(oracle, random)
    waiting = updates + random.sample(updates, len(updates) // 3)
    random.shuffle(waiting)
    deliveries = 0
    while waiting:
        late = [update for update in waiting if not server.deliver(update)]
        deliveries += len(waiting)
        assert len(late) < len(waiting), "everything was sent, so something has to apply"
        server.check_equal("mirror")
        waiting = late
        random.shuffle(waiting)
    for name in AUTHORS:
        for other in AUTHORS:
            oracle.apply(name, oracle.update(other, oracle.state_vector(name)))
    server.check_equal("mirror")
    server.check_equal("a")
    assert server.known == oracle.state("a")
    assert deliveries > 60


@pytest.mark.parametrize("seed", range(4 * FUZZ_SCALE))
def test_a_dropped_update_stays_missing(oracle: YjsOracle, seed: int) -> None:
    """[CR12] without one update whatever depends on it waits, and the state has no gap."""
    random = Random(1000 + seed)
    oracle.create("a", AUTHORS["a"])
    oracle.random("a", seed, 30)
    updates = [live.update for live in oracle.live("a")]
    index = next(i for i in range(5, 30) if decode(updates[i]).structs)
    dropped = updates[index]
    server = Server(oracle, random)
    applied = [server.deliver(update) for update in updates if update is not dropped]
    assert applied[:index] == [True] * index
    first = decode(dropped).structs[AUTHORS["a"]][0].clock
    assert server.known == {AUTHORS["a"]: first}
    for update in updates[index + 1 :]:
        if decode(update).structs:
            assert Id(AUTHORS["a"], first) in judge(update, server.known).missing
    assert server.deliver(dropped)
    assert all(server.deliver(update) for update in updates)
    server.check_equal("a")


def test_missing_names_first_unknown_clock() -> None:
    """[CR12] each thing that is lacking is named by its client and first unknown clock."""
    structs = [
        item(any_content("é"), origin=(7, 4)),
        item(any_content("é"), origin=(8, 0), right_origin=(9, 2)),
    ]
    update = forge_update([(6, 2, structs)], [(10, [(0, 3)])])
    assert judge(update, {}).missing == (Id(6, 0), Id(10, 0))
    assert judge(update, {6: 2, 10: 2}).missing == (Id(7, 0), Id(10, 2))
    assert judge(update, {6: 2, 7: 5, 10: 3}).missing == (Id(8, 0),)
    assert judge(update, {6: 2, 7: 5, 8: 1, 9: 2, 10: 3}).missing == (Id(9, 2),)
    assert judge(update, {6: 2, 7: 5, 8: 1, 9: 3, 10: 3}).missing == ()


def child(of: tuple[int, int], key: str | None = "é") -> bytes:
    return item(type_content(1), parent=of, key=key)


def test_dependencies_inside_an_update() -> None:
    """[CR13] blocks may come in any order and depend on each other back and forth."""
    first = [child((2, 0)), child((2, 1)), item(any_content("名"), origin=(3, 0))]
    second = [item(type_content(1), root="model", key="é"), child((1, 0)), child((1, 1))]
    third = [item(any_content("ü"), origin=(2, 2))]
    blocks = [(1, 0, first), (2, 0, second), (3, 0, third)]
    for order in (blocks, blocks[::-1], [blocks[1], blocks[2], blocks[0]]):
        assert judge(forge_update(order), {}).missing == ()
    assert judge(forge_update(blocks[:2]), {}).missing == (Id(3, 0),)
    assert judge(forge_update([blocks[0], blocks[2]]), {}).missing == (Id(2, 0),)
    assert judge(forge_update([blocks[1], blocks[2]]), {}).missing == (Id(1, 0), Id(2, 1))


FORGED = {
    "names itself": [(1, 0, [item(any_content("é"), origin=(1, 0))])],
    "names its own future": [(1, 0, [item(any_content("é"), right_origin=(1, 5)), gc(9)])],
    "is its own parent": [(1, 0, [child((1, 0))])],
    "two name each other": [(1, 0, [child((2, 0))]), (2, 0, [child((1, 0))])],
    "three in a circle": [
        (1, 0, [child((2, 0))]),
        (2, 0, [child((3, 0))]),
        (3, 0, [child((1, 0))]),
    ],
    "a circle behind good structs": [
        (1, 0, [gc(2), child((2, 3))]),
        (2, 0, [gc(3), child((1, 2))]),
    ],
    "a gap of clocks": [(1, 1, [gc(1)])],
    "a skip between": [(1, 0, [gc(1), skip(2), gc(1)])],
    "a skip before": [(1, 0, [skip(2), gc(1)])],
    "a parent that is skipped": [(1, 0, [child((2, 1))]), (2, 0, [gc(1), skip(3)])],
}


@pytest.mark.parametrize("blocks", FORGED.values(), ids=FORGED.keys())
def test_forged_dependencies(blocks: list[Any]) -> None:
    """[CR13] items that name themselves, each other or a gap are missing, and pycrdt lacks them."""
    update = forge_update(blocks)
    inspection = judge(update, {})
    assert inspection.missing != ()
    doc: Doc[Any] = Doc()
    doc.apply_update(update)
    assert decode_state_vector(doc.get_state()) != ends_of(inspection.decoded, {})


def test_skips_that_are_known() -> None:
    """[CR13] a skip over clocks that the room has, or behind everything, lacks nothing."""
    update = forge_update([(1, 0, [gc(1), skip(2), gc(1), skip(4)])])
    assert judge(update, {1: 2}).missing == (Id(1, 2),)
    assert judge(update, {1: 3}).missing == ()
    assert judge(update, {1: 3}).new_struct_count == 1
    assert judge(update, {1: 4}).is_known


def test_deletes_beyond_known_clocks() -> None:
    """[CR14] a delete reaches at most as far as the room and the update together."""
    deletes = [(1, [(0, 2), (4, 2)])]
    assert judge(forge_update(deletes=deletes), {1: 6}).missing == ()
    assert judge(forge_update(deletes=deletes), {1: 5}).missing == (Id(1, 5),)
    assert judge(forge_update([(1, 5, [gc(1)])], deletes), {1: 5}).missing == ()
    assert judge(forge_update([(1, 5, [child((9, 0))])], deletes), {1: 5}).missing == (
        Id(1, 5),
        Id(9, 0),
    )


def test_forged_order_is_not_quadratic() -> None:
    """[CR13] a thousand blocks that wait for the slowest are looked at once each, not each turn."""
    turns = 20_000
    ping = [item(any_content("é"), origin=(2, turn)) for turn in range(turns)]
    pong = [item(any_content("é"), root="model", key="é")]
    pong += [item(any_content("é"), origin=(1, turn)) for turn in range(turns)]
    last = item(any_content("é"), origin=(1, turns - 1))
    waiting = [(10 + client, 0, [last]) for client in range(900)]
    update = forge_update([*waiting, (1, 0, ping), (2, 0, pong)])
    inspection = judge(update, {})
    assert inspection.missing == ()
    assert inspection.new_struct_count == 2 * turns + 901
