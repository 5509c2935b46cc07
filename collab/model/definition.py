"""A definition: what one type of node is, how it is edited, merged, checked and nested.

A definition is data (JSON); it is checked against the meta-schema below and against rules that a
schema cannot say, and compiled into :class:`Shape` trees and validators. ``jsonschema-rs`` decides
on the hot path (2.4 µs where ``jsonschema`` takes 474), ``jsonschema`` explains what is wrong with
a definition. SPEC: section MD. Called by ``registry``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import jsonschema
import jsonschema_rs
from jsonschema.exceptions import best_match

from collab.errors import InvalidValue, PeerError
from collab.model.meta import META_SCHEMA
from collab.model.schema import MISSING, Merge, Shape, compile_shape, type_name
from collab.values import Json, check_key

__all__ = ["RESERVED_PROPERTIES", "Definition", "InvalidDefinition", "Slot"]

# Keys of the disk form that are not props, so that no prop may be called so.
RESERVED_PROPERTIES: Final = frozenset({"definition", "extra", "slots"})
_MERGE_TYPES: Final[Mapping[str, str]] = {
    "map": "object",
    "set": "array",
    "list": "array",
    "text": "string",
}
_EXPRESSION: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["expr"],
    "maxProperties": 1,
    "properties": {"expr": {"type": "string"}},
}
_REFERENCE: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["ref"],
    "maxProperties": 1,
    "properties": {"ref": {"type": "string"}},
}


class InvalidDefinition(PeerError):
    """A definition that the meta-schema or its rules refuse; the text says where and why."""

    default_code = "definition_invalid"
    http_status = 422


class Slot:
    """A named place for children: which kinds or definitions it accepts, and how many."""

    __slots__ = ("accepts", "children_max", "name", "title")

    def __init__(self, name: str, raw: Mapping[str, Any]) -> None:
        self.name = name
        self.title: str = raw.get("title", name)
        self.accepts: tuple[str, ...] = tuple(raw["accepts"])
        self.children_max: int | None = raw.get("max")

    def takes(self, definition: Definition) -> bool:
        """Tell whether a node of *definition* may stand here."""
        return definition.kind in self.accepts or definition.id in self.accepts


class Definition:
    """One type of node. ``type`` is what nodes carry: the id and the major version."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.id: str = raw["id"]
        self.version: str = raw["version"]
        self.kind: str = raw["kind"]
        self.title: str = raw["title"]
        self.icon: str = raw.get("icon", "box")
        self.schema: Mapping[str, Any] = raw["schema"]
        self.type = f"{self.id}@{self.version.partition('.')[0]}"
        self.shape: Shape = compile_shape(self.schema)
        # JSON Schema lets an object have further members unless told otherwise; for props we want
        # a definition to say so, since an undeclared one is nearly always a slip of the pen.
        self.is_open = self.schema.get("additionalProperties", False) is not False
        self.slots = {name: Slot(name, slot) for name, slot in raw.get("slots", {}).items()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Definition:
        """Return the definition that *raw* (self-contained) describes.

        Raises ``InvalidDefinition`` with the place and the reason. Source: [MD3].
        """
        if not _META_DECIDES.is_valid(raw) or not jsonschema_rs.meta.is_valid(raw["schema"]):
            raise InvalidDefinition(_explained(raw))
        definition = cls(raw)
        for fault in definition._broken_rules():
            raise InvalidDefinition(f"{definition.type}: {fault}")
        try:
            definition._validator  # noqa: B018
        except (ValueError, jsonschema_rs.ValidationError) as error:
            # A pattern that does not compile is found only here.
            raise InvalidDefinition(f"{definition.type}: {error}") from None
        return definition

    def to_json(self) -> dict[str, Any]:
        """Return the definition as JSON, self-contained."""
        return dict(self._raw)

    def merge(self, prop: str) -> Merge:
        """Return how concurrent edits of *prop* combine; an undeclared one is ``lww``."""
        shape = self.shape.properties.get(prop)
        return "lww" if shape is None else shape.merge

    def property(self, prop: str) -> Shape | None:
        """Return the shape of *prop*, ``None`` if the definition does not declare it."""
        return self.shape.properties.get(prop) or (
            self.shape.member(prop) if self.is_open else None
        )

    def faults(self, view: Json) -> Iterator[jsonschema_rs.ValidationError]:
        """Validate props as they stand on disk; expressions and references count as valid.

        *view* must be plain JSON. Source: [MD6].
        """
        return self._validator.iter_errors(view)

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            _with_expressions(self.schema, is_property=False),
            validate_formats=True,
            # By default the library fetches http:// and file:// references.
            retriever=_refuse_retrieval,
            # A tenant's pattern must not be able to backtrack for ever.
            pattern_options=jsonschema_rs.RegexOptions(),
        )

    def _broken_rules(self) -> Iterator[str]:
        for name in self.schema.get("required", ()):
            if name in self.shape.properties and self.shape.properties[name].default is not MISSING:
                yield f"{name}: what has a default is never missing, so it is not required"
        for name, shape in self.shape.properties.items():
            if name in RESERVED_PROPERTIES or (self.kind == "step" and name == "type"):
                yield f"the property {name!r} has the name of a key of the disk form"
            if name == "id" and self.kind != "application":
                yield "the property 'id' has the name of a key of the disk form"
            if name in self.slots:
                yield f"{name!r} is both a property and a slot"
            yield from _broken_shape_rules(shape, name, self.schema["properties"][name])


_META_DECIDES: Final = jsonschema_rs.Draft202012Validator(META_SCHEMA)
_META_EXPLAINS: Final = jsonschema.Draft202012Validator(META_SCHEMA)


def _explained(raw: Json) -> str:
    """Return why the meta-schema refuses *raw*, in the words of the slower library."""
    error = best_match(_META_EXPLAINS.iter_errors(raw))
    place: list[str] = []
    if error is None:
        draft = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
        error = best_match(draft.iter_errors(raw["schema"]))
        place = ["schema"]
    if error is None:
        return "its schema is no JSON Schema of the draft 2020-12"
    return f"at /{'/'.join([*place, *map(str, error.absolute_path)])}: {error.message}"


def _refuse_retrieval(uri: str) -> Any:
    raise ValueError(f"a definition may not refer to {uri}")


def _broken_shape_rules(shape: Shape, place: str, schema: Any) -> Iterator[str]:
    """Yield what is wrong with a property and with everything in it."""
    try:
        check_key(place.rpartition("/")[2])
    except InvalidValue as error:
        yield f"{place}: {error.message}"
    if shape.merge != "lww":
        if shape.type_names != (_MERGE_TYPES[shape.merge],):
            yield f"{place}: x-merge {shape.merge!r} needs the type {_MERGE_TYPES[shape.merge]!r}"
        if shape.default is not MISSING:
            yield f"{place}: a {shape.merge} begins empty and has no default"
    if shape.merge == "set" and (shape.item is None or shape.item.type_names != ("string",)):
        yield f"{place}: the items of a set are strings"
    if shape.merge == "list" and shape.item is None:
        yield f"{place}: a list needs items"
    entry = shape.item if shape.merge == "list" and shape.has_entries else None
    if entry is not None and {"id", "order"} & entry.properties.keys():
        yield f"{place}: an entry's 'id' and 'order' are the server's"
    if shape.default is not MISSING and not _is_valid(shape.default, schema):
        yield f"{place}: the default {type_name(shape.default)} does not fit its own schema"
    for name in schema.get("required", ()) if isinstance(schema, Mapping) else ():
        if name in shape.properties and shape.properties[name].default is not MISSING:
            yield f"{place}/{name}: what has a default is never missing, so it is not required"
    # A register is one value, so nothing inside it can merge on its own.
    inner = _inner_shapes(shape, schema)
    for name, member, member_schema in inner:
        if shape.merge in ("lww", "set") and member.merge != "lww":
            yield f"{place}/{name}: x-merge inside a property that is one value"
        yield from _broken_shape_rules(member, f"{place}/{name}", member_schema)


def _inner_shapes(shape: Shape, schema: Any) -> Iterator[tuple[str, Shape, Any]]:
    for name, member in shape.properties.items():
        yield name, member, schema["properties"][name]
    if shape.additional is not None:
        yield "*", shape.additional, schema["additionalProperties"]
    if shape.item is not None:
        if shape.merge == "list" and shape.has_entries:
            # The entry is a container itself, so its members may merge.
            for name, member in shape.item.properties.items():
                yield name, member, schema["items"]["properties"][name]
        else:
            yield "-", shape.item, schema["items"]


def _is_valid(value: Json, schema: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


def _with_expressions(schema: Any, *, is_property: bool) -> Any:
    """Return *schema* such that an expression satisfies it wherever a value may stand.

    ``if``/``else`` is used and not ``anyOf``, because the errors of ``else`` come out as they are,
    with their own keyword and place. Conditions (``if``, ``not``) stay as written: a property that
    is an expression is not equal to the constant they ask for.
    """
    if not isinstance(schema, Mapping):
        return schema
    relaxed = dict(schema)
    if "properties" in schema:
        relaxed["properties"] = {
            name: _with_expressions(member, is_property=True)
            for name, member in schema["properties"].items()
        }
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            relaxed[keyword] = _with_expressions(schema[keyword], is_property=True)
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            relaxed[keyword] = [
                _with_expressions(branch, is_property=False) for branch in schema[keyword]
            ]
    for keyword in ("then", "else"):
        if keyword in schema:
            relaxed[keyword] = _with_expressions(schema[keyword], is_property=False)
    if not is_property:
        return relaxed
    allowed = [_EXPRESSION, _REFERENCE] if "x-ref" in schema else [_EXPRESSION]
    return {"if": {"anyOf": allowed}, "else": relaxed}
