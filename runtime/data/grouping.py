"""Groups of records, for charts. SPEC: section DA. Called by ``room`` in a reading transaction.

Where SQL decides which records are meant it also groups and measures them; else the records are
evaluated, up to the bound on that, and grouped here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from runtime.data.conditions import open_path, refuse_encrypted
from runtime.data.errors import QueryInvalid
from runtime.data.layout import ModelTable, StoredField
from runtime.data.loading import Loader
from runtime.data.measuring import (
    check_measure,
    columns_of,
    has_sql,
    measure_values,
    measured,
)
from runtime.data.paths import Hop, need_of
from runtime.data.plans import selection_of
from runtime.data.queries import Group, GroupQuery, Measure, Period
from runtime.data.querying import Querying
from runtime.data.records import Record
from runtime.data.selecting import Selection
from runtime.data.sight import Sight
from runtime.data.values import TEXTS, format_moment, write_value
from runtime.expressions.values import RecordValue, Value
from runtime.limits import GROUPS_DEFAULT, GROUPS_MAX
from runtime.parts import FieldType

__all__ = ["Grouping"]

_LENGTHS = {Period.DAY: 10, Period.MONTH: 7, Period.YEAR: 4}
_WORDS = {True: "Yes", False: "No"}


@dataclass(frozen=True, slots=True)
class _Path:
    hops: tuple[Hop, ...]
    stored: StoredField


class Grouping:
    """Answers questions about groups for one asker within one transaction."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    def groups(self, query: GroupQuery) -> list[Group]:
        """Return the groups. Raises ``QueryInvalid``, ``DataLimit``, ``ExpressionError``."""
        table = self._sight.layout.table(query.model)
        limit = query.limit or GROUPS_DEFAULT
        if not 1 <= limit <= GROUPS_MAX:
            raise QueryInvalid(f"there are 1 to {GROUPS_MAX} groups", code="query_value")
        by = self._path(table, query.by)
        field = None if query.measure is Measure.COUNT else self._path(table, query.field)
        stored = field.stored if field else None
        check_measure(query.measure, stored)
        if by is not None:
            refuse_encrypted(by.stored, query.by)
        if by is not None and by.stored.field.type in (FieldType.JSON, FieldType.FILE):
            text = f"{query.by} is {by.stored.field.type} and makes no groups"
            raise QueryInvalid(text, code="query_group")
        selection = selection_of(self._sight, table, query)
        if selection.is_exact and has_sql(query.measure, stored):
            found = self._in_sql(selection, query, by, field, limit)
        else:
            found = self._in_memory(selection, query, by, field)
        return self._told(query, by, stored, found)[:limit]

    def _path(self, table: ModelTable, path: str) -> _Path | None:
        if not path:
            return None
        return _Path(*open_path(self._sight, table, path, "query_group"))

    # --- finding ------------------------------------------------------------------------------

    def _in_sql(
        self,
        selection: Selection,
        query: GroupQuery,
        by: _Path | None,
        field: _Path | None,
        limit: int,
    ) -> dict[Value, Value]:
        joins = selection.joins
        column = joins.column(field.hops, field.stored) if field else None
        values = columns_of(query.measure, column)
        stored = field.stored if field else None
        if by is None:
            statement = select(*values).select_from(joins.clause).where(*selection.where)
            row = self._connection.execute(statement).one()
            return {None: measured(query.measure, stored, row)}
        key = self._key(joins.column(by.hops, by.stored), by.stored, query.period)
        statement = (
            select(key.label("key"), *values)
            .select_from(joins.clause)
            .where(*selection.where)
            .group_by(key)
            .order_by(key.nulls_last())
            .limit(limit)
        )
        is_value = not _is_period(by.stored)
        return {
            by.stored.value(row[0]) if is_value else row[0]: measured(
                query.measure, stored, row[1:]
            )
            for row in self._connection.execute(statement)
        }

    def _key(
        self, column: ColumnElement[Any], stored: StoredField, period: Period
    ) -> ColumnElement[Any]:
        if stored.field.type is FieldType.DATE:
            return func.substr(column, 1, _LENGTHS[period])
        if stored.field.type is FieldType.DATE_TIME:
            return self._sight.dialect.period(column, period)
        return column

    def _in_memory(
        self, selection: Selection, query: GroupQuery, by: _Path | None, field: _Path | None
    ) -> dict[Value, Value]:
        records = list(Querying(self._connection, self._sight).matching(selection))
        tails = [
            (*(hop.name for hop in path.hops), path.stored.field.name)
            for path in (by, field)
            if path is not None
        ]
        need = need_of(self._sight.layout, selection.table, tails)
        loaded = Loader(self._connection, self._sight).load(selection.table, records, need)
        groups: dict[Value, list[Value]] = {}
        for value in loaded:
            key = self._key_of(value, by, query.period)
            groups.setdefault(key, []).append(_at(value, field) if field else None)
        if by is None:
            groups = groups or {None: []}
        stored = field.stored if field else None
        found = {
            key: measure_values(query.measure, stored, values) for key, values in groups.items()
        }
        keys: list[Any] = [key for key in found if key is not None]
        order = sorted(keys)
        return {key: found[key] for key in [*order, *([None] if None in found else [])]}

    @staticmethod
    def _key_of(value: RecordValue, by: _Path | None, period: Period) -> Any:
        if by is None:
            return None
        key = _at(value, by)
        if isinstance(key, RecordValue):
            return key.id
        if key is not None and by.stored.field.type is FieldType.DATE_TIME:
            return format_moment(key)[: _LENGTHS[period]]  # type: ignore[arg-type]
        if isinstance(key, str) and by.stored.field.type is FieldType.DATE:
            return key[: _LENGTHS[period]]
        return key

    # --- telling ------------------------------------------------------------------------------

    def _told(
        self,
        query: GroupQuery,
        by: _Path | None,
        stored: StoredField | None,
        found: Mapping[Value, Value],
    ) -> list[Group]:
        if by is None:
            return [Group(None, "", value) for value in found.values()]
        if by.stored.field.type is FieldType.ENUM:
            return self._enum_groups(query.measure, by.stored, stored, found)
        labels = self._labels(by.stored, found)
        return [Group(key, labels.get(key, ""), value) for key, value in found.items()]

    @staticmethod
    def _enum_groups(
        measure: Measure,
        by: StoredField,
        stored: StoredField | None,
        found: Mapping[Value, Value],
    ) -> list[Group]:
        """Return a group for each value of an Enum in its order, then whatever else is there."""
        values = by.field.values
        others = [key for key in found if key not in values]
        empty = measure_values(measure, stored, ())
        return [
            Group(key, "" if key is None else str(key), found.get(key, empty))
            for key in (*values, *others)
        ]

    def _labels(self, by: StoredField, found: Mapping[Value, Value]) -> dict[Value, str]:
        if by.field.type is not FieldType.REFERENCE:
            return {
                key: _WORDS[key] if isinstance(key, bool) else str(write_value(by.field, key))
                for key in found
                if key is not None
            }
        target = self._sight.layout.tables[by.field.model]
        ids = [key for key in found if key is not None]
        where = self._sight.dialect.among(target.table.c.id, ids)
        records = self._sight.records(self._connection, target, where, GROUPS_MAX)
        named = self._naming_field(target)
        return {record.id: _label(record, named) for record in records}

    def _naming_field(self, table: ModelTable) -> StoredField | None:
        """Return the field that names a record to people: name, title, or the first text."""
        hidden = self._sight.hidden(table)
        texts = [
            item
            for item in table.fields
            if item.field.type in TEXTS and item.field.id not in hidden
        ]
        for name in ("name", "title", "label"):
            for item in texts:
                if item.field.name.lower() == name:
                    return item
        return next((item for item in texts if item.field.type is not FieldType.UUID), None)


def _is_period(stored: StoredField) -> bool:
    return stored.field.type in (FieldType.DATE, FieldType.DATE_TIME)


def _label(record: Record, named: StoredField | None) -> str:
    value = record.values.get(named.field.name) if named else None
    return str(value) if value else record.id


def _at(value: RecordValue, path: _Path | None) -> Value:
    at: Value = value
    names = [*(hop.name for hop in path.hops), path.stored.field.name] if path else []
    for name in names:
        at = at.fields.get(name) if isinstance(at, RecordValue) else None
    return at
