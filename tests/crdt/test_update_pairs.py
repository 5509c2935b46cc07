"""Surrogate pairs: an update that cuts one is noticed, and only such an update."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Text

from collab.crdt.pairs import PairIndex
from collab.crdt.structs import decode
from tests.crdt.oracle import YjsOracle

FUZZ_SCALE = int(os.environ.get("FUZZ_SCALE", "1"))
TEXT = {"path": ["t"], "kind": "text"}


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as running:
        yield running


def index_of(oracle: YjsOracle, text: str) -> PairIndex:
    oracle.create("author", 7)
    oracle.edit("author", {**TEXT, "do": "text-insert", "index": 0, "text": text})
    oracle.live("author")
    return PairIndex.of_state(oracle.update("author"))


def live(oracle: YjsOracle, *edits: Mapping[str, Any]) -> bytes:
    oracle.edit("author", *({**TEXT, **edit} for edit in edits))
    (update,) = oracle.live("author")
    return update.update


# Units of the text: ö is 0, the emoji 1 and 2, ß 3, the second emoji 4 and 5.
CUTS = {
    "insert": {"do": "text-insert", "index": 2, "text": "é"},
    "insert an emoji": {"do": "text-insert", "index": 5, "text": "😎"},
    "delete the second half": {"do": "text-delete", "index": 2},
    "delete the first half": {"do": "text-delete", "index": 1},
    "delete from inside": {"do": "text-delete", "index": 2, "length": 2},
    "delete to inside": {"do": "text-delete", "index": 0, "length": 5},
}
CLEAN = {
    "insert before": {"do": "text-insert", "index": 1, "text": "é"},
    "insert after": {"do": "text-insert", "index": 3, "text": "😎"},
    "insert at the end": {"do": "text-insert", "index": 6, "text": "é"},
    "delete it": {"do": "text-delete", "index": 1, "length": 2},
    "delete both": {"do": "text-delete", "index": 1, "length": 5},
    "delete between": {"do": "text-delete", "index": 3},
}


@pytest.mark.parametrize("edit", CUTS.values(), ids=CUTS.keys())
def test_cuts_are_noticed(oracle: YjsOracle, edit: Mapping[str, Any]) -> None:
    """[CR20] an edit inside a pair is noticed, and there pycrdt shows another text."""
    index = index_of(oracle, "ö😀ß😀")
    doc: Doc[Any] = Doc()
    text = doc.get("t", type=Text)
    doc.apply_update(oracle.update("author"))
    update = live(oracle, edit)
    assert index.is_split_by(decode(update))
    doc.apply_update(update)
    assert str(text) != oracle.json("author", t="text")["t"]


@pytest.mark.parametrize("edit", CLEAN.values(), ids=CLEAN.keys())
def test_clean_edits_are_not(oracle: YjsOracle, edit: Mapping[str, Any]) -> None:
    """[CR20] an edit on the boundaries of a pair is none of that."""
    index = index_of(oracle, "ö😀ß😀")
    update = decode(live(oracle, edit))
    assert not index.is_split_by(update)
    index.note(update)
    expected = oracle.json("author", t="text")["t"].count("😀") + ("😎" in str(edit))
    assert len(index) == expected


def test_a_pair_that_the_update_brings(oracle: YjsOracle) -> None:
    """[CR20] merged updates may bring a pair and cut it."""
    index = index_of(oracle, "größe")
    insert = live(oracle, {"do": "text-insert", "index": 2, "text": "日😀本"})
    cut = live(oracle, {"do": "text-delete", "index": 4})
    assert not index.is_split_by(decode(insert))
    assert not index.is_split_by(decode(cut))
    assert index.is_split_by(decode(oracle.merge([insert, cut])))


def test_deleted_pairs_are_forgotten(oracle: YjsOracle) -> None:
    """[CR20] a pair that is gone cannot be cut: a later step 2 with old deletes is none."""
    index = index_of(oracle, "ö😀ß😀")
    cut = decode(live(oracle, {"do": "text-delete", "index": 1}))
    assert index.is_split_by(cut)
    healed = decode(live(oracle, {"do": "text-delete", "index": 0, "length": 5}))
    index.note(cut)
    index.note(healed)
    assert len(index) == 0
    assert not index.is_split_by(decode(oracle.update("author")))


@pytest.mark.parametrize("seed", range(6 * FUZZ_SCALE))
def test_unnoticed_updates_leave_replicas_equal(oracle: YjsOracle, seed: int) -> None:
    """[CR20] as long as no cut is noticed, pycrdt and JavaScript show the same texts."""
    random = Random(seed)
    index = index_of(oracle, "😀größe😀日本😀")
    doc: Doc[Any] = Doc()
    text = doc.get("t", type=Text)
    doc.apply_update(oracle.update("author"))
    for _ in range(60):
        length = len(oracle.json("author", t="text")["t"].encode("utf-16-le")) // 2
        start = random.randint(0, length)
        if random.random() < 0.5 and start < length:
            edit = {"do": "text-delete", "index": start, "length": min(2, length - start)}
        else:
            edit = {"do": "text-insert", "index": start, "text": random.choice(["é", "😎", "a😀b"])}
        update = live(oracle, edit)
        doc.apply_update(update)
        if index.is_split_by(decode(update)):
            assert "\ufffd" in oracle.json("author", t="text")["t"]
            return
        index.note(decode(update))
        assert str(text) == oracle.json("author", t="text")["t"]
