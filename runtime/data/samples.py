"""Sample records of every model. SPEC: section DA. Called by ``room``, in a writing transaction.

Models come after those that they need, so that references lead to records; parts of something (a
required reference that cascades, with a list on the other side) come a few to each whole. The same
seed, model and day give the same values. What cannot be made (a pattern that is not understood, a
required reference to nothing) is left out and noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from sqlalchemy import func, select

from runtime.data.changes import Changes
from runtime.data.defaults import default_of
from runtime.data.identifiers import Identifiers
from runtime.data.layout import ModelTable, StoredField
from runtime.data.records import Record
from runtime.data.sample_values import sample_value
from runtime.data.validation import field_faults, is_empty, rules_of
from runtime.data.values import BadValue, milliseconds, moment, read_value
from runtime.expressions.values import Value
from runtime.parts import Field, FieldType

__all__ = ["PARTS_MAX", "Generated", "in_order", "make_samples"]

_ATTEMPTS: Final = 20
# Parts that a whole has: an order has one to four lines.
PARTS_MAX: Final = 4
# Records that references may lead to.
_TARGETS_MAX: Final = 1_000


class Generated(dict[str, int]):
    """How many records were made, by model id; ``notes`` say what was left out, for people."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []


def make_samples(
    changes: Changes, identifiers: Identifiers, *, seed: int, per_model: int
) -> Generated:
    """Write about *per_model* records of every model and return what was made."""
    return _Samples(changes, identifiers, seed, per_model).run()


class _Samples:
    def __init__(
        self, changes: Changes, identifiers: Identifiers, seed: int, per_model: int
    ) -> None:
        self._changes = changes
        self._identifiers = identifiers
        self._seed = seed
        self._per_model = per_model
        self._made = Generated()
        self._targets: dict[str, list[Record]] = {}

    def run(self) -> Generated:
        for table in in_order(self._changes.layout.tables):
            self._made[table.model.id] = self._model(table)
        return self._made

    def _model(self, table: ModelTable) -> int:
        count = select(func.count()).select_from(table.table)
        first = self._changes.connection.scalar(count) or 0
        chance = Random(f"{self._seed}/{table.model.name}/{first}")  # noqa: S311 - no secret.
        whole = _whole_of(table)
        owners = self._records(whole.field.model) if whole else []
        records: list[Record] = []
        taken: dict[str, set[Value]] = {}
        number = self._per_model if not whole else len(owners[-self._per_model :])
        for index in range(number):
            parts = chance.randint(1, PARTS_MAX) if whole else 1
            for _ in range(parts):
                fixed: dict[str, Value] = {}
                if whole is not None:
                    fixed[whole.field.name] = owners[index - number].id
                place = first + len(records) + 1
                record = self._record(table, place, chance, fixed, taken)
                if record is not None:
                    records.append(record)
        self._changes.insert(table, records)
        return len(records)

    def _record(
        self,
        table: ModelTable,
        place: int,
        chance: Random,
        fixed: dict[str, Value],
        taken: dict[str, set[Value]],
    ) -> Record | None:
        values: dict[str, Value] = {item.field.name: None for item in table.fields}
        values.update(fixed)
        around = self._refer(table, values, chance)
        # An address is made of a name, so names come first.
        for item in sorted(table.fields, key=lambda item: item.field.type is FieldType.EMAIL):
            field = item.field
            if field.computed or field.type is FieldType.REFERENCE:
                continue
            if field.is_unique and field.id not in taken:
                taken[field.id] = self._stored_values(item)
            seen = taken.setdefault(field.id, set())
            values[field.name] = self._value(table, item, place, chance, values, around, seen)
        for item in table.fields:
            if (
                item.field.is_required
                and not item.field.computed
                and is_empty(values[item.field.name])
            ):
                self._note(f"no {table.model.name}: {item.field.name} is required")
                return None
        record_id, created_ms = self._identifiers.next(milliseconds(self._changes.now))
        created = moment(created_ms)
        actor = self._changes.actor.user
        return Record(table.model.id, record_id, 1, created, created, actor, values)

    def _refer(
        self, table: ModelTable, values: dict[str, Value], chance: Random
    ) -> dict[str, Record]:
        """Fill references and return the records that they lead to, by their names."""
        around: dict[str, Record] = {}
        for item in table.references:
            targets = self._records(item.field.model)
            name = item.field.name
            if values[name] is not None:
                around.update((name, item) for item in targets if item.id == values[name])
            elif targets and not item.field.computed and not item.field.is_unique:
                target = chance.choice(targets)
                values[name] = target.id
                around[name] = target
        return around

    def _records(self, model: str) -> list[Record]:
        if model not in self._made:
            # A model is asked for its records before its own turn only within a cycle.
            return []
        if model not in self._targets:
            table = self._changes.layout.tables[model]
            key = table.table.c.id
            rows = self._changes.connection.execute(
                table.rows.order_by(key.desc()).limit(_TARGETS_MAX)
            )
            self._targets[model] = [table.record(row) for row in rows][::-1]
        return self._targets[model]

    def _value(
        self,
        table: ModelTable,
        item: StoredField,
        place: int,
        chance: Random,
        values: dict[str, Value],
        around: Mapping[str, Record],
        seen: set[Value],
    ) -> Value:
        field = item.field
        copied = self._copied(field, around)
        if copied is not None and not field.is_unique:
            return copied
        default = self._default(field)
        if default is not None and field.type not in (FieldType.ENUM, FieldType.BOOLEAN):
            return default
        for _ in range(_ATTEMPTS):
            raw = sample_value(field, table.model, place, chance, values, self._changes.now)
            value = self._read(field, raw)
            is_left_out = raw is None and not field.is_required
            if is_left_out and "pattern" not in rules_of(field):
                return None
            if value is not None and not (field.is_unique and value in seen):
                if field.is_unique:
                    seen.add(value)
                return value
        self._note(f"{table.model.name}.{field.name} is left out: no sample fits its rules")
        return default

    def _copied(self, field: Field, around: Mapping[str, Record]) -> Value:
        """Return what a record that is referred to has under this name.

        A line has its product's ``unitPrice``, and ``customerEmail`` is the customer's ``email``.
        """
        for name, record in around.items():
            table = self._changes.layout.tables[record.model]
            for twin in table.fields:
                told = name + twin.field.name[:1].upper() + twin.field.name[1:]
                is_number = field.type in (FieldType.DECIMAL, FieldType.INTEGER)
                is_meant = field.name == told or (is_number and field.name == twin.field.name)
                if is_meant and twin.field.type is field.type:
                    return self._read(field, record.values.get(twin.field.name))
        return None

    def _default(self, field: Field) -> Value:
        try:
            return default_of(field, self._changes.sight.engine, self._changes.now)
        except BadValue:
            return None

    @staticmethod
    def _read(field: Field, raw: Any) -> Value:
        try:
            value = read_value(field, raw)
        except BadValue:
            return None
        return None if any(True for _ in field_faults(field, value)) else value

    def _stored_values(self, item: StoredField) -> set[Value]:
        """Return the values that a unique field has already."""
        if item.cipher is not None:
            # Nobody keeps an encrypted field unique.
            return set()
        query = select(item.column).where(item.column.is_not(None))
        return {item.value(stored) for stored in self._changes.connection.scalars(query)}

    def _note(self, text: str) -> None:
        if text not in self._made.notes:
            self._made.notes.append(text)


def in_order(tables: Mapping[str, ModelTable]) -> list[ModelTable]:
    """Return the models of *tables*, each after those it refers to as far as cycles allow."""
    ordered: list[ModelTable] = []
    waiting = list(tables.values())
    while waiting:
        done = {table.model.id for table in ordered}
        ready = [table for table in waiting if _needed(table, False) <= done]
        ready = ready or [table for table in waiting if _needed(table, True) <= done]
        ready = ready or waiting[:1]
        ordered.extend(ready)
        waiting = [table for table in waiting if table not in ready]
    return ordered


def _needed(table: ModelTable, is_required: bool) -> set[str]:
    """Return the models that must have records first; itself never does."""
    return {
        item.field.model
        for item in table.references
        if item.field.model != table.model.id and (item.field.is_required or not is_required)
    }


def _whole_of(table: ModelTable) -> StoredField | None:
    """Return the reference by which records of *table* are parts of others."""
    return next(
        (
            item
            for item in table.references
            if item.field.is_required
            and item.field.on_delete == "cascade"
            and item.field.inverse
            and item.field.model != table.model.id
        ),
        None,
    )
