"""Deleting a record, and what its referrers say to that. SPEC: section DA. Called by ``writing``.

First everything that would go is gathered, breadth first: a cascade takes its record along, however
often it is reached, so that cycles end. Only then is asked who refuses: a restricting reference
stops the deletion unless its own record goes as well. Then the references that are to be cleared
are, and the records go.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from sqlalchemy import func, select

from runtime.data.changes import Changes
from runtime.data.errors import DataLimit, RecordRestricted
from runtime.data.layout import ModelTable, StoredField
from runtime.data.records import Record
from runtime.limits import CHANGED_RECORDS_MAX, EXAMPLES_MAX

__all__ = ["delete_records"]

_CASCADE: Final = "cascade"
_CLEAR: Final = "clear"


def delete_records(changes: Changes, table: ModelTable, records: Collection[Record]) -> None:
    """Delete *records* with all that refers to them by cascade, or raise ``RecordRestricted``."""
    _Deletion(changes).run(table, records)


class _Deletion:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._layout = changes.layout
        # By model id: the records that go.
        self._going: dict[str, dict[str, Record]] = {}

    def run(self, table: ModelTable, records: Collection[Record]) -> None:
        self._gather(table, records)
        for model, going in self._going.items():
            for referrer, reference in self._layout.referrers.get(model, ()):
                if _action(reference) not in (_CASCADE, _CLEAR):
                    self._ask(self._layout.tables[model], going, referrer, reference)
        for model, going in self._going.items():
            for referrer, reference in self._layout.referrers.get(model, ()):
                if _action(reference) == _CLEAR:
                    self._clear(going, referrer, reference)
        for model, going in self._going.items():
            self._changes.delete(self._layout.tables[model], list(going.values()))

    def _gather(self, table: ModelTable, records: Collection[Record]) -> None:
        waiting = [(table, list(records))]
        while waiting:
            table, found = waiting.pop(0)
            going = self._going.setdefault(table.model.id, {})
            fresh = [record for record in found if record.id not in going]
            going.update((record.id, record) for record in fresh)
            if sum(map(len, self._going.values())) > CHANGED_RECORDS_MAX:
                raise DataLimit(
                    f"this would delete more than {CHANGED_RECORDS_MAX} records at once",
                    code="data_limit_changed",
                )
            if not fresh:
                continue
            for referrer, reference in self._layout.referrers.get(table.model.id, ()):
                if _action(reference) == _CASCADE:
                    ids = self._referring(referrer, reference, [item.id for item in fresh])
                    waiting.append((referrer, self._changes.read(referrer, ids)))

    def _ask(
        self,
        table: ModelTable,
        going: Collection[str],
        referrer: ModelTable,
        reference: StoredField,
    ) -> None:
        """Raise if a record that stays refers to one that goes and does not let it."""
        column, key = reference.column, referrer.table.c.id
        among = self._changes.sight.dialect.among
        where = [among(column, list(going))]
        leaving = self._going.get(referrer.model.id)
        if leaving:
            where.append(~among(key, list(leaving)))
        query = select(func.count(), func.min(key)).where(*where)
        count, first = self._changes.connection.execute(query).one()
        if first is None:
            return
        some = select(key).where(*where).order_by(key).limit(EXAMPLES_MAX)
        named = f"{count} record{'s' if count > 1 else ''} of {referrer.model.name}"
        raise RecordRestricted(
            f"{named} refer{'' if count > 1 else 's'} to this {table.model.name} "
            f"by {reference.field.name}: change or delete {'them' if count > 1 else 'it'} first",
            model=referrer.model.name,
            field=reference.field.name,
            records=tuple(self._changes.connection.scalars(some)),
            count=count,
        )

    def _clear(self, going: Collection[str], referrer: ModelTable, reference: StoredField) -> None:
        leaving = self._going.get(referrer.model.id, {})
        ids = self._referring(referrer, reference, going)
        before = self._changes.read(referrer, [item for item in ids if item not in leaving])
        name = reference.field.name
        after = [replace(item, values={**item.values, name: None}) for item in before]
        self._changes.update(referrer, before, after)

    def _referring(
        self, referrer: ModelTable, reference: StoredField, ids: Collection[str]
    ) -> list[str]:
        where = self._changes.sight.dialect.among(reference.column, list(ids))
        query = select(referrer.table.c.id).where(where).limit(CHANGED_RECORDS_MAX + 1)
        return list(self._changes.connection.scalars(query))


def _action(reference: StoredField) -> str:
    """Return what a reference does; one that must be filled in cannot be cleared."""
    if reference.field.on_delete == _CLEAR and reference.field.is_required:
        return "restrict"
    return reference.field.on_delete
