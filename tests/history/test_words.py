"""What a revision did, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.history.changes import changes_of
from collab.history.entries import Entry, entry_of, group_words, joined, summary
from collab.ids import Epoch, RevisionNo, UserId
from collab.limits import HISTORY_DESCRIBED_COMPONENTS_MAX, HISTORY_VALUE_CHARACTERS_MAX
from collab.model.document import Document
from collab.ot import json0
from collab.revision import ChangeKind, Revision
from collab.values import SharedMap, copy_json
from tests.model.models import REGISTRY, live


def _model() -> Document:
    """Return a model with a page, a form in it, a data model and a workflow."""
    table = {
        "component": "Table@1",
        "id": "table",
        "props": {"columns": [{"title": "Größe"}, {"title": "价格"}]},
    }
    card = {"component": "Card@1", "id": "card", "props": {"title": "Kunde"}, "children": []}
    button = {"component": "Button@1", "id": "button", "props": {"label": "Save"}}
    grid = {"component": "Grid@1", "id": "grid", "children": []}
    step = {"id": "step", "type": "apiCall", "name": "Charge card"}
    return live(
        id="app",
        name="Läden",
        pages=[{"id": "orders", "name": "Orders", "children": [table, card, button, grid]}],
        dataModels=[
            {
                "id": "order",
                "name": "Order",
                "fields": [{"id": "total", "name": "total", "type": "Decimal"}],
            }
        ],
        workflows=[{"id": "flow", "name": "Pay", "steps": [step]}],
    )


def _words(*op: dict[str, Any], document: Document | None = None) -> str:
    """Return what *op* on *document* did; the op is completed as the server completes it."""
    before = _model() if document is None else document
    return _entry(before, list(op)).words


def _entry(before: Document, op: list[dict[str, Any]], **more: Any) -> Entry:
    after = json0.apply(before, op)
    before.update(after)
    kind = ChangeKind.OP if op else ChangeKind.NONE
    revision = Revision(
        RevisionNo(more.pop("number", 7)), Epoch(1), kind, op, b"", UserId("zoë"), 1, **more
    )
    return entry_of(revision, *changes_of(op, after, REGISTRY))


def _node(type_: str, parent: str, **props: Any) -> SharedMap:
    return SharedMap(type=type_, place=[parent, "children", "a5"], props=SharedMap(props))


def _prop(node: str, *path: str | int, **change: Any) -> dict[str, Any]:
    return {"p": ["nodes", node, "props", *path], **change}


def _at(node: str, old: Any, new: Any) -> dict[str, Any]:
    return {"p": ["nodes", node, "place"], "od": old, "oi": new}


_PLACES = {key: node["place"] for key, node in _model()["nodes"].items()}
_COLUMN = next(iter(_model()["nodes"]["table"]["props"]["columns"]))
_COLUMNS = _model()["nodes"]["table"]["props"]["columns"]


@pytest.mark.parametrize(
    ("op", "words"),
    [
        (
            {"p": ["nodes", "n"], "oi": _node("Button@1", "orders", label="Store")},
            "Added Button ‘Store’ to page Orders",
        ),
        ({"p": ["nodes", "n"], "oi": _node("Fremd@1", "grid")}, "Added fremd to Grid"),
        (_at("button", _PLACES["button"], None), "Deleted Button ‘Save’"),
        (_at("orders", _PLACES["orders"], None), "Deleted page Orders"),
        (
            _at("card", _PLACES["card"], ["grid", "children", "a0"]),
            "Moved Card ‘Kunde’ into Grid",
        ),
        (
            _at("card", _PLACES["card"], ["orders", "children", "Zz"]),
            "Moved Card ‘Kunde’ within page Orders",
        ),
        (
            _at("orders", _PLACES["orders"], ["application", "pages", "Zz"]),
            "Moved page Orders within the app",
        ),
        (
            {"p": ["nodes", "button"], "od": _model()["nodes"]["button"]},
            "Removed Button ‘Save’ for good",
        ),
        (_prop("total", "name", od="total", oi="amount"), "Renamed field total to amount"),
        (_prop("total", "name", od="total"), "Took the name of field total away"),
        (
            {"p": ["application", "name"], "od": "Läden", "oi": "Märkte"},
            "Renamed the app from Läden to Märkte",
        ),
        ({"p": ["application", "version"], "oi": "2.0"}, "Set version of the app to ‘2.0’"),
        (
            _prop("button", "label", od="Save", oi="Größe"),
            "Changed label of Button from ‘Save’ to ‘Größe’",
        ),
        (_prop("button", "disabled", oi=True), "Set disabled of Button ‘Save’ to on"),
        (_prop("grid", "columns", oi=4), "Set columns of Grid to 4"),
        (
            _prop("step", "retryPolicy", "maxAttempts", oi=5),
            "Set max attempts in retries of step ‘Charge card’ to 5",
        ),
        (
            _prop("step", "service", oi={"ref": "order"}),
            "Set service of step ‘Charge card’ to Order",
        ),
        (
            _prop("button", "visible", oi=SharedMap(expr="a > b")),
            "Set visible of Button ‘Save’ to = a > b",
        ),
        (_prop("total", "tags", "PII", oi=True), "Added ‘PII’ to tags of field total"),
        (
            _prop("table", "columns", "neu", oi=SharedMap(order="a9", title="日")),
            "Added ‘日’ to columns of Table",
        ),
        (
            _prop("table", "columns", _COLUMN, od=_COLUMNS[_COLUMN]),
            "Removed ‘Größe’ from columns of Table",
        ),
        (
            _prop("table", "columns", _COLUMN, "width", oi=80),
            "Set width of ‘Größe’ in columns of Table to 80",
        ),
        (
            _prop("table", "columns", _COLUMN, "order", od=_COLUMNS[_COLUMN]["order"], oi="zz"),
            "Reordered columns of Table",
        ),
        (_prop("card", "style", "padding", oi=4), "Set padding in style of Card ‘Kunde’ to 4"),
        (_prop("order", "description", 0, si="é"), "Edited description of data model Order"),
    ],
)
def test_one_change(op: dict[str, Any], words: str) -> None:
    """[HI3] in a sentence, with the names of that time."""
    assert _words(op) == words


def test_out_of_the_trash() -> None:
    """[HI3] what was deleted and is placed again."""
    document = _model()
    document["nodes"]["card"]["place"] = None
    op = _at("card", None, ["grid", "children", "a0"])
    assert _words(op, document=document) == "Took Card ‘Kunde’ out of the Trash"


def test_what_came_inside_something_new() -> None:
    """[HI3] is counted there, whatever stands first in the op."""
    op = [
        {"p": ["nodes", "inner"], "oi": _node("Text@1", "outer")},
        {"p": ["nodes", "outer"], "oi": _node("Card@1", "grid", title="Größe")},
        {"p": ["nodes", "deep"], "oi": _node("Text@1", "inner")},
        _prop("deep", "text", oi="é"),
    ]
    assert _words(*op) == "Added Card ‘Größe’ with 2 elements to Grid"


def test_several_changes() -> None:
    """[HI4] two are told, more are counted, alike ones by what they have in common."""
    disabled, label = _prop("button", "disabled", oi=True), _prop("button", "label", oi="é")
    assert _words(disabled, _prop("grid", "columns", oi=2)) == (
        "Set disabled of Button ‘Save’ to on, set columns of Grid to 2"
    )
    assert _words(
        disabled, _prop("button", "icon", oi="x"), _prop("button", "variant", oi="y")
    ) == ("3 changes to Button ‘Save’")
    assert _words(disabled, label, _prop("grid", "columns", oi=2)) == "3 changes to 2 elements"
    gone = [_at(key, _PLACES[key], None) for key in ("card", "grid", "button")]
    assert _words(*gone) == "Deleted 3 elements"
    new = [{"p": ["nodes", f"n{n}"], "oi": _node("Text@1", "orders")} for n in range(3)]
    assert _words(*new) == "Added 3 elements to page Orders"
    moved = [_at(key, _PLACES[key], ["card", "children", f"a{key}"]) for key in ("table", "grid")]
    moved.append(_at("button", _PLACES["button"], ["card", "children", "a1"]))
    assert _words(*moved) == "Moved 3 elements into Card ‘Kunde’"


def test_what_a_revision_was_made_for() -> None:
    """[HI6] is what it says, not what it changed on the way."""
    op = [_prop("grid", "columns", oi=2)]
    assert _entry(_model(), op, reverts=RevisionNo(3)).words == "Took back revision 3"
    assert _entry(_model(), op, restores=RevisionNo(0)).words == "Restored revision 0"
    assert _entry(_model(), op, is_import=True).words == "Imported a file: 1 change"
    assert _entry(_model(), op, is_import=True, number=1).words == "Created the room"
    new = [{"p": ["nodes", f"n{n}"], "oi": _node("Text@1", "grid")} for n in range(2)]
    created = _entry(_model(), new, is_import=True, number=1)
    assert created.words == "Created the room with 2 elements"
    assert _entry(_model(), []).words == "Changed nothing"


def test_runs_of_one_change() -> None:
    """[HI5] typing is one entry, and a value goes from the first to the last."""
    document = _model()
    ops = [
        [_prop("order", "description", 0, si="é")],
        [_prop("order", "description", 1, si="日")],
        [_prop("grid", "columns", od=2, oi=3)],
        [_prop("grid", "columns", od=3, oi=4)],
        [_prop("grid", "gap", oi=4)],
    ]
    entries = [_entry(document, op, number=number) for number, op in enumerate(ops, 1)]
    runs = joined(entries)
    assert [(run.first, run.last, run.words) for run in runs] == [
        (1, 2, "Edited description of data model Order"),
        (3, 4, "Changed columns of Grid from 2 to 4"),
        (5, 5, "Set gap of Grid to 4"),
    ]
    assert group_words(list(reversed(runs))) == "3 changes to 2 elements"
    assert group_words(list(reversed(runs[1:]))) == "2 changes to Grid"
    assert group_words(runs[:1]) == runs[0].words
    nothing = [replace(entry, count=0, nodes=()) for entry in runs[:2]]
    assert group_words(nothing) == "Changed nothing"


def test_what_was_made_and_then_placed() -> None:
    """[HI5] it was added, in one entry, with what is in it; only a later way back is another."""
    document = _model()
    made = SharedMap(type="Stack@1", place=None, props=SharedMap())
    inner = SharedMap(type="Button@1", place=["n", "children", "a0"], props=SharedMap(label="é"))
    ops: list[list[dict[str, Any]]] = [
        [{"p": ["nodes", "n"], "oi": made}, {"p": ["nodes", "i"], "oi": inner}],
        [_at("n", None, ["orders", "children", "a7"])],
        [_at("n", ["orders", "children", "a7"], None)],
        [_at("n", None, ["orders", "children", "a8"])],
        [{"p": ["nodes", key], "oi": copy_json(made)} for key in ("x", "y")],
        [_at(key, None, ["grid", "children", f"a{key}"]) for key in ("x", "y")],
        [{"p": ["nodes", "z"], "oi": copy_json(made)}],
        [_at("x", ["grid", "children", "ax"], None)],
    ]
    entries = [_entry(document, op, number=number) for number, op in enumerate(ops, 1)]
    assert [(run.first, run.last, run.count, run.words) for run in joined(entries)] == [
        (1, 2, 1, "Added Stack with 1 element to page Orders"),
        (3, 3, 1, "Deleted Stack"),
        (4, 4, 1, "Took Stack out of the Trash"),
        (5, 6, 2, "Added Stack to Grid, added Stack to Grid"),
        (7, 7, 1, "Added Stack"),
        (8, 8, 1, "Deleted Stack"),
    ]


def test_what_changed_nothing_is_no_line() -> None:
    """[HI16] its revision is that of a neighbour, and only alone it says so."""
    document = _model()
    columns = [_prop("grid", "columns", oi=2)]
    gap = [_prop("grid", "gap", oi=4)]
    ops: list[list[dict[str, Any]]] = [[], [], columns, [], gap, []]
    entries = [_entry(document, op, number=number) for number, op in enumerate(ops, 1)]
    assert [(run.first, run.last, run.words) for run in joined(entries)] == [
        (1, 4, "Set columns of Grid to 2"),
        (5, 6, "Set gap of Grid to 4"),
    ]
    alone = joined(entries[:2])
    assert [(run.first, run.last, run.words) for run in alone] == [(1, 2, "Changed nothing")]
    back = _entry(document, [], number=7, reverts=RevisionNo(3))
    assert len(joined([*entries, back])) == 3


def test_bounds() -> None:
    """[HI7] values are cut, and of a long op only the beginning is looked at."""
    words = _words(_prop("button", "label", od="Save", oi="é" * 10_000))
    assert len(words) < 60 + HISTORY_VALUE_CHARACTERS_MAX
    op = [_prop("grid", f"p{n}", oi=n) for n in range(HISTORY_DESCRIBED_COMPONENTS_MAX + 5)]
    changes, count = changes_of(op, _model(), REGISTRY)
    assert (len(changes), count) == (HISTORY_DESCRIBED_COMPONENTS_MAX, len(op))
    assert summary(changes, count) == f"{len(op)} changes to 1 element"


def test_a_cycle_in_the_log() -> None:
    """[HI7] nodes that stand in each other are told all the same."""
    document = copy_json(_model())
    document["nodes"]["a"] = _node("Card@1", "b")
    document["nodes"]["b"] = _node("Card@1", "a")
    op = [{"p": ["nodes", key], "oi": document["nodes"][key]} for key in ("a", "b")]
    assert summary(*changes_of(op, document, REGISTRY))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
_STEPS = st.sampled_from(
    ["nodes", "application", "props", "place", "name", "style", "columns", "card", "table", 0]
)
_COMPONENTS = st.fixed_dictionaries(
    {"p": st.lists(_STEPS, max_size=6) | _JSON},
    optional=dict.fromkeys(("oi", "od", "li", "ld", "si", "sd", "na", "t", "o"), _JSON),
)


@given(st.lists(_COMPONENTS | _JSON, max_size=4) | _JSON, _JSON)
def test_odd_ops(op: Any, document: Any) -> None:
    """[HI7] whatever stands in an op and in a document has words."""
    for whole in (document, _model()):
        changes, count = changes_of(op, whole, REGISTRY)
        assert summary(changes, count)
