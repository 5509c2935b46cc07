"""The disk form: samples, random models, canonical text, ids and references."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from collab.errors import LimitExceeded
from collab.limits import TREE_DEPTH_MAX
from collab.model import checks, dsl, registry
from collab.model.document import Document
from collab.model.nodes import expression
from collab.model.source import Format
from collab.values import SharedMap, SharedText
from tests.model.models import SAMPLES, live, model_files

REGISTRY = registry.builtin()
# Shrinking a model of many parts took minutes and left it as unreadable as before.
SLOW = settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def without_ids(value: Any) -> Any:
    """Return *value* without ids, and with its sets of names sorted."""
    if isinstance(value, dict):
        return {
            key: sorted(item) if key == "verbs" else without_ids(item)
            for key, item in value.items()
            if key != "id" and not (key == "props" and item == {})
        }
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def node_called(document: Document, name: str) -> tuple[str, Any]:
    """Return the id and the node of that name."""
    return next(
        (node_id, node)
        for node_id, node in document["nodes"].items()
        if node["props"].get("name") == name
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
@pytest.mark.parametrize("format_", ["json", "yaml"])
def test_samples_round_trip(sample: Path, format_: Format) -> None:
    """[MD19] both samples import, export and import again without a change."""
    document = dsl.read(sample.read_bytes())
    text = dsl.write(document, format=format_)
    again = dsl.read(text, format=format_)
    assert again == document
    assert dsl.write(again, format=format_) == text
    assert text.endswith("\n")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_samples_say_the_same(sample: Path) -> None:
    """[MD7] an exported sample says what the sample says, besides ids and sorted sets."""
    text = dsl.write(dsl.read(sample.read_bytes()))
    assert without_ids(json.loads(text)) == without_ids(json.loads(sample.read_text("utf-8")))


def test_two_samples_exist() -> None:
    """[MD19] the samples that the other tests go through are there."""
    assert len(SAMPLES) >= 2


@SLOW
@given(model_files())
def test_random_models_round_trip(text: str) -> None:
    """[MD19] import(export(x)) == x for models with everything that definitions allow."""
    document = dsl.read(text)
    for format_ in ("json", "yaml"):
        written = dsl.write(document, format=format_)
        again = dsl.read(written, format=format_)
        assert again == document
        assert dsl.write(again, format=format_) == written


@SLOW
@given(model_files())
def test_imports_pass_the_checks(text: str) -> None:
    """[MD10] whatever imports has nothing that a check refuses, marks included."""
    document = dsl.read(text)
    assert checks.check_nodes(document, list(document["nodes"]), REGISTRY) == []
    assert checks.check_application(document, REGISTRY) == []


def test_order_of_making_makes_no_difference() -> None:
    """[MD7] the bytes depend on what is there and not on the order in which it came."""
    document = dsl.read(SAMPLES[0].read_bytes())
    backwards: Document = {
        part: SharedMap(reversed(list(document[part].items()))) for part in document
    }
    for node in backwards["nodes"].values():
        node["props"] = SharedMap(reversed(list(node["props"].items())))
    assert dsl.write(backwards) == dsl.write(document)


def test_canonical_text() -> None:
    """[MD7] keys in the definition's order, sets sorted, defaults left out, one scalar a line."""
    document = live(
        dataModels=[
            {
                "fields": [
                    {"required": False, "tags": ["Ü", "PII"], "type": "Text", "name": "größe"}
                ],
                "name": "Order",
                "id": "m1",
            }
        ]
    )
    document["nodes"][node_called(document, "größe")[0]]["props"]["unique"] = False
    lines = dsl.write(document).split("\n")
    assert [line.strip() for line in lines[4:]] == [
        '"id": "m1",',
        '"name": "Order",',
        '"fields": [',
        "{",
        f'"id": "{node_called(document, "größe")[0]}",',
        '"name": "größe",',
        '"type": "Text",',
        '"tags": [',
        '"PII",',
        '"Ü"',
        "]",
        "}",
        "]",
        "}",
        "]",
        "}",
        "}",
        "",
    ]


def test_children_follow_order_keys_then_ids() -> None:
    """[MD7] siblings are written by order key, and by id where two keys are equal."""
    document = live(roles=[{"id": "b", "name": "B"}, {"id": "a", "name": "A"}, {"id": "c"}])
    document["nodes"]["b"]["place"][2] = "a1"
    document["nodes"]["a"]["place"][2] = "a1"
    document["nodes"]["c"]["place"][2] = "Zz"
    written = json.loads(dsl.write(document))["application"]["roles"]
    assert [role["id"] for role in written] == ["c", "a", "b"]


def test_containers_are_created_whole() -> None:
    """[MD15] a node that the file hardly describes has every container of its definition."""
    document = live(pages=[{"name": "Start", "children": [{"component": "Button@1"}]}])
    button = next(node for node in document["nodes"].values() if node["type"] == "Button@1")
    assert button["props"] == {"onClick": {}, "style": {}}
    assert type(button["props"]["onClick"]) is SharedMap
    policy = live(policies=[{"name": "p"}])
    props = next(iter(policy["nodes"].values()))["props"]
    assert type(props["rego"]) is SharedText
    assert type(props["when"]) is SharedMap


def test_merge_rules_become_marks() -> None:
    """[MD15] map, set, list, text and expressions are shared; what is one value is plain."""
    document = dsl.read(SAMPLES[0].read_bytes())
    reserve = node_called(document, "reserve")[1]["props"]
    assert type(reserve["retryPolicy"]) is SharedMap
    assert reserve["retryPolicy"]["retryOn"] == {"429": True, "5xx": True, "timeout": True}
    assert type(reserve["input"]["orderId"]["expr"]) is SharedText
    status = node_called(document, "status")[1]["props"]
    orders = [entry["order"] for entry in status["values"].values()]
    assert orders == sorted(orders)
    assert {entry["value"] for entry in status["values"].values()} >= {"draft", "shipped"}
    assert type(node_called(document, "notes")[1]["props"]["validation"]) is dict


def test_references_are_ids() -> None:
    """[MD14] names become ids at import: models, operations, columns, index fields, roles."""
    document = dsl.read(SAMPLES[0].read_bytes())
    order = node_called(document, "Order")[0]
    reserve = node_called(document, "reserve")[1]["props"]
    assert reserve["service"] == {"ref": node_called(document, "inventory")[0]}
    assert reserve["operation"] == {"ref": node_called(document, "reserveItems")[0]}
    table = next(node for node in document["nodes"].values() if node["type"] == "Table@1")
    assert table["props"]["dataSource"]["model"] == {"ref": order}
    columns = sorted(table["props"]["columns"].values(), key=lambda entry: entry["order"])
    assert columns[0]["field"] == {"ref": node_called(document, "orderNo")[0]}
    assert columns[1]["field"] == "customer.name"
    indexes = [node for node in document["nodes"].values() if node["type"] == "Index@1"]
    values = [entry["value"] for node in indexes for entry in node["props"]["fields"].values()]
    assert "createdAt" in values
    assert sum(isinstance(value, dict) for value in values) == len(values) - 1


def test_renaming_follows() -> None:
    """[MD14] after a model is renamed, every reference is written with the new name."""
    document = dsl.read(SAMPLES[0].read_bytes())
    node_called(document, "Order")[1]["props"]["name"] = "Auftrag"
    text = dsl.write(document)
    assert '"model": "Order"' not in text
    assert text.count('"model": "Auftrag"') > 5


def test_ambiguous_names_are_written_as_ids() -> None:
    """[MD14] a reference to the second of two models of one name comes back to that very one."""
    document = live(
        dataModels=[{"id": "m1", "name": "Kunde"}, {"id": "m2", "name": "Kunde"}],
        roles=[{"id": "r", "grants": [{"model": {"ref": "m2"}}, {"model": "Kunde"}]}],
    )
    grants = json.loads(dsl.write(document))["application"]["roles"][0]["grants"]
    assert grants == [{"model": {"ref": "m2"}}, {"model": "Kunde"}]
    assert dsl.read(dsl.write(document)) == document


def test_a_star_is_no_reference() -> None:
    """[MD14] names that stand for themselves stay text, even if a model is called so."""
    document = live(dataModels=[{"name": "*"}], roles=[{"grants": [{"model": "*"}]}])
    role = next(node for node in document["nodes"].values() if node["type"] == "Role@1")
    assert next(iter(role["props"]["grants"].values()))["model"] == "*"


def test_ids_are_stable() -> None:
    """[MD13] the same path of names gives the same id, whatever stands beside it."""
    alone = live(dataModels=[{"name": "Größe", "fields": [{"name": "id2"}]}])
    beside = live(dataModels=[{"name": "A"}, {"name": "Größe", "fields": [{"name": "id2"}]}])
    assert alone["nodes"].keys() < beside["nodes"].keys()
    assert all(node_id.isalnum() and len(node_id) == 10 for node_id in beside["nodes"])


def test_ids_by_position() -> None:
    """[MD13] elements without a name are told apart by their position, equal names by count."""
    document = live(
        roles=[{"name": "x"}, {"name": "x"}],
        pages=[{"name": "p", "children": [{"component": "Divider@1"}, {"component": "Divider@1"}]}],
    )
    assert len(document["nodes"]) == 5
    assert document == live(
        roles=[{"name": "x"}, {"name": "x"}],
        pages=[{"name": "p", "children": [{"component": "Divider@1"}, {"component": "Divider@1"}]}],
    )


def test_a_derived_id_gives_way() -> None:
    """[MD13] where somebody wrote the very id that another element would get, both are kept."""
    derived = next(iter(live(roles=[{"name": "x"}])["nodes"]))
    document = live(roles=[{"name": "x"}, {"id": derived, "name": "y"}])
    assert len(document["nodes"]) == 2
    assert document["nodes"][derived]["props"]["name"] == "y"


def test_entry_ids_survive() -> None:
    """[MD19] entries that were added or moved in a room keep their ids through a file."""
    document = live(pages=[{"name": "p", "children": [{"component": "Table@1", "id": "t"}]}])
    columns = document["nodes"]["t"]["props"]["columns"]
    columns["zufällig"] = SharedMap(order="a0", title="Eins", format={"style": "text"})
    columns["e0"] = SharedMap(order="a1", value=expression("item.größe"))
    again = dsl.read(dsl.write(document))
    assert again["nodes"]["t"]["props"]["columns"].keys() == {"zufällig", "e0"}
    assert dsl.write(again) == dsl.write(document)


def test_trash_is_not_exported() -> None:
    """[MD18] neither a deleted node nor what is beneath it is written."""
    document = dsl.read(SAMPLES[0].read_bytes())
    order_id, order = node_called(document, "Order")
    order["place"] = None
    text = dsl.write(document)
    assert '"name": "orderNo"' not in text
    # What refers to it keeps its id, so that restoring the model mends it.
    assert f'"ref": "{order_id}"' in text


def test_unknown_definitions_are_kept() -> None:
    """[MD17] a component, a step and a version that nobody knows come back as they were."""
    document = live(
        pages=[
            {
                "name": "p",
                "children": [
                    {
                        "component": "Gauge@7",
                        "props": {"wert": [1, {"expr": "x"}], "id": "ü"},
                        "children": [{"component": "Card@9", "slots": {"fuß": []}}],
                        "slots": {"rand": [{"component": "Text@1", "props": {"text": "é"}}]},
                    }
                ],
            }
        ],
        workflows=[
            {
                "name": "w",
                "steps": [
                    {"type": "teleport", "wohin": {"a": 1}, "then": [{"type": "wait@3", "x": 1}]}
                ],
            }
        ],
    )
    types = {node["type"] for node in document["nodes"].values()}
    assert types >= {"Gauge@7", "Card@9", "Text@1", "teleport@1", "wait@3"}
    assert dsl.read(dsl.write(document)) == document


def test_unknown_parts_are_kept() -> None:
    """[MD17] undeclared props and slots of known definitions stand under extra and slots."""
    document = live(dataModels=[{"id": "m", "name": "M"}], pages=[{"id": "p", "name": "P"}])
    nodes = document["nodes"]
    nodes["m"]["props"]["neu"] = SharedMap(a=1)
    document["application"]["motto"] = "größer"
    nodes["f"] = SharedMap(
        type="Field@1", place=["m", "schatten", "a0"], props=SharedMap(name="ß", type="Text")
    )
    nodes["s"] = SharedMap(type="set@1", place=["p", "children", "a0"], props=SharedMap(type="x"))
    nodes["d"] = SharedMap(
        type="Divider@1", place=["application", "roles", "a0"], props=SharedMap(slots=1, id=2)
    )
    again = dsl.read(dsl.write(document))
    assert again["application"]["motto"] == "größer"
    assert again["nodes"]["m"]["props"]["neu"] == {"a": 1}
    assert again["nodes"]["d"]["props"].items() >= {"slots": 1, "id": 2}.items()
    assert {key: (node["type"], node["place"]) for key, node in again["nodes"].items()} == {
        key: (node["type"], node["place"]) for key, node in nodes.items()
    }


def test_expressions_stand_anywhere() -> None:
    """[MD12] in place of a number, a flag, a choice, a list, a map, a set and a text."""
    everywhere = {"expr": "größe + 1"}
    document = live(
        policies=[
            {"name": everywhere, "when": everywhere, "rego": everywhere, "effect": everywhere}
        ],
        pages=[
            {
                "name": everywhere,
                "variables": everywhere,
                "children": [
                    {"component": "Heading@1", "props": {"level": everywhere, "text": everywhere}},
                    {"component": "Table@1", "props": {"columns": everywhere}},
                    {"component": "Switch@1", "props": {"disabled": everywhere}},
                ],
            }
        ],
    )
    assert checks.check_nodes(document, list(document["nodes"]), REGISTRY) == []
    for node in document["nodes"].values():
        for value in node["props"].values():
            if value:
                assert type(value) is SharedMap
                assert type(value["expr"]) is SharedText
    assert dsl.read(dsl.write(document)) == document


def test_an_endless_tree_is_not_written() -> None:
    """[MD7] a tree that could not be read again raises, and one within the bound is written."""
    document = live(pages=[{"id": "p", "name": "P"}])
    parent = "p"
    for depth in range(2 * TREE_DEPTH_MAX - 1):
        place = [parent, "children", "a0"]
        parent = f"n{depth}"
        document["nodes"][parent] = SharedMap(type="Stack@1", place=place, props=SharedMap())
    assert f'"{parent}"' in dsl.write(document)
    document["nodes"]["last"] = SharedMap(
        type="Stack@1", place=[parent, "children", "a0"], props=SharedMap()
    )
    with pytest.raises(LimitExceeded):
        dsl.write(document)
    with pytest.raises(LimitExceeded):
        dsl.write(document, format="yaml")


def test_a_tree_of_full_depth_is_read_again() -> None:
    """[MD19] the deepest tree that the checks accept goes through both formats."""
    tree: dict[str, Any] = {"component": "Card@1", "props": {"title": "é"}}
    for _ in range(TREE_DEPTH_MAX - 2):
        tree = {"component": "Card@1", "slots": {"footer": [tree]}}
    document = live(pages=[{"name": "p", "children": [tree]}])
    assert dsl.read(dsl.write(document)) == document
    assert dsl.read(dsl.write(document, format="yaml"), format="yaml") == document
