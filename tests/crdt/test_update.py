"""Updates are read as Yjs reads them, and what Yjs and yrs would read differently is malformed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pycrdt import Doc, merge_updates

from collab.crdt.structs import TypeRef
from collab.crdt.update import Struct, decode, decode_state_vector, encode_state_vector
from collab.errors import InvalidUpdate
from collab.limits import CLOCK_MAX
from tests.crdt.forge import any_content, forge_update, gc, item, skip, string_content, type_content
from tests.crdt.judging import APPLICATION, CLIENT, FREE, refused
from tests.crdt.oracle import YjsOracle


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def made_by_yjs(oracle: YjsOracle, *edits: Mapping[str, Any]) -> bytes:
    oracle.create("one", CLIENT)
    oracle.edit("one", *edits)
    return oracle.update("one")


def as_oracle_describes(struct: Struct) -> dict[str, Any]:
    described: dict[str, Any] = {
        "client": struct.client,
        "clock": struct.clock,
        "length": struct.length,
        "kind": struct.kind,
    }
    if struct.kind == "item":
        described |= {
            "content": struct.content,
            "origin": struct.origin and struct.origin._asdict(),
            "rightOrigin": struct.right_origin and struct.right_origin._asdict(),
            "parentRoot": struct.parent_root,
            "parentId": struct.parent_id and struct.parent_id._asdict(),
            "parentKey": struct.parent_key,
        }
        if struct.content in ("string", "any"):
            described["value"] = struct.value
    return described


@pytest.mark.parametrize("seed", range(6))
def test_decode_equals_yjs(oracle: YjsOracle, seed: int) -> None:
    """[CR6] whole states and live updates of random documents are read as Yjs reads them."""
    features = [[], ["formats", "embeds"], ["xml", "docs"]][seed % 3]
    for name, client in (("left", 11), ("right", 2**32 + 5)):
        oracle.create(name, client)
        oracle.random(name, seed * 2 + client % 2, 60, features=features)
    oracle.apply("left", oracle.update("right"))
    oracle.random("left", seed + 100, 20, features=features)
    updates = [oracle.update("left"), *(live.update for live in oracle.live("left"))]
    for update in updates:
        ours, theirs = decode(update), oracle.decode(update)
        described = [as_oracle_describes(s) for block in ours.structs.values() for s in block]
        assert described == theirs["structs"]
        assert {
            str(client): [list(each) for each in ranges] for client, ranges in ours.deletes.items()
        } == theirs["deletes"]
    ends = {client: b[-1].clock + b[-1].length for client, b in decode(updates[0]).structs.items()}
    assert ends == oracle.state("left")


def test_contents(oracle: YjsOracle) -> None:
    """[CR6] each kind of content gives its value."""
    update = made_by_yjs(
        oracle,
        {"path": ["model"], "do": "map-set", "key": "bytes", "value": {"$bytes": "w7w="}},
        {"path": ["model"], "do": "map-set", "key": "doc", "value": {"$doc": "größe"}},
        {"path": ["model"], "do": "map-set", "key": "xml", "value": {"$xmlElement": "größe"}},
        {"path": ["t"], "kind": "text", "do": "text-insert", "index": 0, "text": "a😀"},
        {
            "path": ["t"],
            "kind": "text",
            "do": "text-format",
            "index": 0,
            "length": 1,
            "attributes": {"fett": True},
        },
        {"path": ["t"], "kind": "text", "do": "text-embed", "index": 3, "value": {"bild": "ü"}},
    )
    values = {s.content: s for block in decode(update).structs.values() for s in block}
    assert values["binary"].value == "ü".encode()
    assert values["doc"].value[0] == "größe"
    assert (values["type"].value, values["type"].type_ref) == ("größe", TypeRef.XML_ELEMENT)
    assert values["embed"].value == {"bild": "ü"}
    assert values["format"].value == ("fett", None)
    assert (values["string"].value, values["string"].length) == ("😀", 2)
    deleted = forge_update([(1, 0, [item((1, b"\x05"), root="r")])])
    assert [(s.content, s.length, s.value) for s in decode(deleted).structs[1]] == [
        ("deleted", 5, None)
    ]


def test_state_vectors(oracle: YjsOracle) -> None:
    """[CR9] state vectors are read and written as Yjs does; a client stands in one once."""
    made_by_yjs(oracle, {"path": ["m"], "do": "map-set", "key": "ä", "value": 1})
    oracle.apply("one", forge_update([(7, 0, [gc(3)])]))
    data = oracle.state_vector("one")
    assert decode_state_vector(data) == {CLIENT: 1, 7: 3}
    assert encode_state_vector({7: 3, CLIENT: 1}) == data
    for broken in (
        b"",
        data[:-1],
        data + b"\0",
        b"\x02\x07\x03\x07\x04",
        b"\x01\x07" + b"\xff" * 4 + b"\x10",
        b"\xff" * 7 + b"\x0f",
    ):
        with pytest.raises(InvalidUpdate) as caught:
            decode_state_vector(broken)
        assert caught.value.code == "update_malformed"


MALFORMED = {
    "nothing": b"",
    "trailing byte": forge_update() + b"\0",
    "two blocks": forge_update([(1, 0, [gc(1)]), (1, 1, [gc(1)])]),
    "two delete lists": forge_update(deletes=[(1, [(0, 1)]), (1, [(1, 1)])]),
    "clock beyond yrs": forge_update([(1, CLOCK_MAX, [gc(1)])]),
    "length beyond yrs": forge_update([(1, 0, [gc(CLOCK_MAX), gc(1)])]),
    "delete beyond yrs": forge_update(deletes=[(1, [(1, CLOCK_MAX)])]),
    "empty gc": forge_update([(1, 0, [gc(0)])]),
    "empty skip": forge_update([(1, 0, [skip(0)])]),
    "empty any": forge_update([(1, 0, [item(any_content(), root="nodes", key="ä")])]),
    "high bits on gc": forge_update([(1, 0, [b"\x80\x01"])]),
    "high bits on skip": forge_update([(1, 0, [b"\x8a\x01\x01\x01"])]),
    "move": forge_update([(1, 0, [item((11, b"\0\x01\0"), root="nodes", key="ä")])]),
    "fifth bit": forge_update([(1, 0, [item((0x14, b"\x01x"), root="nodes")])]),
    "kind of parent": forge_update([(1, 0, [b"\x08\x02\x01r\x01\x7e"])]),
    "text under a key": forge_update([(1, 0, [item(string_content("ü"), root="r", key="k")])]),
    "embed that is no JSON": forge_update([(1, 0, [item((5, b"\x01{"), root="r")])]),
    "value as parent": forge_update(
        [(1, 0, [item(any_content(1), root="nodes", key="ä"), item(any_content(2), parent=(1, 0))])]
    ),
}


@pytest.mark.parametrize("update", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed(update: bytes) -> None:
    """[CR7] what Yjs and yrs would read differently, or not at all, is malformed."""
    refused("update_malformed", update, rules=FREE)


def test_clock_bound() -> None:
    """[CR7] the last clock that yrs can count is read, and pycrdt counts it."""
    update = forge_update([(1, 0, [gc(CLOCK_MAX)])])
    assert decode(update).structs[1][0].length == CLOCK_MAX
    doc: Doc[Any] = Doc()
    doc.apply_update(update)
    assert decode_state_vector(doc.get_state()) == {1: CLOCK_MAX}


CONTENTS: dict[str, tuple[int, bytes]] = {
    "values": any_content(1, "é", None, 2.5, True, [{"ü": []}], b"xx", 1e300, 2**60, -5),
    "rare values": (8, b"\x04\x7f\x7c\x3f\x80\0\0\x7d\xc1\x02\x74\x01\xff"),
    "text": string_content("é😀"),
    "bytes": (3, b"\x02\xc3\xbc"),
    "embed": (5, b'\x08{"\xc3\xa9":1}'),
    "format": (6, b"\x02\xc3\xa9\x04null"),
    "deleted": (1, b"\x05"),
    **{f"type {number}": type_content(number) for number in (0, 1, 2, 4, 6)},
    "xml element": (7, b"\x03\x02\xc3\xa9"),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_yrs_reads_as_much(content: tuple[int, bytes]) -> None:
    """[CR7] yrs takes each content for as many bytes as are read here, or it would be another."""
    structs = [item(content, root="r"), item(any_content("größe"), root="r", key="ö")]
    update = forge_update([(1, 0, structs)], [(9, [(0, 1)])])
    other = forge_update([(2, 0, [item(any_content(1), root="q", key="k")])])
    merged = decode(merge_updates(update, other))
    assert merged.structs[1] == decode(update).structs[1]
    assert merged.deletes == decode(update).deletes


@pytest.mark.parametrize("content", [(2, b"\x01\x05[1,2]"), (7, b"\x05\x02\xc3\xa9")])
def test_what_yrs_misreads(content: tuple[int, bytes]) -> None:
    """[CR7] legacy JSON and XML hooks, whose end yrs takes to be elsewhere, are refused."""
    structs = [item(content, root="r"), item(any_content("größe"), root="r", key="ö")]
    update = forge_update([(1, 0, structs)])
    with pytest.raises(ValueError, match="decode update"):
        Doc[Any]().apply_update(update)
    for rules in (APPLICATION, FREE):
        refused("update_type_not_allowed", update, rules=rules)
