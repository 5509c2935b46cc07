"""The sample records that a template brings along, written into the tables of its application.

People may have changed the application since: a record whose model is gone is left out, as is a
value whose field is gone or does not take it any more, and a record that then lacks what is
required. What was left out is noted. SPEC: section DA. Called by ``room``, in a writing
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runtime.data.changes import Changes
from runtime.data.defaults import default_of
from runtime.data.identifiers import Identifiers
from runtime.data.layout import ModelTable, StoredField
from runtime.data.records import Record
from runtime.data.samples import Generated, in_order
from runtime.data.validation import field_faults, is_empty
from runtime.data.values import BadValue, milliseconds, moment, read_value
from runtime.expressions.values import Value
from runtime.parts import FieldType

__all__ = ["Records", "write_template_records"]

Records = Mapping[str, Sequence[Mapping[str, Any]]]


def write_template_records(
    changes: Changes, identifiers: Identifiers, records: Records
) -> Generated:
    """Write *records* (by the name of their model) and return how many by model id.

    Each has ``values`` by field name; a reference's value is the ``key`` of another record.
    """
    return _Writer(changes, identifiers, records).run()


class _Writer:
    def __init__(self, changes: Changes, identifiers: Identifiers, records: Records) -> None:
        self._changes = changes
        self._identifiers = identifiers
        self._records = records
        self._ids: dict[str, str] = {}
        self._made = Generated()

    def run(self) -> Generated:
        for table in in_order(self._changes.layout.tables):
            written = []
            for given in self._records.get(table.model.name, ()):
                record = self._record(table, given["values"])
                if record is not None:
                    written.append(record)
                    self._ids[given.get("key", "")] = record.id
            self._changes.insert(table, written)
            self._made[table.model.id] = len(written)
        return self._made

    def _record(self, table: ModelTable, given: Mapping[str, Any]) -> Record | None:
        values: dict[str, Value] = {}
        for item in table.fields:
            field = item.field
            values[field.name] = (
                None if field.computed else self._value(table, item, given.get(field.name))
            )
            if field.is_required and not field.computed and is_empty(values[field.name]):
                self._note(f"a {table.model.name} is left out: {field.name} is required")
                return None
        record_id, created_ms = self._identifiers.next(milliseconds(self._changes.now))
        created = moment(created_ms)
        actor = self._changes.actor.user
        return Record(table.model.id, record_id, 1, created, created, actor, values)

    def _value(self, table: ModelTable, item: StoredField, given: Any) -> Value:
        field = item.field
        raw = self._ids.get(given) if field.type is FieldType.REFERENCE else given
        try:
            if raw is None:
                default = default_of(field, self._changes.sight.engine, self._changes.now)
                is_generated = field.type is FieldType.UUID and field.is_required
                return self._identifiers.random() if default is None and is_generated else default
            value = read_value(field, raw)
        except BadValue:
            value = None
        if value is not None and not any(field_faults(field, value)):
            return value
        self._note(f"{table.model.name}.{field.name} is left out: its rules are others by now")
        return None

    def _note(self, text: str) -> None:
        if text not in self._made.notes:
            self._made.notes.append(text)
