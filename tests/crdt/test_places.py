"""Places: the index says of every clock where yjs put it, and real clients are never refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Map

from collab.crdt.places import Place, PlaceIndex
from collab.crdt.structs import DecodedUpdate, Id, Struct, TypeRef, decode, decode_state_vector
from collab.crdt.update import Inspection, Rules, inspect
from tests.crdt.forge import any_content, forge_update, item, string_content, type_content
from tests.crdt.oracle import YjsOracle

FUZZ_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))
ANYTHING = Rules(None, frozenset({"model"}), restricts_types=False)
JSON_ONLY = Rules(frozenset({"model"}), frozenset({"model"}), restricts_types=True)
FEATURES = {
    "plain": ((), JSON_ONLY),
    "undo": (("undo",), JSON_ONLY),
    # Without embeds: this editor counts in characters, and would cut pairs behind an embed.
    "everything": (("undo", "formats", "xml", "docs", "bytes"), ANYTHING),
}


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


class Room:
    """A Doc, its index, and what a room does with an update; without refusals and locks."""

    def __init__(self, rules: Rules) -> None:
        self.doc: Doc[Any] = Doc(client_id=1)
        self.root = self.doc.get("model", type=Map)
        self.rules = rules
        self.places = PlaceIndex(self.doc.get_update)
        self.emitted: list[bytes] = []
        self.doc.observe(lambda event: self.emitted.append(event.update))

    def inspect(self, update: bytes) -> Inspection:
        return inspect(
            update,
            state_vector=decode_state_vector(self.doc.get_state()),
            owner_of=lambda _: None,
            principal="änne",
            rules=self.rules,
            places=self.places,
        )

    def take(self, update: bytes) -> None:
        assert self.inspect(update).missing == ()
        self.doc.apply_update(update)
        self.note()

    def note(self) -> None:
        for update in self.emitted:
            self.places.note(update)
        self.emitted.clear()

    def reopen(self) -> None:
        """Go on with what was saved of the index."""
        self.places = PlaceIndex(self.doc.get_update, self.places.to_bytes())


def place_in(decoded: DecodedUpdate, at: Id) -> Place | None:
    """Find a place by walking from item to item."""
    struct = struct_in(decoded, at)
    while struct.kind == "item" and struct.parent_root is None and struct.parent_id is None:
        neighbour = struct.origin or struct.right_origin
        assert neighbour is not None
        struct = struct_in(decoded, neighbour)
    if struct.kind == "gc":
        return None
    parent = struct.parent_root or struct.parent_id
    assert parent is not None
    return Place(parent, struct.parent_key)


def struct_in(decoded: DecodedUpdate, at: Id) -> Struct:
    (found,) = (
        struct
        for struct in decoded.structs[at.client]
        if struct.clock <= at.clock < struct.clock + struct.length
    )
    return found


def assert_knows(places: PlaceIndex, state: bytes) -> None:
    """Assert that *places* says of each living item in *state* where it stands."""
    decoded = decode(state)
    for client, block in decoded.structs.items():
        for struct in block:
            for clock in {struct.clock, struct.clock + struct.length - 1}:
                if struct.kind == "gc":
                    place = places.find(client, clock)
                    assert place is None or places.is_dead(place.container)
                else:
                    assert places.find(client, clock) == place_in(decoded, Id(client, clock))
            if struct.content == "type":
                assert places.kind_of(Id(client, struct.clock)) == struct.type_ref


@pytest.mark.parametrize("seed", range(3 * FUZZ_SCALE))
@pytest.mark.parametrize("features", FEATURES)
def test_real_clients_are_never_refused(oracle: YjsOracle, features: str, seed: int) -> None:
    """[CR27] whatever Yjs writes, live, undone or after work offline, stands where it may."""
    random = Random(seed)
    wanted, rules = FEATURES[features]
    room = Room(rules)
    names = ["änne", "bob", "名前"]
    for number, name in enumerate(names):
        oracle.create(name, 100 * number + seed + 2)
    for _ in range(14):
        for name in random.sample(names, 2):
            oracle.random(name, random.randrange(2**31), 6, features=wanted)
            live = [each.update for each in oracle.live(name) if each.is_local]
            if random.random() < 0.5:
                for update in live:
                    if not room.inspect(update).missing:
                        room.take(update)
            elif random.random() < 0.5:
                merged = oracle.merge(live) if live else b"\0\0"
                if not room.inspect(merged).missing:
                    room.take(merged)
            room.take(oracle.update(name, room.doc.get_state()))
            if random.random() < 0.7:
                oracle.apply(name, room.doc.get_update(oracle.state_vector(name)))
                oracle.live(name)
        if random.random() < 0.3:
            room.reopen()
        assert_knows(room.places, room.doc.get_update())
    for name in names:
        room.take(oracle.update(name))
        oracle.apply(name, room.doc.get_update())
    if features == "plain":
        assert oracle.json("bob", model="map") == oracle.json("änne", model="map")
    fresh = PlaceIndex(room.doc.get_update)
    assert_knows(fresh, room.doc.get_update())


def test_the_servers_own_writes(oracle: YjsOracle) -> None:
    """[CR25] what the server writes itself is found too, before and after it is saved."""
    room = Room(JSON_ONLY)
    oracle.create("änne", 7)
    for turn in range(5):
        room.root[f"größe {turn}"] = Map({"名前": "é", "b": turn})
        room.root.get(f"größe {turn}")["b"] = turn + 1
        room.note()
        room.reopen()
        oracle.apply("änne", room.doc.get_update())
        oracle.live("änne")
        edit = {"path": ["model", f"größe {turn}"], "do": "map-set", "key": "b", "value": "日本"}
        oracle.edit("änne", edit)
        (update,) = oracle.live("änne")
        room.take(update.update)
    assert_knows(room.places, room.doc.get_update())


def test_an_index_that_was_not_told(oracle: YjsOracle) -> None:
    """[CR25] an index that lacks a commit reads the state again rather than guess."""
    room = Room(JSON_ONLY)
    room.root["ä"] = Map({})
    room.note()
    assert room.places.find(1, 0) == Place("model", "ä")
    room.root["ö"] = 1
    room.emitted.clear()
    assert room.places.find(1, 1) == Place("model", "ö")
    assert room.places.find(99, 0) is None
    assert not room.places.is_dead(Id(1, 0))


def test_what_was_saved_in_another_form(oracle: YjsOracle) -> None:
    """[CR25] what another version or machine saved is laid aside, and the state is read."""
    import zlib

    import msgpack

    room = Room(JSON_ONLY)
    room.root["ä"] = 1
    saved = zlib.compress(msgpack.packb(["0 middle", [], b"", b"", [None], {}]))
    index = PlaceIndex(room.doc.get_update, saved)
    assert index.find(1, 0) == Place("model", "ä")


def test_an_index_is_compact() -> None:
    """[CR25] what was typed into one text is one span, however many updates it took."""
    room = Room(JSON_ONLY)
    room.take(forge_update([(5, 0, [item(type_content(TypeRef.TEXT), root="model", key="é")])]))
    room.take(forge_update([(5, 1, [item(string_content("日"), parent=(5, 0))])]))
    assert room.places.find(5, 1) == Place(Id(5, 0), None)
    for clock in range(2, 60):
        room.take(forge_update([(5, clock, [item(string_content("ö"), origin=(5, clock - 1))])]))
    assert room.places.find(5, 59) == Place(Id(5, 0), None)
    assert room.places.span_count == 2


def test_an_index_is_read_when_it_is_asked() -> None:
    """[CR25] an update that names nothing of the Doc does not make the state be read."""
    reads: list[int] = []

    def state() -> bytes:
        reads.append(1)
        return forge_update([(7, 0, [item(any_content("é"), root="model", key="ä")])])

    index = PlaceIndex(state)
    index.note(b"\0\0")
    assert index.to_bytes() == b""
    new = forge_update([(8, 0, [item(any_content("ü"), root="model", key="ö")])])
    beside = forge_update([(8, 0, [item(any_content("ü"), origin=(7, 0))])])
    for update, expected in ((new, 0), (beside, 1), (beside, 1)):
        inspect(
            update,
            state_vector={7: 1},
            owner_of=lambda _: None,
            principal="änne",
            rules=JSON_ONLY,
            places=index,
        )
        assert len(reads) == expected
