"""The meta-schema: what a definition has to look like, as JSON Schema.

It is stricter than JSON Schema itself: what would have to be fetched, or would hide a structure
from the shapes (``patternProperties``, tuples), is not taken. SPEC: section MD.
Called by ``definition``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["META_SCHEMA"]

_TYPES: Final = ["string", "integer", "number", "boolean", "null", "object", "array"]
_TYPE: Final[Mapping[str, Any]] = {
    "anyOf": [
        {"enum": _TYPES},
        {
            "type": "array",
            "items": {"enum": _TYPES},
            "minItems": 1,
            "uniqueItems": True,
        },
    ]
}
_SUBSCHEMA: Final[Mapping[str, Any]] = {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/schema"}]}
META_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["id", "version", "kind", "title", "schema"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]{0,63}$"},
        "version": {
            "type": "string",
            "pattern": r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$",
        },
        "kind": {"type": "string", "pattern": "^[a-z][A-Za-z]{0,31}$"},
        "title": {"type": "string", "minLength": 1},
        "icon": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "group": {"type": "string", "minLength": 1},
        "description": {"type": "string", "minLength": 1},
        "schema": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"const": "object"}},
            "allOf": [{"$ref": "#/$defs/schema"}],
        },
        "slots": {
            "type": "object",
            "propertyNames": {
                "pattern": "^[a-z][A-Za-z0-9]{0,63}$",
                "not": {
                    "enum": [
                        "component",
                        "definition",
                        "extra",
                        "id",
                        "props",
                        "slots",
                        "type",
                    ]
                },
            },
            "additionalProperties": {
                "type": "object",
                "required": ["accepts"],
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "minLength": 1},
                    "accepts": {
                        "type": "array",
                        "items": {"type": "string"},
                        "minItems": 1,
                        "uniqueItems": True,
                    },
                    "max": {"type": ["integer", "null"], "minimum": 1},
                },
            },
        },
    },
    "$defs": {
        "schema": {
            "type": "object",
            "properties": {
                "type": _TYPE,
                "properties": {"type": "object", "additionalProperties": _SUBSCHEMA},
                "additionalProperties": _SUBSCHEMA,
                "items": {"$ref": "#/$defs/schema"},
                "anyOf": {"type": "array", "items": {"$ref": "#/$defs/schema"}},
                "oneOf": {"type": "array", "items": {"$ref": "#/$defs/schema"}},
                "x-merge": {"enum": ["lww", "map", "set", "list", "text"]},
                "x-editor": {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"type": "string"}},
                },
                "x-ref": {
                    "type": "object",
                    "required": ["to"],
                    "additionalProperties": False,
                    "properties": {
                        "to": {"type": "string"},
                        "within": {"type": "string"},
                        "also": {"type": "array", "items": {"type": "string"}},
                        "paths": {"type": "boolean"},
                    },
                },
            },
            # What would have to be fetched, or would hide a structure from the shapes.
            "not": {
                "anyOf": [
                    {"required": [keyword]}
                    for keyword in (
                        "$ref",
                        "$dynamicRef",
                        "$id",
                        "patternProperties",
                        "prefixItems",
                    )
                ]
            },
        }
    },
}
