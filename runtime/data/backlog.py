"""Computed fields of records that are there already. SPEC: section DA.

Called by ``adopting``, within a migration, and by ``backfilling`` after it.

A field that is new, or reads what is new, has to be computed for every record. For few records
that is a part of the migration. For many it would keep every writer waiting for seconds, so the
migration only notes what is left, in the catalogue, where it outlives the process: behind the
field's fingerprint the id of the last record that was computed.

Whatever is written from then on computes its own values, as always. So a record is right when it
was either reached here or written since, and the order of the two does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update

from runtime.data.catalog import Catalog, FieldRow
from runtime.data.computed import Computation, Computations
from runtime.data.ddl import Steps
from runtime.data.layout import ModelTable
from runtime.data.recomputing import compute
from runtime.data.records import Record
from runtime.data.sight import Sight
from runtime.limits import DATA_BATCH_RECORDS

__all__ = ["Backlog", "Batch", "catch_up", "compute_batch", "stored_batch"]

_MARK: Final = ">"


@dataclass(frozen=True, eq=False)
class Backlog:
    """A field that is to be computed for all records behind the one with the id *after*.

    *number* is that of its column in the catalogue.
    """

    computation: Computation
    number: int
    after: str

    def mark(self, after: str | None) -> str:
        """Return what the catalogue says when *after* was the last one; None: all are done."""
        fingerprint = self.computation.fingerprint
        return fingerprint if after is None else f"{fingerprint}{_MARK}{after}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one model in the order of their ids; of *changed* some as they were before.

    *after* is where the next batch begins, None after the last one.
    """

    before: Sequence[Record]
    changed: Sequence[Record]
    after: str | None


def catch_up(
    steps: Steps, catalog: Catalog, sight: Sight, computations: Computations
) -> tuple[Backlog, ...]:
    """Compute what few records need, and return what is left, in the order to compute it."""
    at_once = _needed_by_unique(computations)
    left: dict[tuple[str, str], Backlog] = {}
    for item in computations.ordered:
        row = next(found for found in catalog.fields if found.column_name == item.field.column.key)
        if row.computed == item.fingerprint:
            continue
        waits = any(key in left for key in _inner(item))
        is_large = waits or _is_large(steps.connection, item.table)
        if is_large and item.key not in at_once:
            left[item.key] = _noted(catalog, row, item)
            continue
        catalog.set_field(row, computed=item.fingerprint)
        _compute_all(steps, sight, item)
    return tuple(left.values())


def compute_batch(
    connection: Connection, sight: Sight, item: Computation, after: str, count: int
) -> Batch:
    """Compute *item* for the next *count* records behind *after*; nothing is written."""
    key = item.table.table.c.id
    page = item.table.rows.where(key > after).order_by(key).limit(count)
    records = [item.table.record(found) for found in connection.execute(page)]
    changed = compute(connection, sight, item, records)
    ids = {record.id for record in changed}
    before = [record for record in records if record.id in ids]
    return Batch(before, changed, records[-1].id if len(records) == count else None)


def stored_batch(item: Computation, batch: Batch) -> tuple[Any, list[dict[str, Any]]]:
    """Return the statement that writes a batch, and its parameters for each record."""
    table = item.table
    statement = (
        update(table.table)
        .where(table.table.c.id == bindparam("record_id"))
        .values({item.field.column.key: bindparam("value"), "faults": bindparam("told")})
    )
    name = item.field.field.name
    return statement, [
        {
            "record_id": record.id,
            "value": item.field.stored_in(record.id, record.values[name]),
            "told": table.stored_faults(record),
        }
        for record in batch.changed
    ]


def _compute_all(steps: Steps, sight: Sight, item: Computation) -> None:
    after: str | None = ""
    while after is not None:
        batch = compute_batch(steps.connection, sight, item, after, DATA_BATCH_RECORDS)
        if batch.changed:
            steps.run(*stored_batch(item, batch))
        after = batch.after


def _noted(catalog: Catalog, row: FieldRow, item: Computation) -> Backlog:
    """Return what is left of a field, which goes on where it was when a process ended."""
    fingerprint, mark, after = row.computed.partition(_MARK)
    if not mark or fingerprint != item.fingerprint:
        after = ""
    left = Backlog(item, row.id, after)
    catalog.set_field(row, computed=left.mark(after))
    return left


def _needed_by_unique(computations: Computations) -> set[tuple[str, str]]:
    """Return the fields with unique values, and what they read: an index needs their values."""
    needed: set[tuple[str, str]] = set()
    for item in reversed(computations.ordered):
        model, field = item.table.model, item.field.field
        indexed = {name for index in model.indexes if index.is_unique for name in index.fields}
        if field.is_unique or field.id in indexed:
            needed.add(item.key)
        if item.key in needed:
            needed |= _inner(item)
    return needed


def _inner(item: Computation) -> set[tuple[str, str]]:
    """Return the keys of the fields that a computation reads."""
    return {
        (route.table.model.id, route.field.field.id)
        for route in item.routes
        if route.field is not None
    }


def _is_large(connection: Connection, table: ModelTable) -> bool:
    some = select(table.table.c.id).limit(DATA_BATCH_RECORDS + 1).subquery()
    return (connection.scalar(select(func.count()).select_from(some)) or 0) > DATA_BATCH_RECORDS
