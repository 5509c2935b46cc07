"""Updates: what is read equals what Yjs reads, and each refusal has its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pycrdt import Doc

from collab.crdt.structs import TypeRef
from collab.crdt.update import (
    Inspection,
    Rules,
    Struct,
    decode,
    decode_state_vector,
    encode_state_vector,
    inspect,
)
from collab.errors import InvalidUpdate, LimitExceeded, PeerError
from collab.limits import (
    CLIENT_IDS_PER_UPDATE_MAX,
    CLOCK_MAX,
    KEY_UTF16_MAX,
    STRUCTS_PER_UPDATE_MAX,
)
from tests.crdt.forge import (
    any_content,
    forge_update,
    gc,
    item,
    skip,
    string_content,
    type_content,
)
from tests.crdt.oracle import YjsOracle

ROOTS = frozenset({"application", "nodes"})
APPLICATION = Rules(allowed_roots=ROOTS, json_roots=ROOTS, restricts_types=True)
FREE = Rules(allowed_roots=None, json_roots=frozenset({"model"}), restricts_types=False)
CLIENT = 4_000_000_007


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def judge(
    update: bytes,
    *,
    known: Mapping[int, int] | None = None,
    owners: Mapping[int, str] | None = None,
    rules: Rules = APPLICATION,
) -> Inspection:
    return inspect(
        update,
        state_vector=known or {},
        owner_of=(owners or {}).get,
        principal="änne",
        rules=rules,
    )


def refused(code: str, update: bytes, **options: Any) -> None:
    with pytest.raises(PeerError) as caught:
        judge(update, **options)
    assert caught.value.code == code, caught.value
    assert isinstance(caught.value, LimitExceeded if code == "update_limit" else InvalidUpdate)


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
        if struct.content in ("string", "any", "json"):
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
    legacy = forge_update(
        [(1, 0, [item((2, b"\x02\x05[1,2]\x09undefined"), root="r"), item((1, b"\x05"), root="r")])]
    )
    assert [(s.content, s.length, s.value) for s in decode(legacy).structs[1]] == [
        ("json", 2, [[1, 2], None]),
        ("deleted", 5, None),
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


def test_only_new_structs_are_judged() -> None:
    """[CR10] a foreign client's, unknown root's or refused content that is known is no offence."""
    structs = [item((3, b"\x01\xff"), root="elsewhere", key="ä"), item(any_content(1, 2), root="r")]
    update = forge_update([(CLIENT, 4, structs)])
    owners = {CLIENT: "bob"}
    assert judge(update, known={CLIENT: 7}, owners=owners).is_known
    refused("update_foreign_client", update, known={CLIENT: 6}, owners=owners)
    inspection = judge(update, known={CLIENT: 5}, rules=FREE)
    assert [struct.clock for struct in inspection.new_structs] == [5]
    assert inspection.missing == ()


def test_known_half_of_a_struct_is_not_judged() -> None:
    """[CR10] of a struct that is known in part only the new values are judged."""
    values = [item(any_content(float("nan"), "ü"), origin=(9, 0))]
    update = forge_update([(CLIENT, 4, values)])
    assert judge(update, known={CLIENT: 5, 9: 1}).new_struct_count == 1
    refused("update_value", update, known={CLIENT: 4, 9: 1})


def test_foreign_client(oracle: YjsOracle) -> None:
    """[CR11] an id that somebody else used first is refused, one's own and a new one are not."""
    edit = {"path": ["nodes"], "do": "map-set", "key": "größe", "value": "名前"}
    update = made_by_yjs(oracle, edit)
    refused("update_foreign_client", update, owners={CLIENT: "bob"})
    refused("update_foreign_client", update, owners={CLIENT: ""})
    assert judge(update, owners={CLIENT: "änne"}).new_clients == ()
    assert judge(update).new_clients == (CLIENT,)


def test_is_known(oracle: YjsOracle) -> None:
    """[CR22] nothing new is known; a delete is not, nor is half a struct."""
    text = {"path": ["nodes"], "do": "map-set", "key": "é", "value": {"$text": "日本"}}
    update = made_by_yjs(oracle, text)
    assert not judge(update).is_known
    assert not judge(update, known={CLIENT: 2}).is_known
    known = judge(update, known={CLIENT: 3})
    assert known.is_known and known.new_clients == () and known.new_struct_count == 0
    assert judge(forge_update()).is_known
    assert not judge(forge_update(deletes=[(CLIENT, [(0, 1)])]), known={CLIENT: 3}).is_known
    assert judge(forge_update(deletes=[(CLIENT, [(9, 0)])]), known={CLIENT: 3}).is_known
    assert judge(forge_update([(CLIENT, 3, [skip(5)])]), known={CLIENT: 3}).is_known


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
            judge(update, rules=FREE)
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


def test_limits() -> None:
    """[CR21] the bounds hold: at the bound it passes, one beyond is refused."""

    def clients(count: int) -> bytes:
        return forge_update([(client, 0, [gc(1)]) for client in range(count)])

    assert len(judge(clients(CLIENT_IDS_PER_UPDATE_MAX)).new_clients) == CLIENT_IDS_PER_UPDATE_MAX
    beyond = clients(CLIENT_IDS_PER_UPDATE_MAX + 1)
    refused("update_limit", beyond)
    assert judge(beyond, known={0: 1}).new_struct_count == CLIENT_IDS_PER_UPDATE_MAX

    def keyed(key: str) -> bytes:
        return forge_update([(1, 0, [item(any_content(1), root="nodes", key=key)])])

    assert judge(keyed("😀" * (KEY_UTF16_MAX // 2))).new_struct_count == 1
    refused("update_limit", keyed("😀" * (KEY_UTF16_MAX // 2) + "x"))
    root = forge_update([(1, 0, [item(any_content(1), root="ü" * (KEY_UTF16_MAX + 1))])])
    refused("update_limit", root, rules=FREE)
    refused("update_limit", forge_update([(1, 0, [])])[:1] + b"\xff\xff\xff\x7f\x01\x00")
    assert STRUCTS_PER_UPDATE_MAX < 0x0FFFFFFF
