"""The parts of an application, as frozen values. SPEC: section AM. Made by ``application``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = [
    "SYSTEM_FIELDS",
    "Connector",
    "DataModel",
    "Fault",
    "Field",
    "FieldType",
    "Grant",
    "Index",
    "Inverse",
    "Operation",
    "Role",
    "Step",
    "Workflow",
]

SYSTEM_FIELDS = ("id", "createdAt", "updatedAt", "createdBy")


class FieldType(StrEnum):
    """The types of fields."""

    UUID = "UUID"
    TEXT = "Text"
    EMAIL = "Email"
    URL = "Url"
    INTEGER = "Integer"
    DECIMAL = "Decimal"
    BOOLEAN = "Boolean"
    DATE = "Date"
    TIME = "Time"
    DATE_TIME = "DateTime"
    ENUM = "Enum"
    JSON = "Json"
    FILE = "File"
    REFERENCE = "Reference"


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that cannot be used, at *path* within the properties of *node*; for people.

    Of an expression ``source`` is what is written there, and ``start`` and ``end`` say where in
    it, in UTF-16 units.
    """

    node: str
    path: tuple[str | int, ...]
    code: str
    message: str
    source: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """A field. ``default`` is a value or ``{"expr": …}``; ``model`` is a target's id or empty.

    ``computed`` is the source of an expression over ``record``, or empty. ``on_delete`` is
    ``restrict``, ``cascade`` or ``clear``. ``validation`` is a rule's name or its limits.
    """

    id: str
    name: str
    type: FieldType
    is_required: bool = False
    is_unique: bool = False
    default: Any = None
    validation: str | Mapping[str, Any] | None = None
    values: tuple[str, ...] = ()
    precision: int = 18
    scale: int = 2
    model: str = ""
    on_delete: str = "restrict"
    inverse: str = ""
    computed: str = ""
    tags: frozenset[str] = frozenset()
    is_encrypted: bool = False

    @property
    def is_private(self) -> bool:
        """Whether its texts are left out of what is shown of workflows."""
        return self.is_encrypted or "PII" in self.tags


@dataclass(frozen=True, slots=True)
class Index:
    """An index over field ids or names of system fields."""

    id: str
    fields: tuple[str, ...]
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class DataModel:
    """A data model with a usable name; every field's name is usable and its own."""

    id: str
    name: str
    fields: tuple[Field, ...] = ()
    indexes: tuple[Index, ...] = ()

    def field(self, name_or_id: str) -> Field | None:
        """Return the field of this name or id, or None (also for system fields)."""
        return next((item for item in self.fields if name_or_id in (item.name, item.id)), None)


@dataclass(frozen=True, slots=True)
class Inverse:
    """The list *name* on the other side of the reference *field* of *model* (both ids)."""

    name: str
    model: str
    field: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may do: targets are ids, ``*`` or empty; fields are ids or system names.

    Empty ``fields`` means all; ``mask`` is hidden; ``filter`` is an expression's source or empty.
    """

    model: str = ""
    workflow: str = ""
    page: str = ""
    verbs: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    name: str
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a connector; ``props`` as in the live form (method, path, examples, …)."""

    id: str
    name: str
    props: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connector:
    id: str
    name: str
    type: str
    base_url: str = ""
    auth: Mapping[str, Any] = field(default_factory=dict)
    timeout: str = ""
    operations: tuple[Operation, ...] = ()

    def operation(self, operation_id: str) -> Operation | None:
        """Return the operation of this id, or None."""
        return next((item for item in self.operations if item.id == operation_id), None)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a workflow; ``props`` as in the live form, ``slots`` hold the steps within it."""

    id: str
    type: str
    name: str
    props: Mapping[str, Any] = field(default_factory=dict)
    slots: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow; ``trigger`` as in the live form, empty for one that is started by hand."""

    id: str
    name: str
    version: str = ""
    trigger: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
