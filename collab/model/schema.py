"""Shapes: what a definition's JSON Schema says about the structure of one property.

A definition describes its props as they stand on disk, in JSON Schema with ``x-merge`` (how
concurrent edits combine) and ``x-ref`` (this string names a node). Walking raw JSON Schema for
each edit would be slow and would spread its rules over reader, writer, checks and adoption; so it
is compiled once into a tree of :class:`Shape`, which says for every place in a property

- how it is held in the live form (``merge``),
- which JSON types may stand there, apart from an expression, which may stand anywhere,
- what its members, entries or items look like.

Ranges, patterns, formats and what is required are left out: they make problems, not refusals, and
are the business of the full JSON Schema (``registry.Definition.faults``).
SPEC: section MD. Called by every module of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from collab.values import Json, json_equal

__all__ = [
    "ANY",
    "MISSING",
    "Merge",
    "Reference",
    "Shape",
    "compile_shape",
    "is_default",
    "is_expression",
    "is_reference",
    "type_name",
]

Merge: TypeAlias = Literal["lww", "map", "set", "list", "text"]

# Tells an absent default from the default null.
MISSING: Final = object()

_PYTHON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """What a place marked ``x-ref`` may name.

    ``to`` is the id of the definition of the target (``DataModel``). ``within`` limits the names
    to one parent: ``".."`` is the parent of the node itself, ``"/a/b"`` a reference at that place
    in the node's props, ``"a"`` one beside it in the same object, ``"page"`` the node's page.
    ``also`` holds names that stand for themselves; with ``is_path`` so does a dotted path.
    """

    to: str
    within: str | None = None
    also: frozenset[str] = frozenset()
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The structure of one place in a property; see the module's text.

    ``types`` are the exact Python types of a plain value, or ``None`` for any. ``is_closed`` says
    that an object has no members but ``properties``; otherwise ``additional`` describes others.
    ``item`` is the shape of an array's items, or of a list's entries. ``variants`` holds the
    branches of ``anyOf`` and ``oneOf``: a value has to fit at least one.
    """

    merge: Merge = "lww"
    types: frozenset[type] | None = None
    type_names: tuple[str, ...] = ()
    properties: Mapping[str, Shape] = field(default_factory=dict)
    additional: Shape | None = None
    is_closed: bool = False
    item: Shape | None = None
    variants: tuple[Shape, ...] = ()
    reference: Reference | None = None
    default: Any = MISSING
    has_references: bool = False

    @property
    def has_entries(self) -> bool:
        """Whether a list's entries are objects; otherwise each entry holds a ``value``."""
        return self.item is not None and self.item.types == frozenset({dict})

    def member(self, key: str) -> Shape | None:
        """Return the shape of the member *key* of an object, ``None`` if it may not be there."""
        shape = self.properties.get(key)
        if shape is not None:
            return shape
        return None if self.is_closed else self.additional or ANY

    def variant(self, value: Json) -> Shape:
        """Return the branch that *value*'s JSON type fits, or this shape if it has none."""
        for variant in self.variants:
            if variant.types is None or type(value) in variant.types:
                return variant
        return self


ANY: Final = Shape()


def compile_shape(schema: Mapping[str, Any] | bool) -> Shape:
    """Return the shape of a self-contained schema (``registry`` has expanded its ``$ref``)."""
    if isinstance(schema, bool):
        return ANY
    names = _type_names(schema)
    types = None
    if names:
        types = frozenset(kind for name in names for kind in _PYTHON_TYPES[name])
    properties = {
        key: compile_shape(member) for key, member in schema.get("properties", {}).items()
    }
    additional = schema.get("additionalProperties")
    item = schema.get("items")
    variants = tuple(
        compile_shape(branch) for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))
    )
    additional_shape = compile_shape(additional) if isinstance(additional, Mapping) else None
    item_shape = compile_shape(item) if isinstance(item, Mapping) else None
    reference = _reference(schema.get("x-ref"))
    inner = (*properties.values(), additional_shape, item_shape, *variants)
    return Shape(
        merge=schema.get("x-merge", "lww"),
        types=types,
        type_names=names,
        properties=properties,
        additional=additional_shape,
        is_closed=additional is False,
        item=item_shape,
        variants=variants,
        reference=reference,
        default=schema.get("default", MISSING),
        has_references=reference is not None
        or any(shape is not None and shape.has_references for shape in inner),
    )


def is_expression(value: Json) -> bool:
    """Tell whether *value*, plain or shared, is an expression: ``{"expr": text}`` and no more."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("expr"), str)


def is_default(value: Json, shape: Shape) -> bool:
    """Tell whether *value*, as it stands on disk, is what its definition gives anyway."""
    return shape.default is not MISSING and json_equal(value, shape.default)


def is_reference(value: Json) -> bool:
    """Tell whether *value* is a reference by id: ``{"ref": node id}`` and no more."""
    return type(value) is dict and len(value) == 1 and type(value.get("ref")) is str


def type_name(value: Json) -> str:
    """Return the JSON type of *value* as people call it; an integral number is an integer."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "object" if isinstance(value, dict) else "array"


def _type_names(schema: Mapping[str, Any]) -> tuple[str, ...]:
    declared = schema.get("type", ())
    names = (declared,) if isinstance(declared, str) else tuple(declared)
    if not names and "enum" in schema:
        names = tuple(dict.fromkeys(type_name(value) for value in schema["enum"]))
    return names


def _reference(hint: Mapping[str, Any] | None) -> Reference | None:
    if hint is None:
        return None
    return Reference(
        to=hint["to"],
        within=hint.get("within"),
        also=frozenset(hint.get("also", ())),
        is_path=hint.get("paths", False),
    )
