"""From the engine's JSON to trees and types, and back. SPEC: section EX. Used by ``engine``."""

from __future__ import annotations

import json
from typing import Any

from runtime.expressions.ast import (
    Analysis,
    Ast,
    Call,
    Has,
    Identifier,
    Index,
    ListLiteral,
    Literal,
    Macro,
    MapLiteral,
    Select,
)
from runtime.expressions.codec import decode
from runtime.expressions.types import Schema, Type

__all__ = ["analysis_of", "schema_json", "type_json", "type_of_json"]


def analysis_of(answer: dict[str, Any]) -> Analysis:
    """Return the analysis that the engine wrote."""
    return Analysis(
        source=answer["source"],
        ast=_tree(answer["ast"]),
        roots=frozenset(answer["roots"]),
        paths=tuple(tuple(path) for path in answer["paths"]),
    )


def _tree(node: dict[str, Any]) -> Ast:
    start, end = node["start"], node["end"]
    match node["kind"]:
        case "literal":
            value: Any = decode(node["value"])
            return Literal(value, start, end)
        case "identifier":
            return Identifier(node["name"], start, end)
        case "select":
            return Select(_tree(node["operand"]), node["field"], start, end)
        case "has":
            return Has(_tree(node["operand"]), node["field"], start, end)
        case "index":
            return Index(_tree(node["operand"]), _tree(node["index"]), start, end)
        case "list":
            return ListLiteral(tuple(map(_tree, node["items"])), start, end)
        case "map":
            entries = tuple((_tree(key), _tree(value)) for key, value in node["entries"])
            return MapLiteral(entries, start, end)
        case "macro":
            return _macro(node)
    target = node["target"]
    arguments = tuple(map(_tree, node["arguments"]))
    return Call(node["function"], target and _tree(target), arguments, start, end)


def _macro(node: dict[str, Any]) -> Macro:
    second = node["second"]
    return Macro(
        name=node["name"],
        target=_tree(node["target"]),
        variable=node["variable"],
        body=_tree(node["body"]),
        second=second and _tree(second),
        start=node["start"],
        end=node["end"],
    )


def type_json(type_: Type) -> dict[str, Any]:
    """Return the type as the engine reads it."""
    written: dict[str, Any] = {"name": type_.name}
    if type_.element is not None:
        written["element"] = type_json(type_.element)
    if type_.model:
        written["model"] = type_.model
    if type_.name == "object":
        written["fields"] = {name: type_json(field) for name, field in type_.fields.items()}
    return written


def type_of_json(written: dict[str, Any]) -> Type:
    """Return the type that the engine wrote."""
    element = written.get("element")
    return Type(
        name=written["name"],
        element=element and type_of_json(element),
        model=written.get("model", ""),
        fields={name: type_of_json(field) for name, field in written.get("fields", {}).items()},
    )


def schema_json(schema: Schema) -> str:
    """Return the schema as the engine reads it."""
    models = {
        key: {
            "name": model.name,
            "fields": {name: type_json(field) for name, field in model.fields.items()},
        }
        for key, model in schema.models.items()
    }
    enums = {
        model: {name: list(values) for name, values in fields.items()}
        for model, fields in schema.enums.items()
    }
    return json.dumps({"models": models, "enums": enums})
