"""Making the indexes those of the model. SPEC: section DA. Called by ``migration``.

Besides what the model asks for, every reference has an index, since lists and deletions look for
who refers. A unique index over duplicates waits: new duplicates are refused all the same, and what
is there is for people to mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Index, Select, Table, func, select
from sqlalchemy.schema import CreateIndex, DropIndex

from runtime.data.catalog import Catalog, FieldRow, IndexRow, ModelRow, State
from runtime.data.ddl import Steps
from runtime.data.layout import SYSTEM_COLUMNS
from runtime.parts import DataModel, FieldType

__all__ = ["drop_stale_indexes", "duplicates", "make_indexes", "wanted_indexes"]


@dataclass(frozen=True, slots=True)
class WantedIndex:
    """An index that a model asks for, by names of columns; for the node of an index or a field."""

    node: str
    columns: tuple[str, ...]
    is_unique: bool


def wanted_indexes(model: DataModel, live: dict[str, FieldRow]) -> list[WantedIndex]:
    """Return the indexes of *model*, each once; *live* are its columns by node."""
    found: dict[tuple[str, ...], WantedIndex] = {}
    for item in _asked(model, live):
        known = found.get(item.columns)
        if known is None or (item.is_unique and not known.is_unique):
            found[item.columns] = item
    return [
        item
        for item in found.values()
        # An index that another one begins with finds nothing that the other does not.
        if item.is_unique
        or not any(
            other.columns[: len(item.columns)] == item.columns and other is not item
            for other in found.values()
        )
    ]


def _asked(model: DataModel, live: dict[str, FieldRow]) -> Iterator[WantedIndex]:
    for field in model.fields:
        if live[field.id].shape.is_encrypted:
            # What is sealed is another text each time: there is nothing to find or to compare.
            continue
        if field.is_unique:
            yield WantedIndex(field.id, (live[field.id].column_name,), True)
        elif field.type is FieldType.REFERENCE:
            yield WantedIndex(field.id, (live[field.id].column_name,), False)
    for index in model.indexes:
        names = tuple(SYSTEM_COLUMNS.get(item) or _indexed(live.get(item)) for item in index.fields)
        if all(names) and names != ("id",):
            yield WantedIndex(index.id, tuple(dict.fromkeys(names)), index.is_unique)


def drop_stale_indexes(
    steps: Steps, catalog: Catalog, row: ModelRow, table: Table, wanted: list[WantedIndex]
) -> None:
    """Drop the indexes of a table that nobody wants any more."""
    asked = {(item.columns, item.is_unique) for item in wanted}
    for index in [item for item in catalog.indexes if item.model == row.id]:
        if (index.columns, index.is_unique) not in asked:
            if index.state is State.LIVE:
                steps.run(DropIndex(Index(index.index_name, *_columns(table, index))))
            catalog.forget(index)


def make_indexes(
    steps: Steps, catalog: Catalog, row: ModelRow, table: Table, wanted: list[WantedIndex]
) -> list[IndexRow]:
    """Make the indexes that are wanted; return those that wait because of duplicates."""
    known = {
        (item.columns, item.is_unique): item for item in catalog.indexes if item.model == row.id
    }
    waiting = []
    for item in wanted:
        index = known.get((item.columns, item.is_unique))
        if index is None:
            index = catalog.add_index(row, item.node, item.columns, item.is_unique)
        elif index.state is State.LIVE:
            catalog.set_index(index, node=item.node, state=State.LIVE)
            continue
        if index.is_unique and steps.connection.execute(duplicates(table, index, 1)).first():
            waiting.append(catalog.set_index(index, node=item.node, state=State.WAITING))
            continue
        steps.run(
            CreateIndex(Index(index.index_name, *_columns(table, index), unique=index.is_unique))
        )
        catalog.set_index(index, node=item.node, state=State.LIVE)
    return waiting


def duplicates(table: Table, index: IndexRow, limit: int) -> Select[Any]:
    """Return the query for values that stand more than once, with how often they do."""
    columns = _columns(table, index)
    return (
        select(*columns, func.count())
        .where(*(column.is_not(None) for column in columns))
        .group_by(*columns)
        .having(func.count() > 1)
        .limit(limit)
    )


def _indexed(row: FieldRow | None) -> str:
    return "" if row is None or row.shape.is_encrypted else row.column_name


def _columns(table: Table, index: IndexRow) -> list[Column[Any]]:
    return [table.c[name] for name in index.columns]
