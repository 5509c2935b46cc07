"""Definitions: the built-in ones, added ones, and those that are refused."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from collab.model import checks, dsl, problems, registry
from collab.model.definition import Definition, InvalidDefinition
from tests.model.models import REGISTRY, files

COMPONENTS = [
    "Stack",
    "Grid",
    "Card",
    "Tabs",
    "Dialog",
    "Divider",
    "Heading",
    "Text",
    "Markdown",
    "Image",
    "Icon",
    "Badge",
    "Button",
    "Link",
    "Menu",
    "Form",
    "TextField",
    "TextArea",
    "NumberField",
    "DateField",
    "Select",
    "Checkbox",
    "Switch",
    "FileField",
    "Table",
    "List",
    "DetailView",
    "Chart",
    "Metric",
    "Timeline",
    "Frame",
]
STEPS = [
    "apiCall",
    "createRecord",
    "updateRecord",
    "deleteRecord",
    "query",
    "condition",
    "forEach",
    "parallel",
    "wait",
    "approval",
    "emitEvent",
    "callPlugin",
    "callWorkflow",
    "set",
]
OTHERS = [
    "Application",
    "DataModel",
    "Field",
    "Index",
    "Workflow",
    "Page",
    "Connector",
    "Operation",
    "Role",
    "Policy",
]
REFERENCE_EXAMPLE: dict[str, Any] = {
    "id": "Gauge",
    "version": "1.0.0",
    "kind": "component",
    "title": "Größe",
    "schema": {
        "type": "object",
        "properties": {
            "dataSource": {"type": "string", "format": "uri"},
            "refreshInterval": {"type": "integer", "minimum": 0},
        },
        "required": ["dataSource"],
    },
}


@pytest.mark.parametrize("name", [*COMPONENTS, *STEPS, *OTHERS])
def test_builtin(name: str) -> None:
    """[MD1] everything that a model is made of has a definition with title, icon and kind."""
    definition = REGISTRY.get(f"{name}@1")
    assert definition is not None
    assert definition.version == "1.0.0"
    assert definition.title
    assert definition.icon != "box"
    kinds = {"component": COMPONENTS, "step": STEPS}
    assert definition.kind in kinds or name in OTHERS
    assert name in kinds.get(definition.kind, [name])


def test_slots_accept_what_there_is() -> None:
    """[MD1] each slot accepts a kind or definition that the registry knows."""
    known = {one.kind for one in REGISTRY.definitions()} | {
        one.id for one in REGISTRY.definitions()
    }
    for definition in REGISTRY.definitions():
        for slot in definition.slots.values():
            assert set(slot.accepts) <= known
    for step in STEPS:
        known_step = REGISTRY.get(f"{step}@1")
        assert known_step is not None
        assert {"onError", "compensate"} <= known_step.slots.keys()


def test_merge() -> None:
    """[MD1] the merge rule of a prop is that of its definition; an undeclared one is lww."""
    rules = {
        ("Field@1", "tags"): "set",
        ("Field@1", "values"): "list",
        ("Field@1", "validation"): "lww",
        ("Policy@1", "rego"): "text",
        ("apiCall@1", "retryPolicy"): "map",
        ("Button@1", "onClick"): "list",
        ("Button@1", "größe"): "lww",
    }
    for (type_, prop), rule in rules.items():
        definition = REGISTRY.get(type_)
        assert definition is not None
        assert definition.merge(prop) == rule


def test_unknown_types() -> None:
    """[MD1] what is no known type has no definition, and nothing raises."""
    for type_ in ("Button@2", "Größe@1", "Button", "", None, 3, ["Button@1"]):
        assert REGISTRY.get(type_) is None
    assert [one.type for one in REGISTRY.versions("Button")] == ["Button@1"]
    assert REGISTRY.versions("Größe") == ()


def test_to_json_is_self_contained() -> None:
    """[MD1] what a client is served needs no other file, and is JSON."""
    body = json.dumps(REGISTRY.to_json())
    assert '"$ref"' not in body
    assert REGISTRY.to_json()["definitions"]["Button@1"]["schema"]["properties"]["onClick"]
    again = [Definition.from_json(raw) for raw in json.loads(body)["definitions"].values()]
    assert {one.type for one in again} == set(REGISTRY.to_json()["definitions"])


def test_etag() -> None:
    """[MD1] the etag is that of the content: the same again, another with a definition more."""
    definitions = REGISTRY.definitions()
    assert registry.Registry(definitions).etag == REGISTRY.etag
    assert REGISTRY.extended([REFERENCE_EXAMPLE]).etag != REGISTRY.etag


def test_the_reference_example() -> None:
    """[MD1] an added definition drives import, export, checks and problems at once."""
    extended = REGISTRY.extended([REFERENCE_EXAMPLE])
    gauge = {
        "component": "Gauge@1",
        "props": {"refreshInterval": 5, "dataSource": "http://example.com/%C3%A9"},
    }
    text = files(pages=[{"name": "p", "path": "/", "children": [gauge]}])
    document = dsl.read(text, registry=extended)
    assert problems.problems_of(document, extended) == []
    written = json.loads(dsl.write(document, extended))["application"]["pages"][0]["children"][0]
    assert list(written["props"]) == ["dataSource", "refreshInterval"]
    assert [one.code for one in problems.problems_of(document, REGISTRY)] == ["unknown_definition"]
    bad = next(node for node in document["nodes"].values() if node["type"] == "Gauge@1")
    bad["props"] = type(bad["props"])(refreshInterval=-1)
    codes = [one.code for one in problems.problems_of(document, extended)]
    assert sorted(codes) == ["range", "required_missing"]
    bad["props"]["refreshInterval"] = "größe"
    refused = checks.check_nodes(document, list(document["nodes"]), extended)
    assert [one.code for one in refused] == ["check_value_type"]


def changed(*path: str, value: Any) -> dict[str, Any]:
    """Return the reference example with *value* at *path*; ``None`` takes it away."""
    raw = copy.deepcopy(REFERENCE_EXAMPLE)
    holder = raw
    for step in path[:-1]:
        holder = holder.setdefault(step, {})
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return raw


def with_property(name: str, schema: Any) -> dict[str, Any]:
    """Return the reference example with one property more."""
    return changed("schema", "properties", name, value=schema)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (changed("id", value=None), "'id' is a required"),
        (changed("id", value="Größe"), "/id"),
        (changed("version", value="1.0"), "/version"),
        (changed("version", value="01.0.0"), "/version"),
        (changed("kind", value="Größe"), "/kind"),
        (changed("title", value=""), "/title"),
        (changed("icon", value="Größe"), "/icon"),
        (changed("größe", value=1), "größe"),
        (changed("schema", "type", value="string"), "/schema/type"),
        (changed("schema", "properties", "dataSource", "type", value="größe"), "/schema"),
        (changed("schema", "properties", "dataSource", "minLength", value=-1), "/schema"),
        (changed("schema", "properties", "dataSource", "pattern", value="("), "pattern"),
        (with_property("é", {"$ref": "http://example.com/"}), "/schema"),
        (with_property("é", {"type": "object", "patternProperties": {}}), "/schema"),
        (with_property("é", {"type": "string", "x-merge": "größe"}), "/schema"),
        (with_property("é", {"type": "string", "x-merge": "list"}), "list"),
        (with_property("é", {"type": "array", "x-merge": "list"}), "needs items"),
        (
            with_property("é", {"type": "array", "x-merge": "set", "items": {"type": "integer"}}),
            "set",
        ),
        (with_property("é", {"type": "string", "x-merge": "text", "default": "a"}), "no default"),
        (with_property("é", {"type": "integer", "default": "a"}), "default"),
        (
            with_property(
                "é", {"type": "object", "properties": {"a": {"type": "string", "x-merge": "text"}}}
            ),
            "one value",
        ),
        (
            with_property(
                "é",
                {
                    "type": "array",
                    "x-merge": "list",
                    "items": {"type": "object", "properties": {"order": {"type": "string"}}},
                },
            ),
            "'order'",
        ),
        (with_property("slots", {"type": "string"}), "disk form"),
        (with_property("id", {"type": "string"}), "disk form"),
        (with_property("constructor", {"type": "string"}), "Object.prototype"),
        (changed("slots", value={"dataSource": {"accepts": ["component"]}}), "both"),
        (changed("slots", value={"extra": {"accepts": ["component"]}}), "/slots"),
        (changed("slots", value={"inhalt": {"accepts": []}}), "/slots"),
        (changed("slots", value={"inhalt": {"accepts": ["x"], "max": 0}}), "/slots"),
        (
            changed("schema", "properties", "dataSource", "default", value="http://a/"),
            "not required",
        ),
    ],
)
def test_bad_definitions(raw: dict[str, Any], reason: str) -> None:
    """[MD3] the meta-schema and the rules beyond it refuse, and say where and why."""
    assert Definition.from_json(REFERENCE_EXAMPLE).type == "Gauge@1"
    with pytest.raises(InvalidDefinition) as raised:
        Definition.from_json(raw)
    assert reason in str(raised.value)


def test_steps_may_not_have_a_prop_called_type() -> None:
    """[MD3] on disk the type of a step stands beside its props."""
    raw = with_property("type", {"type": "string"})
    assert Definition.from_json(raw).property("type") is not None
    with pytest.raises(InvalidDefinition):
        Definition.from_json({**raw, "kind": "step"})


@pytest.mark.parametrize("definition", REGISTRY.definitions(), ids=lambda one: one.type)
def test_the_reference_names_everything(definition: Definition) -> None:
    """[MD1] the user's reference has a row for each definition, with its properties and slots."""
    text = (Path(__file__).parents[2] / "docs" / "model.md").read_text("utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `{definition.type}` |")]
    said_once = {"visible", "style", "onError", "compensate"}
    for name in {*definition.shape.properties, *definition.slots} - said_once:
        assert re.search(rf"`{name}\b", row), name
