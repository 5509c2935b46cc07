"""Content that gets lost: what an update keeps, and what of it comes out of a Doc as garbage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pycrdt import Doc, Map

from collab.crdt.update import Inspection, Rules, decode_state_vector, inspect, lost_ranges
from tests.crdt.forge import forge_update, item, string_content
from tests.crdt.oracle import YjsOracle

RULES = Rules(allowed_roots=None, json_roots=frozenset({"nodes"}), restricts_types=True)
CLIENT = 4_000_000_007


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def judge(update: bytes, known: Mapping[int, int]) -> Inspection:
    return inspect(
        update, state_vector=known, owner_of=lambda _: None, principal="änne", rules=RULES
    )


def test_lost_candidates(oracle: YjsOracle) -> None:
    """[CR18] deleted content, formats and what is known are no candidates; the rest reads well."""
    text = {"path": ["nodes"], "do": "map-set", "key": "t", "value": {"$text": "größe😀日本"}}
    oracle.create("one", CLIENT)
    oracle.edit(
        "one",
        text,
        {"path": ["nodes", "t"], "do": "text-delete", "index": 1, "length": 3},
        {"path": ["nodes"], "do": "map-set", "key": "é", "value": {"名": [1, "ü"]}},
        {"path": ["nodes"], "do": "map-set", "key": "weg", "value": "nie gesehen"},
        {"path": ["nodes"], "do": "map-delete", "key": "weg"},
    )
    update = oracle.update("one")
    readable = [lost.readable for lost in judge(update, {}).lost_candidates]
    assert readable == ["text", "g", "e😀日本", '{"名":[1,"ü"]}']
    inside = judge(update, {CLIENT: 6}).lost_candidates
    assert next((lost.clock, lost.length, lost.readable) for lost in inside) == (6, 4, "😀日本")


def test_lost_candidates_of_forged_deletes() -> None:
    """[CR18] unsorted and overlapping deletes are cut out once; a cut pair reads as U+FFFD."""
    update = forge_update(
        [(1, 0, [item(string_content("ab😀cdefgh"), root="t")])],
        [(1, [(7, 1), (0, 1), (3, 2), (4, 2)])],
    )
    candidates = judge(update, {}).lost_candidates
    assert [(lost.clock, lost.length, lost.readable) for lost in candidates] == [
        (1, 2, "b�"),
        (6, 1, "e"),
        (8, 2, "gh"),
    ]
    long = forge_update([(1, 0, [item(string_content("é" * 500), root="t")])])
    assert judge(long, {}).lost_candidates[0].readable == "é" * 80


def apply_and_emit(doc: Doc[Any], update: bytes) -> bytes:
    emitted: list[bytes] = []
    subscription = doc.observe(lambda event: emitted.append(event.update))
    doc.apply_update(update)
    doc.unobserve(subscription)
    assert len(emitted) == 1
    return emitted[0]


@pytest.mark.parametrize("how", ["deleted", "overwritten"])
def test_lost_ranges(oracle: YjsOracle, how: str) -> None:
    """[CR19] what was put into a type that is gone is lost, what stands elsewhere is not."""
    node = {"$map": {"props": {"$map": {}}, "title": {"$text": "größe"}, "list": {"$array": []}}}
    oracle.create("author", 12)
    oracle.edit("author", {"path": ["nodes"], "do": "map-set", "key": "n1", "value": node})
    doc: Doc[Any] = Doc()
    doc.apply_update(oracle.update("author"))
    oracle.live("author")
    nodes = doc.get("nodes", type=Map)
    if how == "deleted":
        del nodes["n1"]
    else:
        nodes["n1"] = "ersetzt"
    oracle.edit(
        "author",
        {"path": ["nodes", "n1", "props"], "do": "map-set", "key": "farbe", "value": "grün"},
        {"path": ["nodes", "n1", "title"], "do": "text-insert", "index": 5, "text": " 😀"},
        {"path": ["nodes", "n1", "title"], "do": "text-delete", "index": 0, "length": 1},
        {"path": ["nodes", "n1", "list"], "do": "array-insert", "index": 0, "values": [[1, "ü"]]},
        {
            "path": ["nodes", "n1"],
            "do": "map-set",
            "key": "neu",
            "value": {"$map": {"tief": {"$text": "日本"}}},
        },
        {"path": ["nodes"], "do": "map-set", "key": "n2", "value": "bleibt"},
    )
    (live,) = oracle.live("author")
    inspection = judge(live.update, decode_state_vector(doc.get_state()))
    assert inspection.missing == ()
    emitted = apply_and_emit(doc, live.update)
    lost = {each.readable for each in lost_ranges(inspection, emitted)}
    assert lost == {'"grün"', " 😀", '[1,"ü"]', "map", "text", "日本"}
    assert doc.get("nodes", type=Map).to_py().get("n2") == "bleibt"


def test_nothing_lost(oracle: YjsOracle) -> None:
    """[CR19] an edit of what is there loses nothing, deletes of its own included."""
    oracle.create("author", 13)
    oracle.edit("author", {"path": ["nodes"], "do": "map-set", "key": "a", "value": {"$map": {}}})
    oracle.edit("author", {"path": ["nodes", "a"], "do": "map-set", "key": "é", "value": "ü"})
    oracle.edit("author", {"path": ["nodes"], "do": "map-delete", "key": "a"})
    doc: Doc[Any] = Doc()
    for live in oracle.live("author"):
        inspection = judge(live.update, decode_state_vector(doc.get_state()))
        assert lost_ranges(inspection, apply_and_emit(doc, live.update)) == ()
