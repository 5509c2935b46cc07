"""Paths through references and lists. SPEC: section DA. Called by whatever reads beyond a record.

``customer.name`` in a question and ``("lines", "*", "product", "sku")`` in an expression lead from
a model over *hops* (a reference, or an inverse list) to a field.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from runtime.data.layout import Layout, List, ModelTable, StoredField
from runtime.parts import FieldType

__all__ = ["Hop", "Need", "Route", "need_of", "resolve"]

EACH = "*"


@dataclass(frozen=True, eq=False)
class Hop:
    """One step from *source* to *target* over a reference of the source, or of the target's."""

    name: str
    source: ModelTable
    target: ModelTable
    reference: StoredField
    is_list: bool


@dataclass(frozen=True, eq=False)
class Route:
    """Where a path leads: over *hops* to *table*, and there to a field; None for the record."""

    hops: tuple[Hop, ...]
    table: ModelTable
    field: StoredField | None


def hop_from(layout: Layout, table: ModelTable, name: str) -> Hop | None:
    """Return the step that *name* is on records of *table*; None if it leads to no record."""
    stored = table.by_name.get(name)
    if stored is not None:
        target = layout.tables.get(stored.field.model)
        if stored.field.type is not FieldType.REFERENCE or target is None:
            return None
        return Hop(name, table, target, stored, is_list=False)
    inverse: List | None = layout.lists.get(table.model.id, {}).get(name)
    if inverse is None:
        return None
    return Hop(name, table, layout.tables[inverse.model], inverse.reference, is_list=True)


def resolve(layout: Layout, table: ModelTable, tail: Iterable[str]) -> Route | None:
    """Return where an expression's path leads; None if a name on it is unknown.

    Names behind a field that is no reference belong to its value and are not looked at.
    """
    hops: list[Hop] = []
    for name in tail:
        if name == EACH:
            continue
        hop = hop_from(layout, table, name)
        if hop is None:
            stored = table.by_name.get(name)
            return None if stored is None else Route(tuple(hops), table, stored)
        hops.append(hop)
        table = hop.target
    return Route(tuple(hops), table, None)


@dataclass(slots=True)
class Need:
    """What expressions read of a record: names of its fields, and what of records beyond.

    ``is_whole`` says that the record itself is a value of the expression, so all its fields are.
    """

    names: set[str] = field(default_factory=set)
    beyond: dict[str, Need] = field(default_factory=dict)
    is_whole: bool = False


def need_of(layout: Layout, table: ModelTable, tails: Iterable[Iterable[str]]) -> Need:
    """Return what these paths need of records of *table*; unknown names are left out."""
    need = Need()
    for tail in tails:
        here, at = need, table
        for name in tail:
            if name == EACH:
                continue
            hop = hop_from(layout, at, name)
            if hop is None:
                if name in at.by_name:
                    here.names.add(name)
                break
            here = here.beyond.setdefault(name, Need())
            at = hop.target
        else:
            here.is_whole = True
    return need
