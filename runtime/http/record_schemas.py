"""JSON Schemas (2020-12) of records: as they are answered, and as they are taken.

They say what the fields say: types, limits, choices. What depends on other records (uniqueness,
references) no schema can say; it is answered with 422. SPEC: section RS. Called by ``openapi``.
"""

from __future__ import annotations

from typing import Any, Final

from runtime.access import CREATE, Access, ModelAccess
from runtime.data.texts import compile_pattern
from runtime.data.validation import limit, rules_of
from runtime.limits import (
    DATA_INTEGER_MAX,
    FILE_NAME_CHARACTERS_MAX,
    SEARCH_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
)
from runtime.parts import SYSTEM_FIELDS, Field, FieldType

__all__ = ["Schema", "filter_schema", "input_schema", "record_schema"]

Schema = dict[str, Any]
_MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
_SYSTEM: Final[dict[str, Schema]] = {
    "id": {"type": "string"},
    "createdAt": _MOMENT,
    "updatedAt": _MOMENT,
    "createdBy": {"type": "string"},
}
_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.URL})
_FORMATS: Final = {
    FieldType.UUID: "uuid",
    FieldType.EMAIL: "email",
    FieldType.URL: "uri",
    FieldType.DATE: "date",
    FieldType.DATE_TIME: "date-time",
}
_TIME: Final = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
_FILE: Final[Schema] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": FILE_NAME_CHARACTERS_MAX},
        "type": {"type": "string"},
        "size": {"type": "integer"},
        "digest": {"type": "string"},
    },
}


def record_schema(access: Access, at: ModelAccess) -> Schema:
    """Return the schema of a record of a model, as somebody with these rights is answered."""
    properties: dict[str, Schema] = {
        name: {**_SYSTEM[name], "readOnly": True} for name in SYSTEM_FIELDS if name in at.readable
    }
    properties["id"] = {**_SYSTEM["id"], "readOnly": True}
    properties["@version"] = {"type": "integer", "minimum": 1, "readOnly": True}
    required = list(properties)
    for field in at.model.fields:
        if field.name in at.readable:
            properties[field.name] = _answered(access, field)
            required.append(field.name)
    for inverse in access.application.inverses(at.model.id):
        other = access.model(inverse.model)
        if other.may("read") and inverse.name not in properties:
            properties[inverse.name] = {
                "type": "array",
                "description": "Only where it was asked to be expanded.",
                "items": {"$ref": f"#/components/schemas/{other.model.name}"},
            }
    properties["@faults"] = {
        "type": "object",
        "description": "Why computed fields have no value, by their names.",
        "additionalProperties": {"type": "string"},
        "readOnly": True,
    }
    return {"type": "object", "properties": properties, "required": required}


def input_schema(at: ModelAccess, verb: str) -> Schema:
    """Return the schema of what *verb* (create, update) takes."""
    granted = at.require(verb).fields
    fields = [
        field
        for field in at.model.fields
        if field.name in granted and not field.computed and field.name not in SYSTEM_FIELDS
    ]
    schema: Schema = {
        "type": "object",
        "properties": {field.name: _taken(field) for field in fields},
        "additionalProperties": False,
    }
    needed = [field.name for field in fields if _must_be_given(field)]
    if verb == CREATE and needed:
        schema["required"] = needed
    return schema


def filter_schema(field: Field, operator: str = "eq") -> Schema:
    """Return the schema of what a field may be compared with in a query, by *operator*."""
    if field.type in _TEXTS or field.type is FieldType.ENUM:
        is_whole = operator == "eq"
        return {"type": "string", **({} if is_whole else {"maxLength": SEARCH_CHARACTERS_MAX})}
    match field.type:
        case FieldType.INTEGER:
            # Compared with what no field holds, values are still less or more.
            schema = {"type": "number"}
        case FieldType.BOOLEAN:
            schema = {"type": "boolean"}
        case FieldType.UUID | FieldType.DATE | FieldType.DATE_TIME:
            schema = {"type": "string", "format": _FORMATS[field.type]}
        case FieldType.DECIMAL:
            schema = {"type": "string", "pattern": _digits(field)}
        case FieldType.TIME:
            schema = {"type": "string", "pattern": _TIME}
        case _:
            schema = {"type": "string", "pattern": "^[!-~]{1,64}$"}
    # To be equal to nothing is to have no value.
    return {"anyOf": [schema, {"type": "string", "maxLength": 0}]} if operator == "eq" else schema


def _answered(access: Access, field: Field) -> Schema:
    match field.type:
        case FieldType.INTEGER:
            schema = _integer()
        case FieldType.DECIMAL:
            schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
        case FieldType.BOOLEAN:
            schema = {"type": "boolean"}
        case FieldType.JSON:
            return {}
        case FieldType.FILE:
            schema = _FILE
        case FieldType.REFERENCE:
            schema = _reference(access, field)
        case FieldType.UUID | FieldType.DATE | FieldType.DATE_TIME:
            schema = {"type": "string", "format": _FORMATS[field.type]}
        case _:
            schema = {"type": "string"}
    # Records that are older than the field, or than its being required, have no value.
    answered = {"anyOf": [schema, {"type": "null"}]}
    return {**answered, "readOnly": True} if field.computed else answered


def _reference(access: Access, field: Field) -> Schema:
    target = access.model(field.model).model
    expanded = {"$ref": f"#/components/schemas/{target.name}"}
    if not access.model(target.id).may("read"):
        return {"type": "string"}
    return {"anyOf": [{"type": "string"}, expanded]}


def _taken(field: Field) -> Schema:
    schema = _required(field)
    if field.type is FieldType.JSON:
        return schema
    if field.is_required and field.default is None:
        return schema
    # An empty text is null, as forms send it.
    return {"anyOf": [schema, {"enum": [None, ""]}]}


def _required(field: Field) -> Schema:
    match field.type:
        case FieldType.TEXT:
            return _text(field)
        case FieldType.INTEGER:
            return {**_integer(), **_limits(field)}
        case FieldType.DECIMAL:
            # A number is taken for the digits that it is written with.
            number = {"type": "number", **_limits(field)}
            return {"anyOf": [{"type": "string", "pattern": _digits(field)}, number]}
        case FieldType.BOOLEAN:
            return {"type": "boolean"}
        case FieldType.ENUM:
            return {"type": "string", "enum": list(field.values)} if field.values else {"not": {}}
        case FieldType.TIME:
            return {"type": "string", "pattern": _TIME}
        case FieldType.JSON:
            return {}
        case FieldType.FILE:
            return {"type": "object"}
        case FieldType.REFERENCE:
            return {"type": "string", "minLength": 1, "maxLength": 64}
    return {"type": "string", "format": _FORMATS[field.type], "minLength": 1}


def _text(field: Field) -> Schema:
    rules = rules_of(field)
    schema: Schema = {"type": "string", "maxLength": TEXT_CHARACTERS_MAX}
    longest, shortest = rules.get("maxLength"), rules.get("minLength")
    if isinstance(longest, int):
        schema["maxLength"] = min(longest, TEXT_CHARACTERS_MAX)
    if field.is_required:
        schema["minLength"] = shortest if isinstance(shortest, int) and shortest > 0 else 1
    pattern = rules.get("pattern")
    if field.is_required and isinstance(pattern, str) and compile_pattern(pattern) is not None:
        schema["pattern"] = pattern
    return schema


def _integer() -> Schema:
    return {"type": "integer", "minimum": -DATA_INTEGER_MAX, "maximum": DATA_INTEGER_MAX}


def _limits(field: Field) -> Schema:
    found: Schema = {}
    for name, keyword in (("min", "minimum"), ("max", "maximum")):
        value = limit(field, name)
        if value is not None:
            found[keyword] = int(value) if value == int(value) else float(value)
    return found


def _digits(field: Field) -> str:
    whole = max(field.precision - field.scale, 1)
    fraction = rf"(\.[0-9]{{1,{field.scale}}})?" if field.scale else ""
    return rf"^-?[0-9]{{1,{whole}}}{fraction}$"


def _must_be_given(field: Field) -> bool:
    # A required UUID is generated.
    return field.is_required and field.default is None and field.type is not FieldType.UUID
