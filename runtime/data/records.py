"""Records and what changes them. SPEC: section DA. Used by everything above ``data``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from runtime.expressions.values import Value

__all__ = ["SYSTEM", "Actor", "ChangeKind", "Record", "RecordChange"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: ``user`` goes into ``createdBy``, ``name`` is for people."""

    user: str
    name: str = ""


# Who sample data and migrations are by.
SYSTEM = Actor("system:preview", "Preview")


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was at one moment. ``model`` is the data model's id.

    ``values`` hold every field by name: computed ones too, None for what is null, a reference as
    the id of its record, a Date or Time as an ISO text, a File as ``{"name", "type", "size",
    "digest"}``. ``expanded`` holds what was asked to be expanded, by the name of the reference (a
    Record; missing if it is null or may not be seen) or of the inverse list (a tuple of Records).
    ``faults`` say by field name why a computed field has no value; for people.
    """

    model: str
    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    created_by: str
    values: Mapping[str, Value] = field(default_factory=dict)
    expanded: Mapping[str, Record | tuple[Record, ...]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


class ChangeKind(StrEnum):
    """What happened to a record."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One committed change of one record.

    ``model`` and ``record`` are ids. ``before`` is None for a created record, ``after`` for a
    deleted one. ``depth`` is 0 for what people do and one more for each workflow in between.
    ``number`` orders the outbox; it is 0 for a change that no trigger waits for. Changes that
    follow from others (computed fields, cascades) are changes of their own.
    """

    kind: ChangeKind
    model: str
    record: str
    before: Record | None
    after: Record | None
    actor: Actor
    depth: int = 0
    number: int = 0
