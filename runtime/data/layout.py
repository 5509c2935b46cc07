"""The layout: which table and column holds what, at one revision of the model. SPEC: section DA.

Immutable; a migration makes a new one. Rows become ``Record``s here, and values become rows. Made
by ``migration``; read by everything that reads or writes records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Column, Integer, MetaData, Select, Table, bindparam, select

from runtime.application import Application
from runtime.data.catalog import Catalog, FieldRow, ModelRow, State
from runtime.data.encryption import Cipher
from runtime.data.errors import ModelNotFound
from runtime.data.records import Record
from runtime.data.sealing import field_place
from runtime.data.storage import TEXT, Shape
from runtime.data.values import milliseconds, moment
from runtime.expressions.types import Schema
from runtime.parts import DataModel, Field, FieldType

__all__ = ["SYSTEM_COLUMNS", "Layout", "List", "ModelTable", "StoredField", "bare_table"]

# The names of the columns of system fields, by the fields' names.
SYSTEM_COLUMNS: Final = {
    "id": "id",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "createdBy": "created_by",
}
_SYSTEM_FIELDS: Final = {
    "id": Field("id", "id", FieldType.UUID),
    "createdAt": Field("createdAt", "createdAt", FieldType.DATE_TIME),
    "updatedAt": Field("updatedAt", "updatedAt", FieldType.DATE_TIME),
    "createdBy": Field("createdBy", "createdBy", FieldType.TEXT),
}
_HEAD: Final = 6


@dataclass(frozen=True, slots=True)
class StoredField:
    """A field with its column; a system field likewise (``field.id`` is its name)."""

    field: Field
    column: Column[Any]
    encode: Callable[[Any], Any] | None
    decode: Callable[[Any], Any] | None
    # What seals its values if it is encrypted.
    cipher: Cipher | None = None

    @property
    def is_system(self) -> bool:
        """Whether every model has it."""
        return self.field.id in SYSTEM_COLUMNS

    def stored(self, value: Any) -> Any:
        """Return what is stored for *value* of a field that is not encrypted."""
        assert self.cipher is None, "an encrypted value is stored for a record"
        return value if value is None or self.encode is None else self.encode(value)

    def value(self, stored: Any) -> Any:
        """Return the value of what is stored of a field that is not encrypted."""
        assert self.cipher is None, "an encrypted value is read of a record"
        return stored if stored is None or self.decode is None else self.decode(stored)

    def stored_in(self, record: str, value: Any) -> Any:
        """Return what is stored for *value* in the record of this id."""
        if self.cipher is None:
            return self.stored(value)
        if value is None:
            return None
        stored = value if self.encode is None else self.encode(value)
        return self.cipher.seal_json(field_place(self.field.id, record), stored)

    def value_in(self, record: str, stored: Any) -> Any:
        """Return the value of what is stored in the record of this id."""
        if self.cipher is None:
            return self.value(stored)
        if stored is None:
            return None
        found = self.cipher.open_json(field_place(self.field.id, record), stored)
        return found if self.decode is None else self.decode(found)


@dataclass(frozen=True, slots=True)
class List:
    """An inverse list: the records of *model* (an id) whose *reference* names the owner."""

    name: str
    model: str
    reference: StoredField


@dataclass(frozen=True, eq=False)
class ModelTable:
    """A data model with its table."""

    model: DataModel
    table: Table
    fields: tuple[StoredField, ...]

    @cached_property
    def by_name(self) -> Mapping[str, StoredField]:
        """Fields by name, system fields included."""
        return {item.field.name: item for item in (*self.system, *self.fields)}

    @cached_property
    def by_id(self) -> Mapping[str, StoredField]:
        """Fields by id, system fields by name."""
        return {item.field.id: item for item in (*self.system, *self.fields)}

    @cached_property
    def system(self) -> tuple[StoredField, ...]:
        """The system fields."""
        return tuple(
            _stored(item, self.table.c[SYSTEM_COLUMNS[name]])
            for name, item in _SYSTEM_FIELDS.items()
        )

    @cached_property
    def references(self) -> tuple[StoredField, ...]:
        """The fields that refer to records."""
        return tuple(item for item in self.fields if item.field.type is FieldType.REFERENCE)

    def find(self, name_or_id: str) -> StoredField | None:
        """Return the field of this name or id, a system field by its name; or None."""
        return self.by_name.get(name_or_id) or self.by_id.get(name_or_id)

    @cached_property
    def columns(self) -> list[Column[Any]]:
        """All columns, in the order that ``record`` reads."""
        table = self.table.c
        head = [
            table.id,
            table.version,
            table.created_at,
            table.updated_at,
            table.created_by,
            table.faults,
        ]
        return [*head, *(item.column for item in self.fields)]

    @cached_property
    def rows(self) -> Select[Any]:
        """All records."""
        return select(*self.columns)

    @cached_property
    def row_by_id(self) -> Select[Any]:
        """The record whose id is the parameter ``record_id``; built once, for it is asked most."""
        return self.rows.where(self.table.c.id == bindparam("record_id"))

    @cached_property
    def _readers(self) -> list[tuple[str, int, Callable[[Any], Any] | None]]:
        return [
            (item.field.name, position, item.decode)
            for position, item in enumerate(self.fields, _HEAD)
            if item.cipher is None
        ]

    @cached_property
    def _openers(self) -> list[tuple[int, StoredField]]:
        return [
            (position, item)
            for position, item in enumerate(self.fields, _HEAD)
            if item.cipher is not None
        ]

    def record(self, row: Sequence[Any]) -> Record:
        """Return the record of a row of ``columns``; further columns may follow."""
        values: dict[str, Any] = {}
        for name, position, decode in self._readers:
            stored = row[position]
            values[name] = stored if stored is None or decode is None else decode(stored)
        for position, item in self._openers:
            values[item.field.name] = item.value_in(row[0], row[position])
        return Record(
            self.model.id,
            row[0],
            row[1],
            moment(row[2]),
            moment(row[3]),
            row[4],
            values,
            {},
            self._faults(row[5]) if row[5] else {},
        )

    def _faults(self, stored: str) -> dict[str, str]:
        """Return the faults of computed fields by name; they are stored by id."""
        return {
            self.by_id[key].field.name: text
            for key, text in orjson.loads(stored).items()
            if key in self.by_id and self.by_id[key].field.computed
        }

    def stored_faults(self, record: Record) -> str | None:
        """Return what is stored for the faults of *record*."""
        if not record.faults:
            return None
        by_id = {self.by_name[name].field.id: text for name, text in record.faults.items()}
        return orjson.dumps(by_id, option=orjson.OPT_SORT_KEYS).decode()

    def row(self, record: Record) -> dict[str, Any]:
        """Return what is stored for *record*, by the keys of columns."""
        stored = {
            "id": record.id,
            "version": record.version,
            "created_at": milliseconds(record.created_at),
            "updated_at": milliseconds(record.updated_at),
            "created_by": record.created_by,
            "faults": self.stored_faults(record),
        }
        for item in self.fields:
            stored[item.column.key] = item.stored_in(record.id, record.values.get(item.field.name))
        return stored


@dataclass(frozen=True, eq=False)
class Layout:
    """All models with their tables. ``schema`` are their types in expressions."""

    application: Application = field(default_factory=Application)
    tables: Mapping[str, ModelTable] = field(default_factory=dict)
    schema: Schema = field(default_factory=Schema)

    def table(self, name_or_id: str) -> ModelTable:
        """Return the model of this name or id, or raise ``ModelNotFound``."""
        model = self.application.model(name_or_id)
        found = self.tables.get(model.id) if model else None
        if found is None:
            raise ModelNotFound(f"there is no data model {name_or_id[:100]!r}")
        return found

    @cached_property
    def lists(self) -> Mapping[str, Mapping[str, List]]:
        """The inverse lists by model id and name; a field of the same name hides a list."""
        found: dict[str, dict[str, List]] = {}
        for model_id, owner in self.tables.items():
            lists = found.setdefault(model_id, {})
            for inverse in self.application.inverses(model_id):
                source = self.tables.get(inverse.model)
                reference = source.by_id.get(inverse.field) if source else None
                if reference is not None and inverse.name not in owner.by_name:
                    lists.setdefault(inverse.name, List(inverse.name, inverse.model, reference))
        return found

    @cached_property
    def referrers(self) -> Mapping[str, tuple[tuple[ModelTable, StoredField], ...]]:
        """Who refers to a model: tables and their fields by the model's id."""
        found: dict[str, list[tuple[ModelTable, StoredField]]] = {}
        for table in self.tables.values():
            for item in table.references:
                found.setdefault(item.field.model, []).append((table, item))
        return {model: tuple(items) for model, items in found.items()}


def bare_table(row: ModelRow, columns: Iterable[FieldRow], metadata: MetaData) -> Table:
    """Return the table of a model with its system columns and these."""
    return Table(
        row.table_name,
        metadata,
        Column("id", TEXT, primary_key=True, nullable=False),
        Column("version", Integer, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("updated_at", BigInteger, nullable=False),
        Column("created_by", TEXT, nullable=False),
        Column("faults", TEXT),
        *(Column(item.column_name, item.shape.column_type) for item in columns),
    )


def make_layout(
    application: Application, catalog: Catalog, schema: Schema, cipher: Cipher
) -> Layout:
    """Return the layout of *application* over the live tables of *catalog*."""
    metadata = MetaData()
    tables: dict[str, ModelTable] = {}
    for model in application.models:
        row = catalog.model(model.id)
        assert row is not None, "the catalogue knows every model of its application"
        live = {item.node: item for item in catalog.columns(row, State.LIVE)}
        table = bare_table(row, live.values(), metadata)
        fields = tuple(
            _stored(item, table.c[live[item.id].column_name], cipher) for item in model.fields
        )
        tables[model.id] = ModelTable(model, table, fields)
    return Layout(application, tables, schema)


def _stored(field_: Field, column: Column[Any], cipher: Cipher | None = None) -> StoredField:
    shape = Shape.of(field_)
    sealing = cipher if shape.is_encrypted else None
    return StoredField(field_, column, shape.encode, shape.decode, sealing)
