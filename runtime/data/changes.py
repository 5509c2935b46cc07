"""One change of records with all that follows from it, in one transaction. SPEC: section DA.

Records are written at once, so that later statements see them; what computed fields, cascades and
the outbox need is remembered: every record as it was before the first and after the last write of
the transaction. Called by ``writing``, ``deleting`` and ``samples``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, delete, insert, update

from runtime.data.computed import Computation, Computations
from runtime.data.errors import DataLimit
from runtime.data.layout import Layout, ModelTable
from runtime.data.recomputing import compute, concerned
from runtime.data.records import Actor, ChangeKind, Record, RecordChange
from runtime.data.sight import Sight
from runtime.limits import CHANGED_RECORDS_MAX, DATA_BATCH_RECORDS

__all__ = ["Changes"]

Key = tuple[str, str]
Item = TypeVar("Item")


class Changes:
    """The unit of work of one transaction. *sight* sees everything; its moment is ``updatedAt``."""

    def __init__(
        self,
        connection: Connection,
        sight: Sight,
        computations: Computations,
        actor: Actor,
        *,
        depth: int = 0,
        records_max: int = CHANGED_RECORDS_MAX,
    ) -> None:
        self.connection = connection
        self.sight = sight
        self.actor = actor
        self.depth = depth
        self._computations = computations
        self._records_max = records_max
        # In the order of their first write, by the ids of model and record.
        self._before: dict[Key, Record | None] = {}
        self._after: dict[Key, Record | None] = {}

    @property
    def layout(self) -> Layout:
        return self.sight.layout

    @property
    def now(self) -> datetime:
        """The moment of the transaction."""
        return self.sight.now

    # --- reading ------------------------------------------------------------------------------

    def read(self, table: ModelTable, ids: Collection[str]) -> list[Record]:
        """Return the records of these ids that are there, as the transaction has made them."""
        found: dict[str, Record] = {}
        missing = []
        for item in ids:
            key = (table.model.id, item)
            if key in self._after:
                if (record := self._after[key]) is not None:
                    found[item] = record
            else:
                missing.append(item)
        for batch in _batches(missing):
            where = self.sight.dialect.among(table.table.c.id, batch)
            rows = self.connection.execute(table.rows.where(where))
            found.update((row[0], table.record(row)) for row in rows)
        return [found[item] for item in ids if item in found]

    def current(self, table: ModelTable, record_id: str) -> Record | None:
        """Return a record as the transaction has made it; None if it was not written."""
        return self._after.get((table.model.id, record_id))

    # --- writing ------------------------------------------------------------------------------

    def insert(self, table: ModelTable, records: Sequence[Record]) -> None:
        """Write new records."""
        for record in records:
            self._note(record, None, record)
        for batch in _batches(records):
            rows = [table.row(record) for record in batch]
            self.connection.execute(insert(table.table), rows)

    def update(self, table: ModelTable, before: Sequence[Record], after: Sequence[Record]) -> None:
        """Write changed records; a record's version rises once in a transaction."""
        written = []
        for old, new in zip(before, after, strict=True):
            first = self._before.get((old.model, old.id), old)
            version = old.version if first is None else first.version + 1
            new = replace(new, version=version, updated_at=self.now)
            self._note(new, old, new)
            written.append(new)
        names = _changing(table, before, written)
        statement = (
            update(table.table)
            .where(table.table.c.id == bindparam("record_id"))
            .values({name: bindparam(name) for name in names})
        )
        for batch in _batches(written):
            rows = [{**table.row(record), "record_id": record.id} for record in batch]
            self.connection.execute(statement, rows)

    def delete(self, table: ModelTable, records: Sequence[Record]) -> None:
        """Remove records; who refers to them is the caller's business."""
        for record in records:
            self._note(record, record, None)
        for batch in _batches([record.id for record in records]):
            where = self.sight.dialect.among(table.table.c.id, batch)
            self.connection.execute(delete(table.table).where(where))

    def _note(self, record: Record, before: Record | None, after: Record | None) -> None:
        key = (record.model, record.id)
        self._before.setdefault(key, before)
        self._after[key] = after
        if len(self._before) > self._records_max:
            raise DataLimit(
                f"this would change more than {self._records_max} records at once",
                code="data_limit_changed",
            )

    # --- what follows -------------------------------------------------------------------------

    def finish(self) -> list[RecordChange]:
        """Compute what depends on what was written; return all changes in order.

        The numbers of the outbox are still 0.
        """
        self._recompute()
        changes = []
        for key, before in self._before.items():
            after = self._after[key]
            if before is None and after is None:
                continue
            kind = ChangeKind.UPDATED
            if before is None:
                kind = ChangeKind.CREATED
            elif after is None:
                kind = ChangeKind.DELETED
            elif before == after:
                continue
            changes.append(
                RecordChange(kind, key[0], key[1], before, after, self.actor, self.depth)
            )
        return changes

    def _recompute(self) -> None:
        """Compute in the order of dependencies; one pass, since what follows comes later."""
        if not self._computations.ordered:
            return
        waiting: dict[Computation, set[str]] = {}
        by_model: dict[str, list[Key]] = {}
        for key in self._before:
            by_model.setdefault(key[0], []).append(key)
        for model, keys in by_model.items():
            table = self.layout.tables[model]
            before, after = [self._before[key] for key in keys], [self._after[key] for key in keys]
            self._spread(waiting, table, before, after)
            created = {new.id for old, new in zip(before, after, strict=True) if new and not old}
            for item in self._computations.of_model.get(model, ()):
                waiting.setdefault(item, set()).update(created)
        for item in self._computations.ordered:
            for batch in _batches(sorted(waiting.pop(item, ()))):
                records = self.read(item.table, batch)
                changed = compute(self.connection, self.sight, item, records)
                if changed:
                    old = {record.id: record for record in records}
                    stale = [old[record.id] for record in changed]
                    self.update(item.table, stale, changed)
                    self._spread(waiting, item.table, stale, changed)

    def _spread(
        self,
        waiting: dict[Computation, set[str]],
        table: ModelTable,
        before: Sequence[Record | None],
        after: Sequence[Record | None],
    ) -> None:
        found = concerned(self.connection, self.sight, self._computations, table, before, after)
        for item in found:
            waiting.setdefault(item.computation, set()).update(item.records)


def _changing(table: ModelTable, before: Sequence[Record], after: Sequence[Record]) -> list[str]:
    """Return the keys of the columns to write: an index over others need not be touched."""
    pairs = list(zip(before, after, strict=True))
    return [
        *("version", "updated_at", "faults"),
        *(
            item.column.key
            for item in table.fields
            if any(
                old.values.get(item.field.name) != new.values.get(item.field.name)
                for old, new in pairs
            )
        ),
    ]


def _batches(items: Collection[Item]) -> Iterable[list[Item]]:
    listed = list(items)
    for start in range(0, len(listed), DATA_BATCH_RECORDS):
        yield listed[start : start + DATA_BATCH_RECORDS]
