"""Which computed fields depend on what. SPEC: section DA. Made by ``migration``; read by
``recomputing``.

An expression's paths say what it reads: ``record.lines.map(l, l.total).sum()`` reads the list of
lines (so it depends on who refers to the record) and the field total of each. From that follows,
for every change of a field, whose computed fields may be another: one walks the path backwards.

Fields are computed in the order of their dependencies; those that depend on themselves, directly or
over others, are none, and neither are those that read whole models (every change would concern
every record) or ``updatedAt`` (which computing changes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from runtime.data.layout import Layout, ModelTable, StoredField
from runtime.data.paths import Hop, Need, Route, need_of, resolve
from runtime.data.storage import Shape
from runtime.expressions.ast import Path
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.types import Type
from runtime.limits import COMPUTED_CHAIN_MAX
from runtime.parts import Fault, FieldType

__all__ = ["Computation", "Computations", "Trigger", "plan_computations"]

_ROOT = "record"
# Within a fingerprint, so that what an older version computed is computed again.
_VERSION = "1"


@dataclass(frozen=True, eq=False)
class Trigger:
    """A change of *field* of *table* concerns *computation*.

    The computation's records are found by walking ``hops_back`` (the last hop first) from those of
    *table*; with *is_member* from the old and the new owner of a list, which *field* makes.
    """

    computation: Computation
    hops_back: tuple[Hop, ...]
    table: ModelTable
    field: StoredField
    is_member: bool


@dataclass(frozen=True, eq=False)
class Computation:
    """A computed field that can be computed, and what it needs."""

    table: ModelTable
    field: StoredField
    source: str
    need: Need
    routes: tuple[Route, ...]
    fingerprint: str

    @property
    def key(self) -> tuple[str, str]:
        """The ids of its model and its field."""
        return self.table.model.id, self.field.field.id


@dataclass(frozen=True, eq=False)
class Computations:
    """All computed fields in the order of computing, what triggers them, and those that fail.

    ``broken`` are the messages by the ids of model and field of those that have no value.
    """

    ordered: tuple[Computation, ...] = ()
    triggers: Mapping[tuple[str, str], tuple[Trigger, ...]] = field(default_factory=dict)
    of_model: Mapping[str, tuple[Computation, ...]] = field(default_factory=dict)
    broken: Mapping[tuple[str, str], str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def plan_computations(layout: Layout, engine: Engine) -> Computations:
    """Return the computed fields of *layout* in order; what cannot be computed is a fault."""
    return _Planner(layout, engine).plan()


class _Planner:
    def __init__(self, layout: Layout, engine: Engine) -> None:
        self._layout = layout
        self._engine = engine
        self._faults: list[Fault] = []
        self._broken: dict[tuple[str, str], str] = {}
        self._drafts: dict[tuple[str, str], _Draft] = {}
        self._done: dict[tuple[str, str], Computation] = {}

    def plan(self) -> Computations:
        for table in self._layout.tables.values():
            for stored in table.fields:
                if stored.field.computed:
                    self._draft(table, stored)
        for key in list(self._drafts):
            self._finish(key, ())
        ordered = tuple(self._done.values())
        of_model: dict[str, list[Computation]] = {}
        triggers: dict[tuple[str, str], list[Trigger]] = {}
        for item in ordered:
            of_model.setdefault(item.table.model.id, []).append(item)
            for trigger in _triggers(item):
                key = (trigger.table.model.id, trigger.field.field.id)
                triggers.setdefault(key, []).append(trigger)
        return Computations(
            ordered,
            {key: tuple(items) for key, items in triggers.items()},
            {key: tuple(items) for key, items in of_model.items()},
            self._broken,
            tuple(self._faults),
        )

    def _fault(self, table: ModelTable, stored: StoredField, code: str, message: str) -> None:
        self._broken[(table.model.id, stored.field.id)] = message
        self._faults.append(Fault(stored.field.id, ("computed",), code, message))

    def _draft(self, table: ModelTable, stored: StoredField) -> None:
        """Look at one expression by itself."""
        source = stored.field.computed
        if stored.field.type in (FieldType.REFERENCE, FieldType.FILE):
            text = f"a {stored.field.type} cannot be computed"
            self._fault(table, stored, "computed_type", text)
            return
        try:
            analysis = self._engine.analyse(source)
        except ExpressionError as error:
            self._fault(table, stored, error.code, error.message)
            return
        if "models" in analysis.roots:
            text = "a computed field reads its record and what belongs to it, not whole models"
            self._fault(table, stored, "computed_models", text)
            return
        tails = [path[1:] for path in analysis.paths if path[0] == _ROOT]
        routes = [route for tail in tails if (route := resolve(self._layout, table, tail))]
        if any(route.field and route.field.field.id == "updatedAt" for route in routes):
            text = "a computed field cannot read updatedAt, which computing changes"
            self._fault(table, stored, "computed_updated", text)
            return
        self._check(table, stored)
        draft = _Draft(table, stored, tuple(tails), tuple(routes))
        self._drafts[(table.model.id, stored.field.id)] = draft

    def _check(self, table: ModelTable, stored: StoredField) -> None:
        """Tell early what types do not go together; the value itself decides in the end."""
        scope = {_ROOT: Type.of_record(table.model.id), "enums": self._layout.schema.enums_type}
        try:
            self._engine.check(stored.field.computed, scope, self._layout.schema)
        except ExpressionError as error:
            self._faults.append(Fault(stored.field.id, ("computed",), error.code, error.message))

    def _finish(self, key: tuple[str, str], above: tuple[tuple[str, str], ...]) -> str | None:
        """Put a computation after those it reads; return its fingerprint, None if it has none."""
        if key in self._done:
            return self._done[key].fingerprint
        draft = self._drafts.get(key)
        if draft is None or key in self._broken:
            return None
        if len(above) > COMPUTED_CHAIN_MAX:
            text = f"more than {COMPUTED_CHAIN_MAX} computed fields build on each other here"
            self._fault(draft.table, draft.stored, "computed_chain", text)
            return None
        if key in above:
            for member in above[above.index(key) :]:
                self._cycle(member, above[above.index(key) :])
            return None
        digest = hashlib.sha256()
        digest.update(repr((_VERSION, draft.stored.field.computed)).encode())
        digest.update(repr((Shape.of(draft.stored.field), draft.stored.field.values)).encode())
        for route in draft.routes:
            for hop in route.hops:
                digest.update(repr((hop.name, hop.reference.column.name)).encode())
            if route.field is not None:
                digest.update(repr((route.field.field.name, str(route.field.column))).encode())
                inner = self._finish((route.table.model.id, route.field.field.id), (*above, key))
                digest.update((inner or "").encode())
        if key in self._broken:
            return None
        self._done[key] = Computation(
            draft.table,
            draft.stored,
            draft.stored.field.computed,
            need_of(self._layout, draft.table, draft.tails),
            draft.routes,
            digest.hexdigest(),
        )
        return self._done[key].fingerprint

    def _cycle(self, key: tuple[str, str], cycle: tuple[tuple[str, str], ...]) -> None:
        if key in self._broken:
            return
        names = " → ".join(
            f"{draft.table.model.name}.{draft.stored.field.name}"
            for draft in (self._drafts[member] for member in cycle)
        )
        draft = self._drafts[key]
        text = f"this field depends on itself: {names}"
        self._fault(draft.table, draft.stored, "computed_cycle", text)


@dataclass(frozen=True, eq=False)
class _Draft:
    table: ModelTable
    stored: StoredField
    tails: tuple[Path, ...]
    routes: tuple[Route, ...]


def _triggers(item: Computation) -> list[Trigger]:
    found = []
    for route in item.routes:
        for position, hop in enumerate(route.hops):
            back = tuple(reversed(route.hops[:position]))
            table = hop.target if hop.is_list else hop.source
            found.append(Trigger(item, back, table, hop.reference, hop.is_list))
        if route.field is not None:
            back = tuple(reversed(route.hops))
            found.append(Trigger(item, back, route.table, route.field, False))
    return found
