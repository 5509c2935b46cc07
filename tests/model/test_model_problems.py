"""Problems: every code, and that keeping them up to date finds what a full look finds."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collab.limits import PROBLEMS_MAX
from collab.model import checks, dsl, problems
from collab.model.document import Document
from collab.model.nodes import build_node
from collab.model.problems import ProblemIndex
from collab.values import Json, SharedMap, copy_json
from tests.model.models import REGISTRY, SAMPLES, live, model_files

GAUGE: dict[str, Any] = {
    "id": "Shelf",
    "version": "1.0.0",
    "kind": "component",
    "title": "Regal für é",
    "schema": {"type": "object", "properties": {"böden": {"type": "integer", "multipleOf": 2}}},
    "slots": {"children": {"accepts": ["Button"], "max": 1}},
}


def document() -> Document:
    """Return a document without a problem."""
    return live(
        name="Größe",
        dataModels=[
            {
                "id": "model",
                "name": "Order",
                "fields": [
                    {"id": "field", "name": "total", "type": "Decimal", "scale": 2},
                    {"id": "status", "name": "status", "type": "Enum", "values": ["offen", "zu"]},
                ],
                "indexes": [{"id": "index", "fields": ["total", "createdAt"]}],
            },
            {"id": "other", "name": "Other", "fields": [{"id": "o", "name": "o", "type": "Text"}]},
        ],
        roles=[{"id": "role", "name": "clerk", "grants": [{"id": "g", "model": "Order"}]}],
        pages=[
            {
                "id": "page",
                "name": "Übersicht",
                "path": "/",
                "children": [
                    {
                        "component": "Table@1",
                        "id": "table",
                        "props": {
                            "dataSource": {"model": "Order"},
                            "columns": [{"id": "c", "field": "total"}, {"field": "a.b"}],
                        },
                    },
                    {"component": "Dialog@1", "id": "dialog", "props": {"name": "fragen"}},
                    {
                        "component": "Button@1",
                        "id": "button",
                        "props": {
                            "label": "é",
                            "onClick": [{"id": "x", "action": "openDialog", "dialog": "fragen"}],
                        },
                    },
                ],
            }
        ],
    )


Found = tuple[str, str, str]


def found(live_document: Document) -> list[Found]:
    """Return node, dotted path and code of each problem."""
    told = problems.problems_of(live_document, REGISTRY)
    return [(one.node, ".".join(map(str, one.path)), one.code) for one in told]


def test_none() -> None:
    """[MD6] a document that is in order has no problems, nor has the larger sample."""
    assert found(document()) == []
    larger = next(sample for sample in SAMPLES if sample.stem == "order-management")
    assert found(dsl.read(larger.read_bytes())) == []


@pytest.mark.parametrize(
    ("node", "path", "value", "expected"),
    [
        ("page", "props.path", None, [("page", "props.path", "required_missing")]),
        ("page", "props.path", "oben", [("page", "props.path", "pattern")]),
        ("page", "props.größe", 1, [("page", "props.größe", "unknown_property")]),
        ("field", "props.scale", -1, [("field", "props.scale", "range")]),
        ("field", "props.type", "Größe", [("field", "props.type", "not_allowed")]),
        ("field", "props.validation", "Größe", [("field", "props.validation", "no_match")]),
        ("status", "props.values", SharedMap(), [("status", "props.values", "required_missing")]),
        ("role", "props.grants.g.verbs", SharedMap(fliegen=True),
         [("role", "props.grants.g.verbs.0", "not_allowed")]),
        ("role", "props.grants.g.model", "Nie",
         [("role", "props.grants.g.model", "dangling_reference")]),
        ("role", "props.grants.g.model", {"ref": "nie"},
         [("role", "props.grants.g.model", "dangling_reference")]),
        ("role", "props.grants.g.model", {"ref": "field"},
         [("role", "props.grants.g.model", "dangling_reference")]),
        ("role", "props.grants.g.model", "Other", []),
        ("role", "props.grants.g.model", "*", []),
        ("table", "props.columns.c.field", {"ref": "o"},
         [("table", "props.columns.c.field", "dangling_reference")]),
        ("table", "props.columns.c.field", "größe",
         [("table", "props.columns.c.field", "dangling_reference")]),
        ("table", "props.columns.c.field", "createdAt", []),
        ("table", "props.columns.c.width", 1, [("table", "props.columns.c.width", "range")]),
        ("table", "props.dataSource.model", {"ref": "other"},
         [("table", "props.columns.c.field", "dangling_reference")]),
        ("button", "props.onClick.x.dialog", None,
         [("button", "props.onClick.x.dialog", "required_missing")]),
        ("index", "props.fields.e0.value", {"ref": "o"},
         [("index", "props.fields.e0.value", "dangling_reference")]),
        ("page", "type", "Seite@1", [("page", "type", "unknown_definition")]),
        ("table", "type", "Table@9", [("table", "type", "unknown_version")]),
        ("other", "props.name", "Order", [
            ("model", "props.name", "duplicate_name"), ("other", "props.name", "duplicate_name")]),
        ("table", "place", ["nirgends", "children", "a0"], [("table", "place", "orphan")]),
        ("table", "place", ["model", "fields", "a9"], [("table", "place", "slot_not_accepting")]),
        ("table", "place", ["page", "größe", "a9"], [("table", "place", "slot_not_accepting")]),
        ("table", "place", None, []),
        ("model", "place", None, [
            ("role", "props.grants.g.model", "dangling_reference"),
            ("table", "props.columns.c.field", "dangling_reference"),
            ("table", "props.dataSource.model", "dangling_reference")]),
        ("dialog", "place", None, [("button", "props.onClick.x.dialog", "dangling_reference")]),
        ("field", "place", None, [
            ("index", "props.fields.e0.value", "dangling_reference"),
            ("table", "props.columns.c.field", "dangling_reference")]),
    ],
)  # fmt: skip
def test_codes(node: str, path: str, value: Json, expected: list[Found]) -> None:
    """[MD6] each code, with the node and the place to blame; none of them is refused."""
    changed = document()
    index = ProblemIndex(REGISTRY)
    index.rebuild(changed)
    *steps, last = path.split(".")
    holder = changed["nodes"][node]
    for step in steps:
        holder = holder[step]
    if value is None and path != "place":
        del holder[last]
    else:
        holder[last] = value
    assert checks.check_nodes(changed, [node], REGISTRY) == []
    assert sorted(found(changed)) == sorted(expected)
    assert index.update(changed, [node]) is bool(expected)
    assert index.problems() == problems.problems_of(changed, REGISTRY)


def test_unknown_pages_keep_their_content() -> None:
    """[MD6] what stands in a page that nobody knows is judged by itself only."""
    changed = document()
    changed["nodes"]["page"]["type"] = "Page@3"
    assert [code for _, _, code in found(changed)] == ["unknown_version"]


def test_added_rules() -> None:
    """[MD6] formats, multiples, full slots and narrow slots of an added definition."""
    registry = REGISTRY.extended([GAUGE])
    changed = document()
    nodes = changed["nodes"]
    nodes["shelf"] = build_node("Shelf@1", ["page", "children", "a9"], {"böden": 3}, None)
    for child in ("button", "dialog"):
        nodes[child]["place"] = ["shelf", "children", nodes[child]["place"][2]]
    nodes["frame"] = build_node("Frame@1", ["page", "children", "b00"], {"url": "größe"}, None)
    told = {(one.node, one.code) for one in problems.problems_of(changed, registry)}
    assert told == {
        ("shelf", "range"),
        ("shelf", "slot_full"),
        ("dialog", "slot_not_accepting"),
        ("frame", "format"),
    }


def test_the_application_has_problems_too() -> None:
    """[MD6] the application is judged like a node, under its own name."""
    changed = document()
    changed["application"]["metadata"]["lastModified"] = "gestern"
    changed["application"]["größe"] = 1
    assert sorted(found(changed)) == [
        ("application", "größe", "unknown_property"),
        ("application", "metadata.lastModified", "format"),
    ]


def test_to_json() -> None:
    """[MD6] what clients are told: node, path, code, message, severity; bounded."""
    changed = document()
    changed["nodes"]["page"]["props"]["größe"] = "x" * 10_000
    changed["nodes"]["field"]["props"]["scale"] = -1
    index = ProblemIndex(REGISTRY)
    index.rebuild(changed)
    first, second = index.to_json()
    assert first["node"] == "field"
    assert first["path"] == ["props", "scale"]
    assert (first["code"], first["severity"]) == ("range", "error")
    assert second["severity"] == "warning"
    assert set(first) == {"node", "path", "code", "message", "severity"}
    for count in range(PROBLEMS_MAX + 1):
        changed["nodes"][f"é{count}"] = build_node("Nie@1", ["page", "children", "a0"], {}, None)
    index.rebuild(changed)
    assert len(index.to_json()) == PROBLEMS_MAX
    assert index.total == PROBLEMS_MAX + 3


def test_messages_do_not_repeat_whole_texts() -> None:
    """[MD6] a value of ten thousand characters is not in the message about it."""
    changed = document()
    changed["nodes"]["page"]["props"]["path"] = "ü" * 10_000
    (one,) = problems.problems_of(changed, REGISTRY)
    assert len(one.message) < 400


def test_trash_is_silent() -> None:
    """[MD18] neither a deleted node nor anything beneath it has problems; restored, it does."""
    changed = document()
    changed["nodes"]["field"]["props"]["scale"] = -1
    index = ProblemIndex(REGISTRY)
    index.rebuild(changed)
    place = changed["nodes"]["other"]["place"]
    changed["nodes"]["field"]["place"] = ["other", "fields", "b00"]
    changed["nodes"]["other"]["place"] = None
    assert index.update(changed, ["field", "other"])
    assert "field" not in {one.node for one in index.problems()}
    changed["nodes"]["other"]["place"] = place
    assert index.update(changed, ["other"])
    assert ("field", "range") in {(one.node, one.code) for one in index.problems()}
    assert not index.update(changed, ["other"])


def test_renaming_makes_and_mends() -> None:
    """[MD16] a plain name that leads nowhere is mended when something gets that name."""
    changed = document()
    changed["nodes"]["role"]["props"]["grants"]["g"]["model"] = "Größe"
    index = ProblemIndex(REGISTRY)
    index.rebuild(changed)
    assert [one.code for one in index.problems()] == ["dangling_reference"]
    changed["nodes"]["other"]["props"]["name"] = "Größe"
    assert index.update(changed, ["other"])
    assert [(one.node, one.code) for one in index.problems()] == [("other", "pattern")]


def edited(random: Random, changed: Document) -> list[str]:
    """Change *changed* somehow that the checks accept; return the touched ids."""
    nodes = changed["nodes"]
    node_id = random.choice(sorted(nodes))
    node = nodes[node_id]
    earlier = copy_json(node)
    match random.randrange(6):
        case 0:
            node["place"] = None
        case 1:
            parent = random.choice([*sorted(nodes), "application", "nirgends"])
            slot = random.choice(["children", "fields", "steps", "dataModels", "pages"])
            node["place"] = [parent, slot, f"a{random.randrange(10)}"]
        case 2:
            node["props"]["name"] = random.choice(["Order", "Größe", "Kunde", ""])
        case 3:
            key = random.choice(["model", "service", "scale", "path"])
            node["props"][key] = random.choice([{"ref": random.choice(sorted(nodes))}, "Order", 5])
        case 4:
            node["type"] = f"{node['type'].partition('@')[0]}@{random.choice([1, 1, 9])}"
        case _:
            node_id = f"neu{len(nodes)}"
            type_ = random.choice(["DataModel@1", "Page@1", "Button@1", "Größe@1"])
            nodes[node_id] = build_node(
                type_, ["application", "pages", "a0"], {"name": "Order"}, None
            )
    if checks.check_nodes(changed, [node_id], REGISTRY):
        nodes[node_id] = earlier
    return [node_id]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(model_files(), st.integers(0, 2**32))
def test_incremental_equals_full(text: str, seed: int) -> None:
    """[MD16] after each of many random edits the index has what a full look finds."""
    random = Random(seed)
    changed = dsl.read(text)
    for path in (0, 1):
        changed["nodes"][f"fest{path}"] = build_node(
            "DataModel@1", ["application", "dataModels", "a0"], {"name": "Order"}, None
        )
    index = ProblemIndex(REGISTRY)
    index.rebuild(changed)
    before = index.problems()
    for _ in range(12):
        touched = [node for _ in range(random.randrange(1, 4)) for node in edited(random, changed)]
        has_changed = index.update(changed, touched)
        after = index.problems()
        assert after == problems.problems_of(changed, REGISTRY)
        assert index.total == len(after)
        assert has_changed == (after != before)
        before = after
