"""The rules of a room: which nodes a change touches, and what is refused of them."""

from __future__ import annotations

from typing import Any

import pytest

from collab.crdt.bridge import Bridge, Trial
from collab.errors import Refused
from collab.messages import UpdateKind
from collab.model.nodes import build_node
from collab.model.registry import builtin
from collab.ot import json0
from collab.room import rules as rules_module
from collab.room.refusal import Verdict, judge
from collab.room.rules import ApplicationRules, FreeRules, by_node
from collab.values import SharedList, SharedMap, json_equal, marked_equal


@pytest.fixture
def application() -> ApplicationRules:
    return ApplicationRules(builtin())


def _node(name: str = "é") -> SharedMap:
    return build_node(
        "DataModel@1",
        ["application", "dataModels", "a0"],
        {"name": name},
        builtin().get("DataModel@1"),
    )


def _document(*nodes: str) -> Any:
    document = Bridge.empty_document(is_application=True)
    for node in nodes:
        document["nodes"][node] = _node()
    return document


def _judge(
    rules: Any, document: Any, op: list[dict[str, Any]], kind: UpdateKind = UpdateKind.STEP2
) -> Verdict:
    """Apply *op*, judge it, and check that the document comes back as it was given."""
    changed, undo = json0.apply_in_place(document, op)
    before = json0.apply(changed, [])
    verdict = judge(Trial(op), changed, rules, kind, [], rules.check)
    assert marked_equal(changed, before)
    undo.rollback()
    return verdict


def test_touched_nodes(application: ApplicationRules) -> None:
    """[RU1] a component touches one node, the application, or in a free room one key."""
    op: list[dict[str, Any]] = [
        {"p": ["nodes", "ä", "props", "name"], "oi": "x"},
        {"p": ["application", "name"], "oi": "x"},
        {"p": ["nodes", "ä"], "od": {}},
    ]
    assert by_node(op, application) == {"ä": [op[0], op[2]], "application": [op[1]]}
    assert by_node([{"p": ["日本", 3], "ld": 1}], FreeRules()).keys() == {"日本"}


def test_root_of_a_free_room() -> None:
    """[RU2] an object that replaces the root is written out for its keys."""
    rules = FreeRules()
    document = SharedMap(a=1, b=2)
    op = rules.expand([{"p": [], "oi": {"b": 3, "ü": 4}}], document)
    assert json0.apply(document, op) == {"b": 3, "ü": 4}
    bad: list[dict[str, Any]] = [{"p": [], "oi": [1]}, {"p": [], "oi": None}, {"p": [], "na": 1}]
    for component in bad:
        with pytest.raises(Refused) as caught:
            rules.expand([component], document)
        assert caught.value.code == "op_root"


def test_parts_of_an_application(application: ApplicationRules) -> None:
    """[RU2] a part is replaced key by key; none is removed, joined or made no object."""
    document = _document("ä", "b")
    nodes = {"b": _node(), "c": _node()}
    op = application.expand([{"p": ["nodes"], "oi": nodes}], document)
    assert json_equal(json0.apply(document, op)["nodes"], nodes)
    bad: list[dict[str, Any]] = [
        {"p": ["nodes"], "od": {}},
        {"p": ["other"], "oi": {}},
        {"p": [], "oi": {}},
        {"p": ["nodes"], "oi": ["é"]},
        {"p": ["application"], "oi": None},
    ]
    for component in bad:
        with pytest.raises(Refused) as caught:
            application.expand([component], document)
        assert caught.value.code == "op_root"


def test_marks_of_a_free_room() -> None:
    """[RU4] objects and arrays are shared, texts are plain."""
    value = FreeRules().adopt(("ä",), {"a": [{"b": "é"}]}, {})
    assert marked_equal(value, SharedMap(a=SharedList([SharedMap(b="é")])))


def test_too_many_nodes(application: ApplicationRules, monkeypatch: pytest.MonkeyPatch) -> None:
    """[RU3] only those who add are refused, in a full room and in one that is overfull."""
    monkeypatch.setattr(rules_module, "NODES_MAX", 2)
    edit = {"p": ["nodes", "ä", "props", "name"], "od": "é", "oi": "ö"}
    add = {"p": ["nodes", "neu"], "oi": _node()}
    verdict = _judge(application, _document("ä", "b"), [edit, add])
    assert verdict.nodes == ("neu",) and verdict.findings[0].code == "limit_nodes"
    assert not _judge(application, _document("ä"), [edit, add]).is_refused
    assert not _judge(application, _document("ä", "b", "c"), [edit]).is_refused


@pytest.mark.parametrize("kind", list(UpdateKind))
def test_purge(application: ApplicationRules, kind: UpdateKind) -> None:
    """[RU5] a node is not taken out of the nodes; one that was never there may go again."""
    document = _document("ä", "b")
    purge = {"p": ["nodes", "ä"], "od": document["nodes"]["ä"]}
    verdict = _judge(application, document, [purge], kind)
    assert [item.code for item in verdict.findings] == ["check_purge"]
    there_and_back = [{"p": ["nodes", "ü"], "oi": _node()}, {"p": ["nodes", "ü"], "od": _node()}]
    assert not _judge(application, document, there_and_back, kind).is_refused


def test_other_type(application: ApplicationRules) -> None:
    """[RU5] a node stays one of its definition, whether its type or the whole of it is replaced."""
    document = _document("ä")
    node = document["nodes"]["ä"]
    other = SharedMap({**node, "type": "Role@1", "props": SharedMap()})
    for component in (
        {"p": ["nodes", "ä", "type"], "od": "DataModel@1", "oi": "Role@1"},
        {"p": ["nodes", "ä"], "od": node, "oi": other},
    ):
        verdict = _judge(application, document, [component])
        assert [item.code for item in verdict.findings] == ["check_type"]
    same = {"p": ["nodes", "ä"], "od": node, "oi": _node("neu")}
    assert not _judge(application, document, [same]).is_refused


def test_live_is_all_or_nothing(application: ApplicationRules) -> None:
    """[RF1] one bad node refuses the whole of a live update; [RF2] of a step 2 that node alone."""
    document = _document("ä", "b")
    op: list[dict[str, Any]] = [
        {"p": ["nodes", "b", "props", "name"], "od": "é", "oi": "gut"},
        {"p": ["nodes", "ä", "extra"], "oi": 1},
    ]
    live = _judge(application, document, op, UpdateKind.LIVE)
    assert live.nodes == ("b", "ä") and len(live.inverse) == 2
    step2 = _judge(application, document, op)
    assert step2.nodes == ("ä",)
    assert list(step2.inverse) == [{"p": ["nodes", "ä", "extra"], "od": 1}]


def test_chain(application: ApplicationRules) -> None:
    """[RF3] putting one node back may break another, and so on to the end of the chain."""
    document = _document(*"abcd")
    for child, parent in ("ba", "cb", "dc"):
        document["nodes"][child]["place"] = [parent, "fields", "a0"]

    def move(node: str, parent: str) -> dict[str, Any]:
        old = document["nodes"][node]["place"]
        return {"p": ["nodes", node, "place"], "od": old, "oi": [parent, "fields", "a0"]}

    # Turned upside down; the root's move is spoilt, and with it every other one.
    op = [move("d", "application"), move("c", "d"), move("b", "c"), move("a", "b")]
    assert not _judge(application, document, op).is_refused
    spoilt = [*op, {"p": ["nodes", "d", "extra"], "oi": "é"}]
    verdict = _judge(application, document, spoilt)
    assert verdict.nodes == ("a", "b", "c", "d")
    changed = json0.apply(document, spoilt)
    assert json_equal(json0.apply(changed, list(verdict.inverse)), document)
