"""The bridge: ops as writes, writes as ops, and texts that come apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from collab.crdt.bridge import Bridge
from collab.crdt.update import decode
from collab.crdt.view import Fault, view
from collab.errors import InvalidOp, InvalidUpdate
from collab.ids import ClientId
from collab.limits import NESTING_MAX
from collab.messages import Refusal, Update, UpdateKind
from collab.room.rules import FreeRules
from collab.values import Json, Path, SharedList, SharedMap, SharedText, marked_equal, plain
from tests.crdt.forge import any_content, forge_update, item
from tests.crdt.oracle import YjsOracle
from tests.room.clients import JsClient, YjsClient
from tests.room.driver import Driver, updates_of
from tests.room.intents import InsertText, SetKey
from tests.room.world import World

_RULES = FreeRules()


def _bridge(value: Json = None) -> Bridge:
    bridge = Bridge(is_application=False, client_id=ClientId(1), document=SharedMap(), state=b"")
    if value is not None:
        for key, item_ in value.items():
            bridge.try_op([{"p": [key], "oi": item_}], lambda path, inserted, document: inserted)
            bridge.write()
    return bridge


def _adopt(path: Path, value: Json, document: Json) -> Json:
    return _RULES.adopt(path, value, document)


def _write(bridge: Bridge, *op: dict[str, Any]) -> bytes:
    bridge.try_op(op, _adopt)
    update = bridge.write()
    for shown in bridge.views():
        assert marked_equal(shown, bridge.document), (shown, bridge.document)
    return update


def _page(bridge: Bridge) -> tuple[Doc[Any], list[bytes]]:
    """A page that has synced, and the updates that it will emit."""
    doc: Doc[Any] = Doc(client_id=2**31)
    doc.apply_update(bridge.diff())
    return doc, updates_of(doc)


def _take(bridge: Bridge, update: bytes) -> list[dict[str, Any]]:
    decoded = decode(update)
    trial = bridge.try_update(update, decoded)
    bridge.keep(update, decoded)
    for shown in bridge.views():
        assert marked_equal(shown, bridge.document)
    return plain(trial.op)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as process:
        yield process


# --- ops as writes ------------------------------------------------------------------------------


def test_inserted_values_become_shared() -> None:
    """[BR2] objects and arrays that an op inserts merge from then on."""
    bridge = _bridge()
    _write(bridge, {"p": ["ä"], "oi": {"l": [{"日": "x"}]}})
    expected = SharedMap(ä=SharedMap(l=SharedList([SharedMap(日="x")])))
    assert marked_equal(bridge.document, expected)


@pytest.mark.parametrize(
    ("component", "result"),
    [
        ({"p": ["ä", "l", 0], "li": {"neu": []}}, {"l": [{"neu": []}, 1], "t": "é😀"}),
        ({"p": ["ä", "l", 0], "ld": 1}, {"l": [], "t": "é😀"}),
        ({"p": ["ä", "l", 0], "na": 2}, {"l": [3], "t": "é😀"}),
        ({"p": ["ä", "t", 3], "si": "日"}, {"l": [1], "t": "é😀日"}),
        ({"p": ["ä", "x"], "oi": {}}, {"l": [1], "t": "é😀", "x": {}}),
    ],
)
def test_op_into_a_plain_value(component: dict[str, Any], result: Any) -> None:
    """[BR2] a plain value stays one value, rewritten whole."""
    bridge = _bridge({"ä": {"l": [1], "t": "é😀"}})
    _write(bridge, component)
    assert marked_equal(bridge.document, SharedMap(ä=result))


def test_replaced_containers_are_diffs() -> None:
    """[BR3] a page's concurrent edits inside a replaced map, list and text survive."""
    shared = SharedMap(
        m=SharedMap(a=1, t=SharedText("é")),
        l=SharedList([1, SharedMap(日="x"), 3]),
        t=SharedText("größe"),
    )
    bridge = _bridge({"ä": shared})
    doc, updates = _page(bridge)
    with doc.transaction():
        inner = doc.get("model", type=Map)["ä"]
        inner["m"]["t"].insert(2, "😀")
        inner["l"][1]["neu"] = True
        inner["t"].insert(len("größe".encode()), "n")
    replaced = SharedMap(
        m=SharedMap(b=2, t=SharedText("é")),
        l=SharedList([0, SharedMap(日="y"), 3, 4]),
        t=SharedText("maße"),
    )
    bridge.try_op([{"p": ["ä"], "od": None, "oi": replaced}], lambda path, value, document: value)
    bridge.write()
    _take(bridge, updates[0])
    assert bridge.document["ä"] == {
        "m": {"b": 2, "t": "é😀"},
        "l": [0, {"日": "y", "neu": True}, 3, 4],
        "t": "maßen",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [([], [1]), ([1], []), ([1, 2, 3], [3, 2, 1]), ([[1], [2]], [[2]]), (["é"] * 3, ["é"] * 5)],
)
def test_replaced_lists(old: list[Any], new: list[Any]) -> None:
    """[BR3] whatever the lists, the diff gives the new one."""
    bridge = _bridge()
    _write(bridge, {"p": ["ä"], "oi": old})
    _write(bridge, {"p": ["ä"], "od": old, "oi": new})
    assert bridge.document == {"ä": new}


@pytest.mark.parametrize(("start", "target"), [(0, 2), (2, 0), (1, 1), (0, 1)])
def test_move(start: int, target: int) -> None:
    """[BR4] a moved element is a copy at its new place, shared types included."""
    bridge = _bridge()
    values: list[Any] = ["é", {"日": [1]}, "😀"]
    _write(bridge, {"p": ["ä"], "oi": values})
    _write(bridge, {"p": ["ä", start], "lm": target})
    values.insert(target, values.pop(start))
    assert bridge.document == {"ä": values}


def test_op_that_does_not_apply() -> None:
    """[BR10] a failing component takes the ones before it back."""
    bridge = _bridge({"ä": SharedList([1])})
    with pytest.raises(InvalidOp):
        bridge.try_op([{"p": ["ü"], "oi": 1}, {"p": ["ä", 7], "ld": 1}], _adopt)
    assert marked_equal(bridge.document, SharedMap(ä=SharedList([1])))
    bridge.try_op([{"p": ["ä", 0], "li": "é"}], _adopt)
    bridge.take_back()
    assert marked_equal(bridge.document, SharedMap(ä=SharedList([1])))
    _write(bridge, {"p": ["ä", 1], "li": "é"})
    assert bridge.document == {"ä": [1, "é"]}


# --- writes as ops ------------------------------------------------------------------------------


def test_text_edits() -> None:
    """[BR8] offsets of the op count UTF-16 units, those of the Doc bytes."""
    bridge = _bridge({"t": SharedText("é😀日b")})
    doc, updates = _page(bridge)
    text = doc.get("model", type=Map)["t"]
    with doc.transaction():
        text.insert(len("é😀".encode()), "ß👩")
        del text[len("é😀ß👩".encode()) : len("é😀ß👩日".encode())]
    op = _take(bridge, updates[0])
    assert sorted(op, key=str) == [{"p": ["t", 3], "si": "ß👩"}, {"p": ["t", 6], "sd": "日"}]
    assert bridge.document == {"t": "é😀ß👩b"}
    _write(bridge, {"p": ["t", 6], "si": "ü"}, {"p": ["t", 1], "sd": "😀"})
    assert bridge.document == {"t": "éß👩üb"}


def test_nested_changes_in_one_transaction() -> None:
    """[BR1] a delta over a list and edits inside its elements, old and new, make one op."""
    bridge = _bridge({"l": SharedList([SharedMap(a=1), SharedMap(a=2), SharedMap(a=3)])})
    doc, updates = _page(bridge)
    array = doc.get("model", type=Map)["l"]
    with doc.transaction():
        array[2]["é"] = Text("x")
        del array[0]
        array.insert(1, Map({"neu": Array([1])}))
        array[1]["neu"].append("日")
        array[0]["a"] = 9
        array[0]["weg"] = 1
        del array[0]["weg"]
        array.append("ende")
    _take(bridge, updates[0])
    assert bridge.document == {"l": [{"a": 9}, {"neu": [1, "日"]}, {"a": 3, "é": "x"}, "ende"]}


def test_key_that_comes_and_goes() -> None:
    """[BR1] a key set and deleted in one transaction, or replaced twice, is what it is after it."""
    bridge = _bridge({"ä": SharedMap(a=1)})
    doc, updates = _page(bridge)
    root = doc.get("model", type=Map)
    with doc.transaction():
        root["kurz"] = Map()
        root["kurz"]["x"] = 1
        del root["kurz"]
        del root["ä"]
        root["ä"] = Map()
        root["ä"]["b"] = "é"
        root["ä"] = Map({"c": 1})
    assert _take(bridge, updates[0]) == [{"p": ["ä"], "od": {"a": 1}, "oi": {"c": 1}}]


@pytest.mark.parametrize("is_array", [False, True])
def test_deep_nesting(is_array: bool) -> None:
    """[BR9] what lies too deep is a fault and reads as null, without Python's recursion."""
    doc: Doc[Any] = Doc()
    root = container = doc.get("model", type=Map)
    for _ in range(3_000):
        container["é"] = Array([Map()]) if is_array else Map()
        container = container["é"][0] if is_array else container["é"]
    faults: list[Fault] = []
    value = view(root, ("model",), faults)
    depth = 0
    while value is not None:
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
        depth += 1
    assert [fault.code for fault in faults] == ["value_nesting"]
    assert depth == NESTING_MAX and len(faults[0].path) == NESTING_MAX + 1


def test_deep_nesting_in_a_room() -> None:
    """[BR9] a page that goes deeper level by level is refused at the bound."""
    driver = Driver()
    driver.join("y")
    doc: Doc[Any] = Doc(client_id=2**31)
    updates = updates_of(doc)
    container = doc.get("model", type=Map)
    for _ in range(NESTING_MAX + 1):
        container["é"] = Map()
        container = container["é"]
        driver.update("y", updates[-1])
    driver.store()
    assert [event.code for event in driver.told(Refusal)] == ["value_nesting"]
    assert driver.room.committer.json().count(b"{") == NESTING_MAX


def test_update_that_yrs_cannot_take() -> None:
    """[BR7] a value as a parent would stop yrs in the middle; its sender alone is told."""
    driver = Driver()
    driver.join("y")
    driver.join("eve")
    doc: Doc[Any] = Doc(client_id=2**31)
    updates = updates_of(doc)
    doc.get("model", type=Map)["ä"] = "é"
    driver.update("y", updates[0])
    before = driver.room.committer.diff(b"\x00")
    forged = forge_update([(9, 0, [item(any_content("x"), parent=(2**31, 0), key="b")])])
    driver.update("eve", forged)
    driver.store()
    (refusal,) = driver.told(Refusal, "eve")
    assert (refusal.code, refusal.is_fatal) == ("update_malformed", True)
    assert driver.room.committer.diff(b"\x00") == before
    doc.get("model", type=Map)["ü"] = "😀"
    driver.update("y", updates[1])
    driver.store()
    assert driver.document == {"ä": "é", "ü": "😀"}
    for shown in driver.room.committer.bridge.views():
        assert marked_equal(shown, driver.document)


def test_bridge_reports_what_yrs_cannot_take() -> None:
    """[BR7] the error leaves document and both Docs as they were."""
    bridge = _bridge({"ä": "é"})
    update = forge_update([(9, 0, [item(any_content("x"), parent=(1, 0), key="b")])])
    with pytest.raises(InvalidUpdate) as caught:
        bridge.try_update(update, decode(update))
    assert caught.value.code == "update_unreadable"
    assert bridge.document == {"ä": "é"}
    _write(bridge, {"p": ["b"], "oi": "日"})


# --- texts that come apart ----------------------------------------------------------------------

_T: Path = ("model", "t")


def _split_world(oracle: YjsOracle) -> tuple[World, JsClient, YjsClient]:
    world = World(1, rules=FreeRules(), is_application=False)
    author = JsClient(world, "author", client_id=9_001, oracle=oracle)
    reader = YjsClient(world, "reader", client_id=9_002)
    world.add(author)
    world.add(reader)
    return world, author, reader


@pytest.mark.parametrize(
    "edit",
    [
        {"do": "text-insert", "index": 2, "text": "X"},
        {"do": "text-delete", "index": 2, "length": 1},
        {"do": "text-delete", "index": 1, "length": 1},
        {"do": "text-delete", "index": 0, "length": 2},
        {"do": "text-delete", "index": 2, "length": 2},
        {"do": "text-delete", "index": 4, "length": 2},
        {"do": "text-insert", "index": 2, "text": "😀"},
        {"do": "text-format", "index": 2, "length": 2, "attributes": {"bold": True}},
    ],
    ids=lambda edit: "-".join(map(str, edit.values())),
)
@pytest.mark.parametrize("where", ["map", "list", "reopened", "offline"])
def test_cut_pair(edit: dict[str, Any], where: str, oracle: YjsOracle) -> None:
    """[BR6] an edit between the halves of a pair is healed for every replica."""
    world, author, reader = _split_world(oracle)
    is_list = where == "list"
    value = SharedList([SharedText("a😀b😀")]) if is_list else SharedText("a😀b😀")
    reader.perform([SetKey(("model",), "t", value)])
    world.drain()
    if where == "reopened":
        world.retire()
    if where == "offline":
        author.disconnect()
    path = [*_T, 0] if is_list else [*_T]
    oracle.edit("author", {"path": path, **edit})
    author.flush()
    if where == "offline":
        author.connect()
    world.drain()
    world.check()
    assert not author.refusals
    world.check_converged()
    author.perform(None)
    world.settle()
    world.check_converged()


def test_pair_cut_in_a_text_of_the_same_update(oracle: YjsOracle) -> None:
    """[BR6] a text that comes with its cut, merged into one update, is healed too."""
    world, author, reader = _split_world(oracle)
    author.perform([])
    oracle.edit(
        "author",
        {
            "path": ["model"],
            "do": "map-set",
            "key": "t",
            "value": {"$map": {"é": {"$text": "a😀b"}}},
        },
    )
    oracle.edit("author", {"path": [*_T, "é"], "do": "text-insert", "index": 2, "text": "X"})
    merged = oracle.merge(author.take_outgoing())
    author.world.feed(_update(author, merged))
    world.drain()
    world.check()
    assert "\ufffd" not in str(author.view()["model"]["t"]["é"])
    assert author.view()["model"] == plain(world.room.committer.document) == reader.view()["model"]


def _update(client: YjsClient, update: bytes) -> Any:
    assert client.session is not None
    return Update(client.session, 1, update, UpdateKind.LIVE)


def test_healthy_texts_are_left_alone(oracle: YjsOracle) -> None:
    """[BR6] an edit beside a pair replaces nothing: the text keeps its identity."""
    world, author, reader = _split_world(oracle)
    reader.perform([SetKey(("model",), "t", SharedText("a😀b"))])
    world.drain()
    reader.disconnect()
    reader.perform([InsertText(_T, 4, "spät é")])
    author.perform([InsertText(_T, 3, "früh 😀")])
    world.settle()
    world.check_converged()
    assert world.room.committer.document == {"t": "a😀früh 😀bspät é"}
    assert all(
        revision.change is None or "oi" not in revision.change[0] for revision in world.revisions(1)
    )
