"""The compiled application: what the interpreter reads out of the live form."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collab.model import dsl
from runtime.application import Application, compile_application
from runtime.parts import FieldType, Grant
from runtime.reading import items

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "order-management.json"


def sample() -> dict[str, Any]:
    return json.loads(json.dumps(dsl.read(SAMPLE.read_bytes())))


def node_named(document: dict[str, Any], kind: str, name: str) -> str:
    return next(
        node_id
        for node_id, node in document["nodes"].items()
        if node["type"] == f"{kind}@1" and node["props"].get("name") == name
    )


def test_the_sample_compiles() -> None:
    """[AM1] data models, roles, connectors and workflows are read in the model's order."""
    application = compile_application(sample())
    assert [model.name for model in application.models] == [
        "Customer",
        "Product",
        "Order",
        "OrderLine",
    ]
    assert application.faults == ()
    order = application.model("Order")
    assert order is not None
    total = order.field("totalAmount")
    assert total is not None
    assert (total.type, total.precision, total.scale) == (FieldType.DECIMAL, 14, 2)
    assert total.computed.startswith("record.lines.map(line, line.lineTotal)")
    status = order.field("status")
    assert status is not None
    assert status.values[:2] == ("draft", "reserving")
    customer = order.field("customer")
    assert customer is not None
    assert application.model(customer.model) is application.model("Customer")
    assert customer.on_delete == "restrict"
    assert [inverse.name for inverse in application.inverses(order.id)] == ["lines"]
    assert [index.is_unique for index in order.indexes] == [True, False, False]
    assert "createdAt" in order.indexes[1].fields


def test_roles_and_workflows_of_the_sample() -> None:
    """[AM1] grants name ids, masks and verbs; steps keep the steps within them."""
    application = compile_application(sample())
    clerk, manager = application.roles
    customer = application.model("Customer")
    assert customer is not None
    email = customer.field("email")
    assert email is not None
    assert Grant(model=customer.id, verbs=frozenset({"read"}), mask=(email.id,)) in clerk.grants
    assert manager.grants[0].model == "*"
    process = application.workflow("processOrder")
    assert process is not None
    assert [step.type for step in process.steps] == [
        "condition",
        "apiCall",
        "updateRecord",
        "apiCall",
    ]
    backorder = process.steps[1].slots["onError"][0]
    assert set(backorder.slots) == {"then", "else"}
    connector = application.connector(process.steps[1].props["service"]["ref"])
    assert connector is not None
    operation = connector.operation(process.steps[1].props["operation"]["ref"])
    assert operation is not None
    assert operation.props["path"] == "/reservations"


def test_a_label_compiles_nothing() -> None:
    """[AM2] a change of components keeps every part; a change of a field is seen by ==."""
    document = sample()
    application = compile_application(document)
    button = next(key for key, node in document["nodes"].items() if node["type"] == "Button@1")
    labelled = copy.deepcopy(document)
    labelled["nodes"][button]["props"]["label"] = "Größe 📦"
    after = application.after(labelled, [button])
    assert after.models is application.models
    assert after.nodes is labelled["nodes"]
    renamed = copy.deepcopy(document)
    field = node_named(document, "Field", "notes")
    renamed["nodes"][field]["props"]["name"] = "remarks"
    again = application.after(renamed, [field])
    assert again.models != application.models
    changed = [a.name for a, b in zip(application.models, again.models, strict=True) if a != b]
    assert changed == ["Order"]


def test_a_node_that_leaves_is_seen() -> None:
    """[AM2] a deleted field is gone although only its old state says that it was one."""
    document = sample()
    application = compile_application(document)
    field = node_named(document, "Field", "notes")
    deleted = copy.deepcopy(document)
    deleted["nodes"][field]["place"] = None
    order = application.after(deleted, [field]).model("Order")
    assert order is not None
    assert order.field("notes") is None
    purged = copy.deepcopy(document)
    del purged["nodes"][field]
    order = application.after(purged, [field]).model("Order")
    assert order is not None
    assert order.field("notes") is None


def test_what_is_unfinished_is_left_out_and_said() -> None:
    """[AM3] parts without a name or a type, or of a taken name, are faults; the rest works."""
    document = sample()
    nodes = document["nodes"]
    untyped = node_named(document, "Field", "notes")
    del nodes[untyped]["props"]["type"]
    unnamed = node_named(document, "Field", "approvedBy")
    nodes[unnamed]["props"]["name"] = "größe"
    nodes["twin"] = {
        "type": "DataModel@1",
        "place": ["application", "dataModels", "zz"],
        "props": {"name": "Order"},
    }
    nowhere = node_named(document, "Field", "product")
    nodes[nowhere]["props"]["model"] = {"ref": "gone"}
    application = compile_application(document)
    assert application.unfinished == {untyped, unnamed, "twin", nowhere}
    assert {(fault.node, fault.code) for fault in application.faults} == {
        (untyped, "type_missing"),
        (unnamed, "name_missing"),
        ("twin", "name_taken"),
        (nowhere, "model_missing"),
    }
    order = application.model("Order")
    assert order is not None
    assert order.field("orderNo") is not None


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("aé📦{}", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["expr", "ref", "order", "value", "ä"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)
_props = st.dictionaries(
    st.sampled_from(
        ["name", "type", "fields", "values", "grants", "trigger", "computed", "model", "precision"]
    ),
    _json | st.sampled_from(["Decimal", "Reference", "Enum", "a"]),
    max_size=5,
)
_node = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            [
                "DataModel@1",
                "Field@1",
                "Index@1",
                "Role@1",
                "Workflow@1",
                "forEach@1",
                "Page@1",
                "@",
            ]
        ),
        "place": st.none()
        | st.tuples(
            st.sampled_from(["application", "a", "b", "c"]),
            st.sampled_from(["dataModels", "fields", "indexes", "roles", "workflows", "steps"]),
            st.sampled_from(["a0", "a1"]),
        ).map(list),
        "props": _props | _json,
    }
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from("abcdefgh"), _node | _json, max_size=8))
def test_any_model_compiles(nodes: dict[str, Any]) -> None:
    """[AM4] no model keeps the application from compiling, and every fault names a node of it."""
    application = compile_application({"application": {"name": "ä"}, "nodes": nodes})
    assert all(fault.node in nodes for fault in application.faults)
    assert application.unfinished <= set(nodes)
    names = [model.name for model in application.models]
    assert len(names) == len(set(names))
    assert application == application.after({"application": {"name": "ä"}, "nodes": nodes}, nodes)


def test_no_document_is_an_empty_application() -> None:
    """[AM4] a room without a document is an application without parts."""
    assert compile_application(None) == Application()


def test_lists_follow_their_order_keys() -> None:
    """[AM5] entries of a list come in the order of their keys by code unit, equal ones by id."""
    entries = {
        "b": {"order": "a1", "value": "二"},
        "a": {"order": "a1", "value": "一"},
        "c": {"order": "Zz", "value": "零"},
        "d": "no entry",
    }
    assert [item["value"] for item in items(entries)] == ["零", "一", "二"]
    assert items(["ß", {"value": 1}]) == [{"value": "ß"}, {"value": 1}]
