"""Updates are judged by the types, keys and values they bring: each refusal has its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from collab.crdt.structs import TypeRef
from collab.crdt.update import decode
from tests.crdt.forge import any_content, forge_update, item, string_content, type_content
from tests.crdt.judging import CLIENT, FREE, judge, refused
from tests.crdt.oracle import YjsOracle


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def made_by_yjs(oracle: YjsOracle, *edits: Mapping[str, Any]) -> bytes:
    oracle.create("one", CLIENT)
    oracle.edit("one", *edits)
    return oracle.update("one")


def test_unknown_root(oracle: YjsOracle) -> None:
    """[CR15] a root that the room does not have is refused, in a free room any is taken."""
    update = made_by_yjs(
        oracle, {"path": ["größe"], "do": "map-set", "key": "a", "value": {"b": "é"}}
    )
    refused("update_unknown_root", update)
    assert judge(update, rules=FREE).new_struct_count == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "array", "do": "array-insert", "index": 0, "values": ["é"]},
        {"kind": "text", "do": "text-insert", "index": 0, "text": "é"},
    ],
)
def test_root_has_to_be_a_map(oracle: YjsOracle, edit: Mapping[str, Any]) -> None:
    """[CR15] a list item in a root that is a map is refused in every room."""
    refused("update_type_not_allowed", made_by_yjs(oracle, {"path": ["nodes"], **edit}))
    refused("update_type_not_allowed", made_by_yjs(oracle, {"path": ["model"], **edit}), rules=FREE)


NOT_ALLOWED: dict[str, dict[str, Any]] = {
    "xml element": {"do": "map-set", "key": "k", "value": {"$xmlElement": "p"}},
    "xml fragment": {"do": "map-set", "key": "k", "value": {"$xmlFragment": 1}},
    "xml text": {"do": "map-set", "key": "k", "value": {"$xmlText": "é"}},
    "subdocument": {"do": "map-set", "key": "k", "value": {"$doc": "é"}},
    "bytes": {"do": "map-set", "key": "k", "value": {"$bytes": "w7w="}},
    "nested xml": {"do": "map-set", "key": "k", "value": {"$map": {"é": {"$xmlElement": "p"}}}},
    "bytes in a list": {"do": "map-set", "key": "k", "value": {"$array": [1, {"$bytes": "w7w="}]}},
    "embed": {"path": ["nodes", "text"], "do": "text-embed", "index": 1, "value": {"é": 1}},
    "format": {
        "path": ["nodes", "text"],
        "do": "text-format",
        "index": 0,
        "length": 2,
        "attributes": {"é": 1},
    },
}


@pytest.mark.parametrize("edit", NOT_ALLOWED.values(), ids=NOT_ALLOWED.keys())
def test_types_not_allowed(oracle: YjsOracle, edit: Mapping[str, Any]) -> None:
    """[CR16] what Yjs makes beyond maps, arrays, texts and JSON is refused where restricted."""
    text = {"path": ["nodes"], "do": "map-set", "key": "text", "value": {"$text": "größe"}}
    update = made_by_yjs(oracle, text, {"path": ["nodes"], **edit})
    refused("update_type_not_allowed", update)
    judge(update, rules=FREE)


def test_forged_places_not_allowed() -> None:
    """[CR16] hidden places are refused: entries of arrays, attributes of texts, lists in maps."""
    inside: dict[TypeRef, tuple[tuple[int, bytes], str | None]] = {
        TypeRef.ARRAY: (any_content("é"), None),
        TypeRef.MAP: (any_content("é"), "é"),
        TypeRef.TEXT: (string_content("é"), None),
    }
    outside: dict[TypeRef, list[tuple[tuple[int, bytes], str | None]]] = {
        TypeRef.ARRAY: [(any_content("é"), "é")],
        TypeRef.MAP: [(any_content("é"), None)],
        TypeRef.TEXT: [(any_content("é"), None), (any_content("é"), "é"), (type_content(1), None)],
    }

    def child_of(type_ref: int, content: tuple[int, bytes], key: str | None) -> bytes:
        parent = item(type_content(type_ref), root="nodes", key="名前")
        child = item(content, parent=(CLIENT, 0), key=key)
        return forge_update([(CLIENT, 0, [parent, child])])

    for type_ref, (content, key) in inside.items():
        assert judge(child_of(type_ref, content, key)).new_struct_count == 2
        for wrong_content, wrong_key in outside[type_ref]:
            update = child_of(type_ref, wrong_content, wrong_key)
            refused("update_type_not_allowed", update)
    for type_ref in (TypeRef.ARRAY, TypeRef.MAP, TypeRef.XML_FRAGMENT):
        refused("update_malformed", child_of(type_ref, string_content("é"), None), rules=FREE)


@pytest.mark.parametrize("type_ref", [7, 9, 15, 200])
def test_unknown_types_are_refused_everywhere(type_ref: int) -> None:
    """[CR16] a type that Yjs 13 cannot read, weak links included, would kill every client."""
    update = forge_update([(1, 0, [item(type_content(type_ref), root="nodes", key="é")])])
    refused("update_type_not_allowed", update)
    refused("update_type_not_allowed", update, rules=FREE)


@pytest.mark.parametrize("key", ["__proto__", "constructor", "toString"])
def test_forbidden_keys(oracle: YjsOracle, key: str) -> None:
    """[CR17] a key of Object.prototype is refused as an entry's in every room, and in values."""
    update = made_by_yjs(oracle, {"path": ["nodes"], "do": "map-set", "key": key, "value": "é"})
    refused("update_key", update)
    refused("update_key", update, rules=FREE)
    value = forge_update([(1, 0, [item(any_content([{key: "é"}]), root="nodes", key="é")])])
    refused("update_key", value)
    judge(value, rules=FREE)


@pytest.mark.parametrize(
    "value",
    [
        {"$number": "NaN"},
        {"$number": "-Infinity"},
        {"$bigint": "9007199254740993"},
        {"é": [{"$bytes": "w7w="}]},
    ],
)
def test_values_that_are_no_json(oracle: YjsOracle, value: Any) -> None:
    """[CR17] NaN, infinities, large integers and bytes inside a value are no JSON."""
    update = made_by_yjs(oracle, {"path": ["nodes"], "do": "map-set", "key": "é", "value": [value]})
    refused("update_value", update)
    assert decode(update).structs[CLIENT][0].value is not None
    judge(update, rules=FREE)


def test_values_that_are_json(oracle: YjsOracle) -> None:
    """[CR17] undefined reads as null, a bigint within 2^53 and an integral float are numbers."""
    value: list[Any] = [
        {"$undefined": 1},
        {"$bigint": "9007199254740992"},
        1e300,
        {"größe": [None, "😀"]},
    ]
    update = made_by_yjs(oracle, {"path": ["nodes"], "do": "map-set", "key": "é", "value": value})
    refused("update_value", update)
    value[2] = 2.5
    update = made_by_yjs(oracle, {"path": ["nodes"], "do": "map-set", "key": "é", "value": value})
    assert judge(update).new_structs[0].value == [[None, 2**53, 2.5, {"größe": [None, "😀"]}]]
