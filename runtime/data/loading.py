"""Records with what is around them, for expressions and for expansion. SPEC: section DA.

One statement a hop and batch, however many records: no query per record. What an asker may not see
is not brought along: a hidden field is missing, a reference to a hidden record is its id alone.
Called by ``recomputing``, ``querying`` and ``room``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from runtime.data.errors import DataLimit
from runtime.data.layout import ModelTable
from runtime.data.paths import Hop, Need, hop_from
from runtime.data.records import Record
from runtime.data.sight import Sight
from runtime.expressions.values import RecordValue, Value
from runtime.limits import LOADED_RECORDS_MAX
from runtime.parts import FieldType

__all__ = ["Loader"]

_HEAD: Final = frozenset({"id", "createdAt", "updatedAt", "createdBy"})


class Loader:
    """Loads within one transaction, for one question, up to a bound on records."""

    def __init__(
        self,
        connection: Connection,
        sight: Sight,
        *,
        records_max: int = LOADED_RECORDS_MAX,
    ) -> None:
        self._connection = connection
        self._layout = sight.layout
        self._sight = sight
        self._left = records_max

    def load(self, table: ModelTable, records: Sequence[Record], need: Need) -> list[RecordValue]:
        """Return *records* of *table* as values, in their order, with what *need* asks for."""
        around = {
            name: self._around(table, records, name, deeper) for name, deeper in need.beyond.items()
        }
        hidden = self._sight.hidden(table)
        names = [
            item.field.name
            for item in table.fields
            if (need.is_whole or item.field.name in need.names) and item.field.id not in hidden
        ]
        references = {
            item.field.name: item.field.model
            for item in table.references
            if item.field.name in names
        }
        files = {item.field.name for item in table.fields if item.field.type is FieldType.FILE}
        # Of many records that are computed, hardly any is asked for these.
        has_head = need.is_whole or not need.names.isdisjoint(_HEAD)
        loaded = []
        for record in records:
            fields: dict[str, Value] = self._head(record, hidden) if has_head else {}
            for name in names:
                value = record.values.get(name)
                if value is None:
                    continue
                if name in references:
                    value = RecordValue(str(value), references[name], {"id": value})
                elif name in files and isinstance(value, Mapping):
                    value = value.get("name")
                fields[name] = value
            for name, found in around.items():
                if record.id in found:
                    fields[name] = found[record.id]
            loaded.append(RecordValue(record.id, record.model, fields))
        return loaded

    def expand(self, table: ModelTable, records: Sequence[Record], need: Need) -> list[Record]:
        """Return *records* with ``expanded`` filled as *need* asks, whatever its names say."""
        found = [
            (hop, *self._fetch(hop, records), deeper)
            for name, deeper in need.beyond.items()
            if (hop := self._hop(table, name)) is not None
        ]
        added: list[dict[str, Any]] = [{} for _ in records]
        for hop, owners, others, deeper in found:
            filled = self.expand(hop.target, others, deeper)
            if hop.is_list:
                lists: dict[str, list[Record]] = {record.id: [] for record in records}
                for owner, item in zip(owners, filled, strict=True):
                    lists[owner].append(item)
                for entry, record in zip(added, records, strict=True):
                    entry[hop.name] = tuple(lists[record.id])
            else:
                by_id = {item.id: item for item in filled}
                for entry, record in zip(added, records, strict=True):
                    target = by_id.get(str(record.values.get(hop.name)))
                    if target is not None:
                        entry[hop.name] = target
        return [
            replace(record, expanded=entry) if entry else record
            for record, entry in zip(records, added, strict=True)
        ]

    def _around(
        self, table: ModelTable, records: Sequence[Record], name: str, need: Need
    ) -> dict[str, Value]:
        """Return what the field or list *name* is for each record, by the record's id."""
        hop = self._hop(table, name)
        if hop is None:
            return {}
        owners, others = self._fetch(hop, records)
        values = self.load(hop.target, others, need)
        if hop.is_list:
            lists: dict[str, Any] = {record.id: [] for record in records}
            for owner, value in zip(owners, values, strict=True):
                lists[owner].append(value)
            return lists
        by_id = {value.id: value for value in values}
        found: dict[str, Value] = {}
        for record in records:
            target = record.values.get(name)
            if isinstance(target, str):
                # Somebody who may not see the record still sees that there is one.
                unseen = RecordValue(target, hop.target.model.id, {"id": target})
                found[record.id] = by_id.get(target, unseen)
        return found

    def _hop(self, table: ModelTable, name: str) -> Hop | None:
        hop = hop_from(self._layout, table, name)
        return None if hop is None or self._sight.hides(hop) else hop

    def _fetch(self, hop: Hop, records: Sequence[Record]) -> tuple[list[str], list[Record]]:
        """Return the records behind a hop, and for a list whose they are."""
        table = hop.target
        if hop.is_list:
            ids: Iterable[Any] = (record.id for record in records)
            column = hop.reference.column
        else:
            ids = (record.values.get(hop.name) for record in records)
            column = table.table.c.id
        wanted = sorted({item for item in ids if item is not None})
        if not wanted:
            return [], []
        found = self._sight.records(
            self._connection, table, self._sight.dialect.among(column, wanted), self._left
        )
        self._left -= len(found)
        if self._left < 0:
            raise DataLimit(
                f"this reads more than {LOADED_RECORDS_MAX} other records",
                code="data_limit_loaded",
            )
        name = hop.reference.field.name
        owners = [str(item.values[name]) for item in found] if hop.is_list else []
        return owners, found

    @staticmethod
    def _head(record: Record, hidden: frozenset[str]) -> dict[str, Value]:
        head: dict[str, Value] = {
            "id": record.id,
            "createdAt": record.created_at,
            "updatedAt": record.updated_at,
            "createdBy": record.created_by,
        }
        return {name: value for name, value in head.items() if name not in hidden}
