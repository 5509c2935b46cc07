"""Forged placements, tried where a hang harms nobody: in a process of their own.

pycrdt loops for ever over an array with text in it, so whoever lets such an update through does not
fail but stop. ``python -m tests.crdt.forged_places SEED COUNT`` tries random placements on a
document of every kind and prints, as JSON, how many were let through and what differed after them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from random import Random
from typing import Any

from pycrdt import Doc, Map

from collab.crdt.places import PlaceIndex
from collab.crdt.structs import TypeRef, decode, decode_state_vector
from collab.crdt.update import Rules, inspect
from collab.errors import InvalidUpdate, LimitExceeded
from tests.crdt.forge import any_content, forge_update, gc, item, string_content, type_content
from tests.crdt.oracle import YjsOracle

__all__ = ["AUTHOR", "FORGER", "base_updates", "indexed", "try_placements"]

AUTHOR = 50
FORGER = 60
RULES = (
    Rules(frozenset({"model"}), frozenset({"model"}), restricts_types=True),
    Rules(None, frozenset({"model"}), restricts_types=False),
)


def base_updates(oracle: YjsOracle) -> list[bytes]:
    """Return the updates of a document with lists, maps, texts, replaced entries, and garbage."""
    oracle.create("author", AUTHOR)
    entries: dict[str, Any] = {
        "list": {"$array": [1, "é", {"$map": {"größe": 1}}, {"$text": "名前"}]},
        "other list": {"$array": ["ü"]},
        "map": {"$map": {"a": 1, "b": {"$array": [2]}}},
        "text": {"$text": "größe日本"},
        "gone": {"$array": [1, {"$map": {"é": 1}}]},
        "gone map": {"$map": {"é": 1}},
    }
    edits: list[dict[str, Any]] = [
        {"path": ["model"], "do": "map-set", "key": key, "value": value}
        for key, value in entries.items()
    ]
    edits += [
        {"path": ["model", "map"], "do": "map-set", "key": "a", "value": 2},
        {"path": ["model", "list"], "do": "array-insert", "index": 2, "values": [5, 6]},
        {"path": ["model", "list"], "do": "array-delete", "index": 3},
        {"path": ["model", "text"], "do": "text-delete", "index": 2, "length": 2},
        {"path": ["model"], "do": "map-delete", "key": "gone"},
        {"path": ["model"], "do": "map-set", "key": "gone map", "value": "é"},
    ]
    for edit in edits:
        oracle.edit("author", edit)
    return [each.update for each in oracle.live("author")]


def indexed(updates: Sequence[bytes]) -> tuple[bytes, tuple[PlaceIndex, ...]]:
    """Return the state after *updates*, and its index as it grew and as it is read afresh."""
    doc: Doc[Any] = Doc(client_id=1)
    grown = PlaceIndex(doc.get_update)
    doc.observe(lambda event: grown.note(event.update))
    for update in updates:
        doc.apply_update(update)
        grown.kind_of("model")
    state = doc.get_update()
    return state, (grown, PlaceIndex(lambda: state))


def random_placement(random: Random, last: int) -> tuple[bytes, bool]:
    """Return an update whose items stand anywhere among the author's clocks and their own.

    Also whether each item has one neighbour, or two in the order in which they were written.
    """
    structs: list[bytes] = []
    is_ordered = True
    clock = 0

    def anywhere() -> tuple[int, int]:
        if clock and random.random() < 0.3:
            return FORGER, random.randrange(clock)
        return AUTHOR, random.randrange(last)

    for _ in range(random.randint(1, 4)):
        content, length = random_content(random)
        match random.randrange(6):
            case 0:
                structs.append(item(content, origin=anywhere()))
            case 1:
                structs.append(item(content, right_origin=anywhere()))
            case 2 | 3:
                left, right = anywhere(), anywhere()
                if random.random() < 0.6:
                    right = (left[0], left[1] + 1)
                is_ordered &= right == (left[0], left[1] + 1)
                structs.append(item(content, origin=left, right_origin=right))
            case 4:
                key = random.choice([None, "a", "é", "größe"])
                if content[0] in (4, 5, 6):
                    key = None
                structs.append(item(content, parent=anywhere(), key=key))
            case _:
                structs.append(gc(1))
                length = 1
        clock += length
    return forge_update([(FORGER, 0, structs)]), is_ordered


def random_content(random: Random) -> tuple[tuple[int, bytes], int]:
    """Return a content and how many clocks it takes."""
    choices: Sequence[tuple[tuple[int, bytes], int]] = (
        (any_content("é"), 1),
        (any_content(1, "ü"), 2),
        (string_content("ö"), 1),
        (string_content("日本"), 2),
        (type_content(random.choice([TypeRef.ARRAY, TypeRef.MAP, TypeRef.TEXT])), 1),
        ((1, b"\x02"), 2),
        ((5, b"\x011"), 1),
        ((6, b"\x01b\x041234"), 1),
    )
    return random.choice(choices)


def try_placements(seed: int, count: int) -> dict[str, Any]:
    """Return how many placements were let through and the updates after which replicas differ."""
    random = Random(seed)
    passed = 0
    differing: list[dict[str, Any]] = []
    with YjsOracle() as oracle:
        state, indexes = indexed(base_updates(oracle))
        last = decode(state).structs[AUTHOR][-1]
        for _ in range(count):
            update, is_ordered = random_placement(random, last.clock + last.length)
            doc: Doc[Any] = Doc(client_id=1)
            root = doc.get("model", type=Map)
            doc.apply_update(state)
            clocks = decode_state_vector(doc.get_state())
            if not is_let_through(update, clocks, random.choice(RULES), random.choice(indexes)):
                continue
            passed += 1
            oracle.create("reader", 2)
            oracle.apply("reader", state)
            oracle.apply("reader", update)
            doc.apply_update(update)
            expected = oracle.json("reader", model="map")["model"]
            # Who joins later gets the server's own state. In it an item between neighbours in the
            # wrong order may come to stand elsewhere: no index of places tells their order.
            oracle.create("newcomer", 3)
            oracle.apply("newcomer", doc.get_update())
            newcomer = oracle.json("newcomer", model="map")["model"] if is_ordered else expected
            shown = root.to_py()
            if not shown == expected == newcomer:
                differing.append({"update": update.hex(), "shown": shown, "expected": expected})
    return {"passed": passed, "differing": differing}


def is_let_through(update: bytes, clocks: dict[int, int], rules: Rules, places: PlaceIndex) -> bool:
    try:
        inspection = inspect(
            update,
            state_vector=clocks,
            owner_of=lambda _: None,
            principal="mallory",
            rules=rules,
            places=places,
        )
    except (InvalidUpdate, LimitExceeded):
        return False
    return not inspection.missing


if __name__ == "__main__":
    print(json.dumps(try_placements(int(sys.argv[1]), int(sys.argv[2]))))
