"""How deep an update nests, and which deletes a Doc knows."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Map

from collab.crdt.deletes import DeleteSet
from collab.crdt.update import Rules, TypeRef, decode, inspect
from collab.errors import LimitExceeded
from collab.limits import NESTING_MAX
from tests.crdt.forge import any_content, forge_update, item, type_content

_RULES = Rules(allowed_roots=None, json_roots=frozenset({"model"}), restricts_types=False)


def _inspect(update: bytes) -> None:
    inspect(
        update,
        state_vector={},
        owner_of=lambda client: None,
        principal="ülrike",
        rules=_RULES,
    )


def _chain(levels: int, root: str) -> bytes:
    """Return an update of maps within maps, the first of them under *root*."""
    map_type = type_content(TypeRef.MAP)
    items = [item(map_type, root=root, key="é")]
    items += [item(map_type, parent=(7, level), key="é") for level in range(levels - 1)]
    return forge_update([(7, 0, items)])


@pytest.mark.parametrize("root", ["model", "größe"])
def test_depth(root: str) -> None:
    """[CR23] the bound holds for every root, and however deep it is exceeded."""
    _inspect(_chain(NESTING_MAX, root))
    for levels in (NESTING_MAX + 1, 50_000):
        with pytest.raises(LimitExceeded) as caught:
            _inspect(_chain(levels, root))
        assert caught.value.code == "update_limit"


def test_depth_is_not_the_number_of_types() -> None:
    """[CR23] types beside and after each other nest no deeper than one."""
    map_type = type_content(TypeRef.MAP)
    beside = [item(map_type, root="model", key=f"é{number}") for number in range(200)]
    _inspect(forge_update([(7, 0, beside)]))
    # Each takes the place of the one before under the same key, and so names no parent.
    after = [item(map_type, root="model", key="é")]
    after += [item(map_type, origin=(7, number)) for number in range(200)]
    _inspect(forge_update([(7, 0, after)]))


def test_depth_through_replaced_values() -> None:
    """[CR23] a level counts also where its container is found by way of an origin."""
    structs: list[bytes] = [item(any_content("日"), root="model", key="é")]
    structs.append(item(type_content(TypeRef.MAP), origin=(7, 0)))
    for level in range(NESTING_MAX):
        container = 1 + 2 * level
        structs.append(item(any_content("日"), parent=(7, container), key="é"))
        structs.append(item(type_content(TypeRef.MAP), origin=(7, container + 1)))
    with pytest.raises(LimitExceeded):
        _inspect(forge_update([(7, 0, structs)]))
    _inspect(forge_update([(7, 0, structs[:-1])]))


@pytest.mark.parametrize(
    ("deletes", "is_held"),
    [
        ({}, True),
        ({1: [(0, 3)]}, True),
        ({1: [(2, 4), (8, 1)]}, True),
        ({1: [(5, 2)]}, False),
        ({1: [(7, 1)]}, False),
        ({1: [(9, 2)]}, False),
        ({2: [(0, 1)]}, False),
        ({1: [(0, 1)], 3: [(4, 1)]}, True),
    ],
)
def test_known_deletes(deletes: Any, is_held: bool) -> None:
    """[CR24] a range is known if all of its clocks are, in whatever pieces they came."""
    known = DeleteSet({1: [(3, 3), (0, 3), (8, 2), (8, 1)], 3: [(4, 1)]})
    assert known.holds(deletes) is is_held


def test_deletes_of_a_doc() -> None:
    """[CR24] what a Doc says of its deletes holds those of all its updates."""
    doc: Doc[Any] = Doc(client_id=7)
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    root = doc.get("model", type=Map)
    root["ä"] = Map({"日": 1})
    root["ä"] = "é"
    del root["ä"]
    known = DeleteSet(decode(doc.get_update(doc.get_state())).deletes)
    assert all(known.holds(decode(update).deletes) for update in updates)
    assert decode(updates[-1]).deletes
