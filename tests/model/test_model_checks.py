"""Checks: every refusal, and what is accepted although it is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from collab.limits import NODES_MAX, TREE_DEPTH_MAX
from collab.model import checks
from collab.model.document import Document
from collab.model.nodes import build_node, expression
from collab.values import Json, SharedList, SharedMap, SharedText
from tests.model.models import REGISTRY, live


def document() -> Document:
    """Return a document without a fault: a page with a table, a policy and a model."""
    return live(
        policies=[{"id": "policy", "name": "größe", "rego": "package é", "when": ["run"]}],
        pages=[
            {
                "id": "page",
                "name": "P",
                "children": [
                    {"component": "Stack@1", "id": "outer"},
                    {"component": "Table@1", "id": "table", "props": {"columns": [{"id": "c"}]}},
                ],
            }
        ],
        dataModels=[
            {"id": "model", "name": "M", "fields": [{"id": "field", "name": "f", "values": ["é"]}]}
        ],
    )


def codes(live_document: Document, *touched: str, **options: Any) -> list[tuple[str, str]]:
    """Return code and dotted path of each refusal."""
    refusals = checks.check_nodes(live_document, touched, REGISTRY, **options)
    assert all(refusal.message for refusal in refusals)
    return [(refusal.code, ".".join(map(str, refusal.path))) for refusal in refusals]


def test_valid() -> None:
    """[MD5] a document without a fault passes, node by node and at once."""
    valid = document()
    assert codes(valid, *valid["nodes"]) == []
    assert checks.check_application(valid, REGISTRY) == []


@pytest.mark.parametrize(
    ("node", "prop", "value", "code", "path"),
    [
        ("policy", "rego", "plain", "check_shape", "rego"),
        ("policy", "rego", 3, "check_value_type", "rego"),
        ("policy", "rego", SharedMap(expr="plain"), "check_shape", "rego.expr"),
        ("policy", "name", SharedText("é"), "check_shape", "name"),
        ("policy", "name", 3, "check_value_type", "name"),
        ("policy", "name", None, "check_value_type", "name"),
        ("policy", "name", {"expr": "é"}, "check_shape", "name"),
        ("policy", "name", SharedMap(), "check_shape", "name"),
        ("policy", "name", SharedList(), "check_shape", "name"),
        ("policy", "when", {"run": True}, "check_shape", "when"),
        ("policy", "when", ["run"], "check_value_type", "when"),
        ("policy", "when", SharedList(["run"]), "check_value_type", "when"),
        ("policy", "when", SharedMap(run=1), "check_value_type", "when.run"),
        ("policy", "when", SharedMap(run=False), "check_value_type", "when.run"),
        ("page", "variables", {"é": 1}, "check_shape", "variables"),
        ("page", "variables", SharedMap(é=SharedMap()), "check_shape", "variables.é"),
        ("page", "dataSource", SharedMap(größe=1), "check_property", "dataSource.größe"),
        ("page", "dataSource", SharedMap(limit="é"), "check_value_type", "dataSource.limit"),
        ("page", "dataSource", SharedMap(model={"ref": 1}), "check_value_type", "dataSource.model"),
        ("page", "dataSource", SharedMap(sort=[1]), "check_value_type", "dataSource.sort.0"),
        ("page", "path", {"ref": "é"}, "check_value_type", "path"),
        ("field", "required", 1, "check_value_type", "required"),
        ("field", "scale", True, "check_value_type", "scale"),
        ("field", "scale", 1.5, "check_value_type", "scale"),
        ("field", "validation", 3, "check_value_type", "validation"),
        ("field", "validation", {"größe": 1}, "check_value_type", "validation"),
        ("field", "values", {"a": {}}, "check_shape", "values"),
        ("field", "values", SharedMap(a={"order": "a0"}), "check_shape", "values.a"),
        ("field", "values", SharedMap(a=1), "check_value_type", "values.a"),
        ("field", "values", SharedMap(a=SharedMap(order="a0")), "check_value_type", "values.a"),
        (
            "field",
            "values",
            SharedMap(a=SharedMap(order="a0", value="é", titel=1)),
            "check_property",
            "values.a.titel",
        ),
        ("table", "columns", SharedMap(é=SharedMap()), "check_order", "columns.é.order"),
        (
            "table",
            "columns",
            SharedMap(é=SharedMap(order="a00")),
            "check_order",
            "columns.é.order",
        ),
        (
            "table",
            "columns",
            SharedMap(é=SharedMap(order="a0", width="breit")),
            "check_value_type",
            "columns.é.width",
        ),
    ],
)
def test_values(node: str, prop: str, value: Json, code: str, path: str) -> None:
    """[MD5] a wrong JSON type, and shared where plain belongs or plain where shared does."""
    changed = document()
    assert codes(changed, node) == []
    changed["nodes"][node]["props"][prop] = value
    assert codes(changed, node) == [(code, f"nodes.{node}.props.{path}")]


@pytest.mark.parametrize(
    ("node", "prop", "value"),
    [
        ("policy", "name", expression("é")),
        ("policy", "rego", expression("é")),
        ("policy", "when", expression("é")),
        ("page", "variables", expression("é")),
        ("page", "variables", SharedMap(é=expression("é"), expr=5)),
        ("page", "dataSource", SharedMap(model={"ref": "weg"}, limit=-3, sort=["-é"])),
        ("page", "größe", SharedList([SharedMap()])),
        ("field", "required", expression("é")),
        ("field", "default", {"a": [None, {"expr": "é"}]}),
        ("field", "validation", {"min": "0.00", "max": {"expr": "é"}}),
        ("field", "scale", -7),
        ("field", "type", "Größe"),
        ("field", "values", expression("é")),
        ("field", "values", SharedMap(a=SharedMap(order="a0", value=expression("é")))),
        ("table", "columns", SharedMap(é=SharedMap(order="a0", title=expression("é")))),
    ],
)
def test_accepted(node: str, prop: str, value: Json) -> None:
    """[MD12] expressions anywhere, and what is a problem and no refusal, pass."""
    changed = document()
    changed["nodes"][node]["props"][prop] = value
    assert codes(changed, node) == []


@pytest.mark.parametrize(
    ("key", "value", "code", "path"),
    [
        ("type", 3, "check_type", "type"),
        ("type", SharedText("Page@1"), "check_type", "type"),
        ("type", "@1", "check_type", "type"),
        ("props", {}, "check_shape", "props"),
        ("props", SharedList(), "check_shape", "props"),
        ("farbe", 1, "check_node", "farbe"),
        ("place", "oben", "check_place", "place"),
        ("place", ["application", "pages"], "check_place", "place"),
        ("place", ["application", "pages", 1], "check_place", "place"),
        ("place", SharedList(["application", "pages", "a0"]), "check_place", "place"),
        ("place", ["application", "", "a0"], "check_place", "place.1"),
        ("place", ["application", "pages", "größe"], "check_order", "place.2"),
        ("place", ["page", "children", "a0"], "check_cycle", "place"),
        ("place", ["table", "toolbar", "a0"], "check_cycle", "place"),
    ],
)
def test_nodes(key: str, value: Json, code: str, path: str) -> None:
    """[MD5] a node's type, place, props and keys."""
    changed = document()
    changed["nodes"]["page"][key] = value
    assert codes(changed, "page") == [(code, f"nodes.page.{path}")]


@pytest.mark.parametrize("node", ["é", 3, None, [], {}, {"type": "Page@1"}, SharedList()])
def test_what_is_no_node(node: Json) -> None:
    """[MD5] what stands among the nodes is a shared map."""
    changed = document()
    changed["nodes"]["neu"] = node
    assert codes(changed, "neu") == [("check_node", "nodes.neu")]


def test_missing_keys() -> None:
    """[MD5] a node has its type, its place and its props."""
    changed = document()
    for key in ("type", "place", "props"):
        whole = SharedMap(type="Page@1", place=None, props=SharedMap())
        changed["nodes"]["neu"] = whole
        assert codes(changed, "neu") == []
        del whole[key]
        assert codes(changed, "neu") == [("check_node", f"nodes.neu.{key}")]


@pytest.mark.parametrize("node_id", ["", "application"])
def test_reserved_ids(node_id: str) -> None:
    """[MD5] the id of the application is nobody else's."""
    changed = document()
    changed["nodes"][node_id] = SharedMap(type="Page@1", place=None, props=SharedMap())
    assert codes(changed, node_id) == [("check_node", f"nodes.{node_id}")]


def test_changed_types() -> None:
    """[MD5] a node keeps its definition; another version of it is a migration."""
    changed = document()
    earlier = {"page": {"type": "Page@1"}}.get
    assert codes(changed, "page", before=earlier) == []
    changed["nodes"]["page"]["type"] = "Page@2"
    assert codes(changed, "page", before=earlier) == []
    changed["nodes"]["page"]["type"] = "Größe@1"
    assert codes(changed, "page", before=earlier) == [("check_type", "nodes.page.type")]
    assert codes(changed, "page", before=lambda _: None) == []


def test_purges() -> None:
    """[MD5] only the server takes a node out; others set its place to null."""
    changed = document()
    node = changed["nodes"].pop("page")
    purge = [("check_purge", "nodes.page")]
    assert codes(changed, removed=["page"]) == purge
    assert codes(changed, "page", removed=["page"], before=lambda _: node) == purge
    assert codes(changed, "page", before=lambda _: node) == purge
    assert codes(changed, "page", before=lambda _: None) == []
    changed["nodes"]["page"] = node
    node["place"] = None
    assert codes(changed, "page", before=lambda _: node) == []


def test_cycles_through_several() -> None:
    """[MD5] a circle is seen from each of its nodes; the Trash interrupts it."""
    changed = document()
    nodes = changed["nodes"]
    for node_id, parent in (("a", "c"), ("b", "a"), ("c", "b")):
        nodes[node_id] = build_node("Stack@1", [parent, "children", "a0"], {}, None)
    for node_id in "abc":
        assert codes(changed, node_id) == [("check_cycle", f"nodes.{node_id}.place")]
    nodes["b"]["place"] = None
    assert codes(changed, "a", "b", "c") == []
    nodes["d"] = build_node("Stack@1", ["a", "children", "a0"], {}, None)
    nodes["b"]["place"] = ["a", "children", "a1"]
    # A node that hangs from a circle is refused too, if only because its chain never ends.
    assert codes(changed, "d") == [("check_depth", "nodes.d.place")]


def test_depth() -> None:
    """[MD5] a chain of as many nodes as a tree may have levels passes, one more does not."""
    changed = document()
    parent = "page"
    for depth in range(2, TREE_DEPTH_MAX + 2):
        node_id = f"größe{depth}"
        changed["nodes"][node_id] = build_node("Stack@1", [parent, "children", "a0"], {}, None)
        parent = node_id
        expected = [] if depth <= TREE_DEPTH_MAX else [("check_depth", f"nodes.{node_id}.place")]
        assert codes(changed, node_id) == expected


def test_number_of_nodes() -> None:
    """[MD5] a model has as many nodes as the limit says, and not one more."""
    full = document()
    node = full["nodes"]["outer"]
    for index in range(NODES_MAX - len(full["nodes"])):
        full["nodes"][f"é{index}"] = node
    assert codes(full, "outer") == []
    full["nodes"]["zuviel"] = node
    assert codes(full, "zuviel") == [("limit_nodes", "nodes.zuviel")]
    before = {"outer": node}.get
    assert codes(full, "outer", before=before) == []
    assert codes(full, "zuviel", before=before) == [("limit_nodes", "nodes.zuviel")]


@pytest.mark.parametrize(
    ("key", "value", "code", "path"),
    [
        ("name", 3, "check_value_type", "name"),
        ("name", SharedText("é"), "check_shape", "name"),
        ("metadata", {}, "check_shape", "metadata"),
        ("metadata", SharedMap(größe=1), "check_property", "metadata.größe"),
        (
            "metadata",
            SharedMap(complianceTags=["é"]),
            "check_value_type",
            "metadata.complianceTags",
        ),
        (
            "metadata",
            SharedMap(complianceTags=SharedMap(é=1)),
            "check_value_type",
            "metadata.complianceTags.é",
        ),
    ],
)
def test_application(key: str, value: Json, code: str, path: str) -> None:
    """[MD5] the application's own properties are checked like those of a node."""
    changed = document()
    changed["application"][key] = value
    (refusal,) = checks.check_application(changed, REGISTRY)
    assert (refusal.code, refusal.path) == (code, ("application", *path.split(".")))
    assert refusal.node == "application"


def test_the_application_is_shared() -> None:
    """[MD5] the application itself is a shared map."""
    changed = {**document(), "application": {"name": "é"}}
    assert [one.code for one in checks.check_application(changed, REGISTRY)] == ["check_shape"]


def test_untouched_nodes_are_not_looked_at() -> None:
    """[MD5] a fault elsewhere does not refuse somebody else's change."""
    changed = document()
    changed["nodes"]["policy"]["props"]["name"] = 3
    assert codes(changed, "page", "table") == []
    assert codes(changed, "policy") == [("check_value_type", "nodes.policy.props.name")]
