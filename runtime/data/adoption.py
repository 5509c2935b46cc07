"""What became of the data when the model changed. SPEC: section DA. Made by ``migration``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.parts import Fault

__all__ = ["Adoption", "Pending", "PendingKind"]


class PendingKind(StrEnum):
    """What waits for an answer."""

    MODEL_REMOVED = "model_removed"
    FIELD_REMOVED = "field_removed"
    FIELD_CONVERTED = "field_converted"
    UNIQUE = "unique"


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that would lose data and is therefore not done before it is confirmed.

    ``node`` is the id of the data model, field or index, ``name`` what it is or was called
    (``Model`` or ``Model.field``),
    ``count`` how many records have values that would be lost, ``examples`` some of those values as
    texts, ``message`` says all of it to people. To confirm a ``unique`` is to try again: the
    duplicates are for people to mend.
    """

    id: str
    kind: PendingKind
    node: str
    name: str
    message: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a migration did. ``statements`` is empty if the tables were as they should be.

    ``faults`` are parts of the model that do not go with the data or with each other: a computed
    field in a cycle, a required field that records leave empty, a unique one with duplicates.
    """

    statements: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    pending: tuple[Pending, ...] = ()
