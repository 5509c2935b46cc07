"""Problems in words: what each kind of fault says to somebody who knows no schema."""

from __future__ import annotations

from typing import Any

import pytest

from collab.model.definition import Definition
from collab.model.explaining import explain
from collab.model.registry import builtin
from collab.values import Json

_WIDGET: dict[str, Any] = {
    "id": "Widget",
    "version": "1.0.0",
    "kind": "component",
    "title": "Möbelstück",
    "schema": {
        "type": "object",
        "properties": {
            "data": {"title": "Data", "type": "object", "x-editor": {"kind": "dataSource"}},
            "address": {"title": "Address", "type": "string"},
            "items": {
                "title": "Items",
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"label": {"title": "Label", "type": "string"}},
                    "required": ["label"],
                },
                "minItems": 2,
                "maxItems": 3,
            },
            "size": {"title": "Größe", "type": "integer", "minimum": 1, "maximum": 9},
            "step": {"title": "Step", "type": "number", "multipleOf": 0.5, "exclusiveMinimum": 0},
            "kind": {"title": "Kind", "enum": ["a", "b", True]},
            "fixed": {"title": "Fixed", "const": "x"},
            "code": {"title": "Code", "type": "string", "pattern": "^Z", "maxLength": 3},
            "name": {"title": "Name", "type": "string", "minLength": 1},
            "at": {"title": "At", "type": "string", "format": "date"},
            "either": {"title": "Either", "anyOf": [{"type": "string"}, {"type": "boolean"}]},
            "tags": {"title": "Tags", "type": "array", "uniqueItems": True},
            "map": {"title": "Map", "type": "object", "propertyNames": {"pattern": "^[a-z]+$"}},
            "closed": {"title": "Closed", "type": "object", "additionalProperties": False},
        },
    },
}


def _said(definition: Definition, props: Json) -> list[str]:
    return [explain(fault, definition) for fault in definition.faults(props)]


@pytest.mark.parametrize(
    ("required", "words"),
    [
        ("data", "Möbelstück needs a data source."),
        ("address", "Möbelstück needs an address."),
        ("items", "Möbelstück needs items."),
        ("size", "Möbelstück needs a größe."),
    ],
)
def test_what_is_missing(required: str, words: str) -> None:
    """[MD6] a missing property is named by its title, with its article."""
    schema = _WIDGET["schema"] | {"required": [required]}
    assert _said(Definition(_WIDGET | {"schema": schema}), {}) == [words]


@pytest.mark.parametrize(
    ("props", "words"),
    [
        ({"items": [{"label": "é"}, {}]}, "Items 2 needs a label."),
        ({"items": [{"label": "é"}]}, "Items need 2 entries."),
        ({"items": [{"label": "é"}] * 4}, "Items can have 3 entries at most."),
        ({"items": [{"label": 1}, {"label": ""}]}, "Label has to be a text."),
        ({"size": 0}, "Größe has to be at least 1."),
        ({"size": 10}, "Größe has to be at most 9."),
        ({"size": "é"}, "Größe has to be a whole number."),
        ({"step": 0.7}, "Step has to be a multiple of 0.5."),
        ({"step": 0}, "Step has to be more than 0."),
        ({"kind": "c"}, "Kind has to be a, b or yes."),
        ({"fixed": "y"}, "Fixed has to be x."),
        ({"code": "é"}, "Code does not have the form ^Z."),
        ({"code": "Zürich"}, "Code can have 3 characters at most."),
        ({"name": ""}, "Name cannot be empty."),
        ({"at": "gestern"}, "At has to be a date, such as 2026-11-22."),
        ({"either": 3}, "Either has to be a text or yes or no."),
        ({"tags": ["é", "é"]}, "Tags have an entry more than once."),
        ({"map": {"É": 1}}, "“É” cannot be a name in Map."),
        ({"closed": {"ü": 1}}, "Closed has something that does not belong there."),
    ],
)
def test_what_does_not_fit(props: Json, words: str) -> None:
    """[MD6] a value that does not fit is told by its title and what it has to be."""
    (said,) = _said(Definition(_WIDGET), props)
    assert said == words


@pytest.mark.parametrize(
    ("type_", "props", "words"),
    [
        ("Table@1", {}, "Table needs a data source."),
        ("condition@1", {}, "Condition needs a condition."),
        ("wait@1", {}, "Wait needs one of For, Until and Event."),
        (
            "apiCall@1",
            {"service": "s", "operation": "o", "retryPolicy": {"maxAttempts": 0}},
            "Attempts have to be at least 1.",
        ),
        ("Page@1", {"name": "Übersicht", "path": "orders"}, "Path has to begin with /."),
    ],
)
def test_the_built_in_definitions(type_: str, props: Json, words: str) -> None:
    """[MD6] the built-in definitions have titles that make sentences."""
    definition = builtin().get(type_)
    assert definition is not None
    assert words in _said(definition, props)


def test_no_problem_speaks_of_schemas() -> None:
    """[MD6] whatever a built-in definition requires is missed without a word of JSON Schema."""
    for definition in builtin().definitions():
        for said in _said(definition, {}):
            assert said.endswith(".")
            assert "required property" not in said
            assert "schema" not in said
