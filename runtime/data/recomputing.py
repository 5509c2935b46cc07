"""Computing fields again, in the transaction of what they depend on. SPEC: section DA.

Fields are computed in the order of their dependencies, each for all records concerned at once, so
one pass is enough. A record's new values tell whose fields come next. Called by ``changes`` and
``migration``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from runtime.data.coercion import computed_value
from runtime.data.computed import Computation, Computations, Trigger
from runtime.data.errors import DataLimit
from runtime.data.layout import ModelTable
from runtime.data.loading import Loader
from runtime.data.paths import Hop
from runtime.data.records import Record
from runtime.data.sight import Sight
from runtime.data.values import BadValue
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import Value
from runtime.limits import CHANGED_RECORDS_MAX

__all__ = ["Concerned", "compute", "concerned"]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Records whose computed field may be another."""

    computation: Computation
    records: frozenset[str]


def compute(
    connection: Connection, sight: Sight, item: Computation, records: Sequence[Record]
) -> list[Record]:
    """Return those of *records* that change when *item* is computed for them, changed."""
    loader = Loader(connection, sight, records_max=CHANGED_RECORDS_MAX * 4)
    loaded = loader.load(item.table, records, item.need)
    values = sight.engine.evaluate_many(
        item.source,
        [{"record": value} for value in loaded],
        shared={"enums": sight.layout.schema.enums_value},  # type: ignore[dict-item]
        now=sight.now,
    )
    changed = []
    for record, given in zip(records, values, strict=True):
        after = _with(record, item, given)
        if after is not record:
            changed.append(after)
    return changed


def concerned(
    connection: Connection,
    sight: Sight,
    computations: Computations,
    table: ModelTable,
    before: Sequence[Record | None],
    after: Sequence[Record | None],
) -> list[Concerned]:
    """Return whose computed fields a change of records of *table* concerns.

    *before* and *after* are the same records in the same order, None where there is none.
    """
    found: list[Concerned] = []
    for stored in table.fields:
        for trigger in computations.triggers.get((table.model.id, stored.field.id), ()):
            starts = _starts(trigger, before, after)
            if starts:
                ids = walk_back(connection, sight, trigger.hops_back, starts)
                found.append(Concerned(trigger.computation, frozenset(ids)))
    return found


def _starts(
    trigger: Trigger, before: Sequence[Record | None], after: Sequence[Record | None]
) -> set[str]:
    """Return the ids of the records to walk back from: the changed ones, or owners of lists."""
    name = trigger.field.field.name
    starts: set[str] = set()
    for old, new in zip(before, after, strict=True):
        old_value = old.values.get(name) if old else None
        new_value = new.values.get(name) if new else None
        if old_value == new_value and (old is not None) == (new is not None):
            continue
        if trigger.is_member:
            starts.update(str(owner) for owner in (old_value, new_value) if owner is not None)
        elif old is not None and new is not None:
            # Nobody reads a record over references before it is there, or when it is gone; who
            # has it in a list is told by its membership, and its own fields by their creation.
            starts.add(new.id)
    return starts


def walk_back(connection: Connection, sight: Sight, hops: Iterable[Hop], ids: set[str]) -> set[str]:
    """Return the records from which *hops* (last one first) lead to *ids*."""
    for hop in hops:
        if not ids:
            return ids
        if hop.is_list:
            wanted, column = hop.target.table.c.id, hop.reference.column
        else:
            wanted, column = hop.reference.column, hop.source.table.c.id
        statement = (
            select(column)
            .where(sight.dialect.among(wanted, sorted(ids)), column.is_not(None))
            .distinct()
            .limit(CHANGED_RECORDS_MAX + 1)
        )
        ids = set(connection.scalars(statement))
        if len(ids) > CHANGED_RECORDS_MAX:
            raise DataLimit(
                f"computed fields of more than {CHANGED_RECORDS_MAX} records depend on this",
                code="data_limit_changed",
            )
    return ids


def _with(record: Record, item: Computation, given: Value | ExpressionError) -> Record:
    """Return *record* with the field computed; the same object if nothing is another."""
    name = item.field.field.name
    fault = None
    value: Value = None
    if isinstance(given, ExpressionError):
        fault = given.message
    else:
        try:
            value = computed_value(item.field.field, given)
        except BadValue as bad:
            fault = bad.message
    if fault is not None and item.field.cipher is not None:
        # The reason may name a value, and reasons are stored as they are.
        fault = "this encrypted field cannot be computed"
    if record.values.get(name) == value and record.faults.get(name) == fault:
        return record
    faults: dict[str, Any] = {key: text for key, text in record.faults.items() if key != name}
    if fault is not None:
        faults[name] = fault
    # As ``replace`` would, which takes longer than everything else here.
    return Record(
        record.model,
        record.id,
        record.version,
        record.created_at,
        record.updated_at,
        record.created_by,
        {**record.values, name: value},
        record.expanded,
        faults,
    )
