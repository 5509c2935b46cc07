"""Creating, changing and deleting one record. SPEC: section DA. Called by ``room``, within the
writing transaction.

All faults of a record are gathered before anything is written: what its fields say by themselves,
then what other records say (uniqueness, references).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from runtime.data.changes import Changes
from runtime.data.defaults import default_of
from runtime.data.deleting import delete_records
from runtime.data.errors import FieldFault, RecordConflict, RecordInvalid, RecordNotFound
from runtime.data.files import read_file
from runtime.data.identifiers import Identifiers
from runtime.data.layout import ModelTable, StoredField
from runtime.data.records import Record
from runtime.data.sight import Sight
from runtime.data.storage import is_sealed
from runtime.data.validation import REQUIRED, field_faults, is_empty
from runtime.data.values import BadValue, milliseconds, moment, read_value
from runtime.expressions.values import Value
from runtime.parts import Field, FieldType

__all__ = ["Writing"]


class Writing:
    """What may be written by an asker who sees *sight*, into one unit of work."""

    def __init__(self, changes: Changes, sight: Sight, room: int, identifiers: Identifiers) -> None:
        self._changes = changes
        self._sight = sight
        self._room = room
        self._identifiers = identifiers

    def create(self, table: ModelTable, raw: Mapping[str, Any]) -> str:
        """Write a new record and return its id."""
        faults: dict[str, list[FieldFault]] = {}
        values = self._read(table, raw, faults)
        for item in table.fields:
            name = item.field.name
            if name not in values and name not in faults:
                values[name] = self._default(item.field, faults)
        record_id, created_ms = self._identifiers.next(milliseconds(self._changes.now))
        record = Record(
            table.model.id,
            record_id,
            1,
            moment(created_ms),
            moment(created_ms),
            self._changes.actor.user,
            values,
        )
        self._check(table, record, None, faults)
        self._changes.insert(table, [record])
        self._check_sight(table, record)
        return record.id

    def update(
        self,
        table: ModelTable,
        record_id: str,
        raw: Mapping[str, Any],
        version: int | None,
        is_whole: bool,
    ) -> Record:
        """Change fields of a record and return what it was; no difference writes nothing."""
        before = self.find(table, record_id, version)
        faults: dict[str, list[FieldFault]] = {}
        values = self._read(table, raw, faults)
        if is_whole:
            hidden = self._sight.hidden(table)
            for item in table.fields:
                name = item.field.name
                is_open = not item.field.computed and item.field.id not in hidden
                if is_open and name not in values and name not in faults:
                    values[name] = self._default(item.field, faults)
        after = replace(before, values={**before.values, **values})
        self._check(table, after, before, faults)
        if after.values != before.values:
            self._changes.update(table, [before], [after])
            self._check_sight(table, after)
        return before

    def delete(self, table: ModelTable, record_id: str, version: int | None) -> None:
        """Delete a record, and what its referrers let go with it."""
        delete_records(self._changes, table, [self.find(table, record_id, version)])

    def find(self, table: ModelTable, record_id: str, version: int | None = None) -> Record:
        """Return a record that may be seen, or raise ``RecordNotFound`` or ``RecordConflict``."""
        found = self._sight.record(self._changes.connection, table, record_id)
        if found is None:
            raise RecordNotFound(f"there is no {table.model.name} of this id")
        if version is not None and version != found.version:
            raise RecordConflict(
                f"this {table.model.name} was changed meanwhile: it has version "
                f"{found.version} and not {version}",
                found.version,
            )
        return found

    # --- values -------------------------------------------------------------------------------

    def _read(
        self, table: ModelTable, raw: Mapping[str, Any], faults: dict[str, list[FieldFault]]
    ) -> dict[str, Value]:
        """Return the values of *raw* by name; what is wrong goes into *faults*."""
        hidden = self._sight.hidden(table)
        values: dict[str, Value] = {}
        for key, given in raw.items():
            item = table.find(key)
            if item is None or item.field.id in hidden:
                self._add(faults, key[:100], FieldFault("unknown", "is no field of this model"))
            elif item.is_system or item.field.computed:
                reason = "is computed" if item.field.computed else "is set by the system"
                text = f"{reason} and cannot be written"
                self._add(faults, item.field.name, FieldFault("read_only", text))
            else:
                self._read_one(item, given, values, faults)
        return values

    def _read_one(
        self,
        item: StoredField,
        given: Any,
        values: dict[str, Value],
        faults: dict[str, list[FieldFault]],
    ) -> None:
        field = item.field
        try:
            if field.type is FieldType.FILE and given is not None and given != "":
                value = read_file(self._changes.connection, self._room, given, item.cipher)
            else:
                value = read_value(field, given)
        except BadValue as bad:
            self._add(faults, field.name, FieldFault(bad.code, f"must be {bad.message}"))
            return
        found = list(field_faults(field, value))
        if found:
            faults.setdefault(field.name, []).extend(found)
        else:
            values[field.name] = value

    def _default(self, field: Field, faults: dict[str, list[FieldFault]]) -> Value:
        if field.computed:
            return None
        actor = self._changes.actor
        context: dict[str, Value] = {"user": {"id": actor.user, "name": actor.name}}
        try:
            value = default_of(field, self._sight.engine, self._changes.now, context)
        except BadValue as bad:
            text = f"has a default that must be {bad.message}"
            self._add(faults, field.name, FieldFault("default", text))
            return None
        is_uuid = field.type is FieldType.UUID and field.is_required and field.default is None
        return self._identifiers.random() if value is None and is_uuid else value

    # --- checks -------------------------------------------------------------------------------

    def _check(
        self,
        table: ModelTable,
        after: Record,
        before: Record | None,
        faults: dict[str, list[FieldFault]],
    ) -> None:
        """Raise ``RecordInvalid`` with everything that is wrong with *after*."""
        changed = {
            item.field.name
            for item in table.fields
            if item.field.name not in faults
            and not item.field.computed
            and (before is None or after.values[item.field.name] != before.values[item.field.name])
        }
        for item in table.fields:
            name = item.field.name
            # What was missing before and is not written now stays somebody else's to fill in.
            if name in changed and item.field.is_required and is_empty(after.values[name]):
                self._add(faults, name, REQUIRED)
        self._check_references(table, after, changed, faults)
        self._check_unique(table, after, changed, faults)
        if faults:
            raise RecordInvalid({name: tuple(found) for name, found in faults.items()})

    def _check_references(
        self,
        table: ModelTable,
        after: Record,
        changed: set[str],
        faults: dict[str, list[FieldFault]],
    ) -> None:
        for item in table.references:
            value = after.values.get(item.field.name)
            if item.field.name not in changed or value is None:
                continue
            target = self._changes.layout.tables[item.field.model]
            if self._sight.record(self._changes.connection, target, str(value)) is None:
                text = f"must be the id of a {target.model.name}; there is none of this id"
                self._add(faults, item.field.name, FieldFault("reference", text))

    def _check_unique(
        self,
        table: ModelTable,
        after: Record,
        changed: set[str],
        faults: dict[str, list[FieldFault]],
    ) -> None:
        for items in _unique_sets(table):
            names = [item.field.name for item in items]
            if not changed.intersection(names) or faults.keys() & set(names):
                continue
            values = [_value_of(item, after) for item in items]
            if any(value is None for value in values):
                continue
            same: list[ColumnElement[bool]] = [
                item.column == item.stored(value) for item, value in zip(items, values, strict=True)
            ]
            query = select(table.table.c.id).where(and_(*same), table.table.c.id != after.id)
            if self._changes.connection.scalar(query.limit(1)) is None:
                continue
            together = f" together with {' and '.join(names[1:])}" if names[1:] else ""
            text = f"is taken by another {table.model.name}{together}"
            self._add(faults, names[0], FieldFault("unique", text))

    def _check_sight(self, table: ModelTable, record: Record) -> None:
        """Refuse what the asker could not see afterwards: it would be a way around a grant."""
        if not self._sight.is_restricted(table):
            return
        if self._sight.record(self._changes.connection, table, record.id) is None:
            text = "this would be a record that you may not see"
            raise RecordInvalid({"": (FieldFault("restricted", text),)})

    @staticmethod
    def _add(faults: dict[str, list[FieldFault]], name: str, fault: FieldFault) -> None:
        faults.setdefault(name, []).append(fault)


def _unique_sets(table: ModelTable) -> list[list[StoredField]]:
    """Return the fields that are unique, alone or together."""
    sets = [
        [item]
        for item in table.fields
        if item.field.is_unique and not item.field.computed and not is_sealed(item.field)
    ]
    for index in table.model.indexes:
        if index.is_unique:
            found = [table.by_id[item] for item in index.fields if item in table.by_id]
            is_whole = len(found) == len(index.fields)
            if is_whole and found not in sets and not any(is_sealed(item.field) for item in found):
                sets.append(found)
    return sets


def _value_of(item: StoredField, record: Record) -> Value:
    match item.field.id:
        case "id":
            return record.id
        case "createdAt":
            return record.created_at
        case "updatedAt":
            return record.updated_at
        case "createdBy":
            return record.created_by
    return record.values[item.field.name]
