"""The types of expressions. SPEC: section EX. Made by ``schema`` and by who knows a scope.

A type is a name and what it is made of: ``Type.of_record(model id)``, ``Type.list_of(DECIMAL)``,
``Type.object({"status": STRING})`` for roots with named parts such as ``vars`` and ``params``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "BOOL",
    "BYTES",
    "DECIMAL",
    "DOUBLE",
    "DURATION",
    "DYN",
    "INT",
    "NULL",
    "STRING",
    "TIMESTAMP",
    "ModelType",
    "Schema",
    "Type",
]


@dataclass(frozen=True, slots=True)
class Type:
    """A type. ``model`` is the id of a record's data model; ``element`` that of a list or a map.

    ``name`` is ``bool``, ``int``, ``double``, ``decimal``, ``string``, ``bytes``, ``timestamp``,
    ``duration``, ``null``, ``dyn``, ``list``, ``map``, ``record`` or ``object``; every value but
    one of an operation that needs another may also be null.
    """

    name: str
    element: Type | None = None
    model: str = ""
    fields: Mapping[str, Type] = field(default_factory=dict)

    @classmethod
    def of_record(cls, model: str) -> Type:
        """Return the type of a record of, or a reference to, the data model of this id."""
        return cls("record", model=model)

    @classmethod
    def list_of(cls, element: Type) -> Type:
        """Return the type of a list of these."""
        return cls("list", element)

    @classmethod
    def map_of(cls, element: Type) -> Type:
        """Return the type of a map from texts to these."""
        return cls("map", element)

    @classmethod
    def object(cls, fields: Mapping[str, Type]) -> Type:
        """Return the type of a value with these parts and no others."""
        return cls("object", fields=dict(fields))

    def __str__(self) -> str:
        if self.element is not None:
            return f"{self.name}<{self.element}>"
        return self.name


BOOL = Type("bool")
BYTES = Type("bytes")
DECIMAL = Type("decimal")
DOUBLE = Type("double")
DURATION = Type("duration")
DYN = Type("dyn")
INT = Type("int")
NULL = Type("null")
STRING = Type("string")
TIMESTAMP = Type("timestamp")


@dataclass(frozen=True, slots=True)
class ModelType:
    """A data model's name and the types of its fields, system fields and inverse lists by name."""

    name: str
    fields: Mapping[str, Type] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schema:
    """The data models by id, and the values of their Enum fields by model name and field name."""

    models: Mapping[str, ModelType] = field(default_factory=dict)
    enums: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def models_type(self) -> Type:
        """The type of the root ``models``: for every model the list of all its records."""
        return Type.object(
            {model.name: Type.list_of(Type.of_record(key)) for key, model in self.models.items()}
        )

    @property
    def enums_type(self) -> Type:
        """The type of the root ``enums``: ``enums.Order.status`` is a list of texts."""
        return Type.object(
            {
                model: Type.object(dict.fromkeys(fields, Type.list_of(STRING)))
                for model, fields in self.enums.items()
            }
        )

    @property
    def enums_value(self) -> dict[str, dict[str, list[str]]]:
        """The value of the root ``enums``."""
        return {
            model: {name: list(values) for name, values in fields.items()}
            for model, fields in self.enums.items()
        }
