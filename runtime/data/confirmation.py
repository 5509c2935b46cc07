"""What would lose data, and losing it once somebody has said so. SPEC: section DA.

Called by ``room`` and ``adopting``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, MetaData, func, select
from sqlalchemy.schema import DropTable

from runtime.data.adoption import Pending, PendingKind
from runtime.data.catalog import Catalog, FieldRow, IndexRow, ModelRow, State
from runtime.data.conversion import convert
from runtime.data.ddl import DropColumn, Steps
from runtime.data.indexing import duplicates
from runtime.data.layout import bare_table
from runtime.data.storage import Shape
from runtime.limits import EXAMPLES_MAX
from runtime.parts import FieldType

__all__ = ["drop_pending", "every_id", "list_pending"]

_EXAMPLE_CHARACTERS: Final = 80


def list_pending(connection: Connection, catalog: Catalog) -> tuple[Pending, ...]:
    """Return what waits, in the order in which it came to be; what is empty does not."""
    found = [_of_model(connection, catalog, row) for row in catalog.models]
    by_id = {row.id: row for row in catalog.models}
    live = {row.id for row in catalog.models if row.state is State.LIVE}
    found += [
        _of_field(connection, catalog, by_id[row.model], row)
        for row in catalog.fields
        if row.model in live
    ]
    found += [
        _of_index(connection, catalog, by_id[index.model], index)
        for index in catalog.indexes
        if index.state is State.WAITING and index.model in live
    ]
    return tuple(item for item in found if item is not None)


def drop_pending(steps: Steps, catalog: Catalog, ids: Collection[str]) -> None:
    """Drop what is pending under *ids*; unknown ones are those of what is gone already."""
    for row in list(catalog.models):
        if row.state is State.REMOVED and _id(PendingKind.MODEL_REMOVED, row) in ids:
            steps.run(DropTable(bare_table(row, (), MetaData())))
            catalog.forget(row)
    for row_ in list(catalog.fields):
        kind = _KINDS.get(row_.state)
        if kind is None or _id(kind, row_) not in ids:
            continue
        model = next(item for item in catalog.models if item.id == row_.model)
        table = bare_table(model, catalog.columns(model), MetaData())
        steps.run(DropColumn(table, table.c[row_.column_name]))
        catalog.forget(row_)


def every_id(catalog: Catalog) -> frozenset[str]:
    """Return the ids of everything that confirming could drop, empty or not."""
    models = (_id(PendingKind.MODEL_REMOVED, row) for row in catalog.models)
    fields = (_id(_KINDS[row.state], row) for row in catalog.fields if row.state in _KINDS)
    return frozenset((*models, *fields))


_KINDS: Final = {
    State.REMOVED: PendingKind.FIELD_REMOVED,
    State.KEPT: PendingKind.FIELD_CONVERTED,
}


def _id(kind: PendingKind, row: ModelRow | FieldRow | IndexRow) -> str:
    return f"{kind}:{row.id}"


def _of_model(connection: Connection, catalog: Catalog, row: ModelRow) -> Pending | None:
    if row.state is not State.REMOVED:
        return None
    table = bare_table(row, catalog.columns(row), MetaData())
    count = connection.scalar(select(func.count()).select_from(table)) or 0
    if not count:
        return None
    text = f"the data model {row.name} was removed and has {_records(count)}"
    return Pending(
        _id(PendingKind.MODEL_REMOVED, row),
        PendingKind.MODEL_REMOVED,
        row.node,
        row.name,
        text,
        count,
    )


def _of_field(
    connection: Connection, catalog: Catalog, model: ModelRow, row: FieldRow
) -> Pending | None:
    kind = _KINDS.get(row.state)
    if kind is None:
        return None
    table = bare_table(model, catalog.columns(model), MetaData())
    column = table.c[row.column_name]
    query = select(func.count()).select_from(table).where(column.is_not(None))
    count = connection.scalar(query) or 0
    if not count:
        return None
    some = connection.scalars(select(column).where(column.is_not(None)).limit(EXAMPLES_MAX))
    # What was encrypted is shown to nobody who only looks after the model.
    is_shown = not row.shape.is_encrypted
    examples = tuple(_example(row.shape, stored) for stored in some) if is_shown else ()
    name = f"{model.name}.{row.name}"
    if kind is PendingKind.FIELD_REMOVED:
        text = f"the field {name} was removed and is filled in {_records(count)}"
    else:
        such = f", such as {examples[0]}" if examples else ""
        text = (
            f"{name} was {row.shape.type}, and {_records(count)} had a value that the new type "
            f"cannot hold{such}"
        )
    return Pending(_id(kind, row), kind, row.node, name, text, count, examples)


def _of_index(
    connection: Connection, catalog: Catalog, model: ModelRow, index: IndexRow
) -> Pending | None:
    table = bare_table(model, catalog.columns(model), MetaData())
    rows = connection.execute(duplicates(table, index, EXAMPLES_MAX)).fetchall()
    by_column = {row.column_name: row for row in catalog.columns(model)}
    names = [by_column[name].name if name in by_column else name for name in index.columns]
    examples = tuple(
        ", ".join(
            _example(by_column[name].shape, stored) if name in by_column else str(stored)
            for name, stored in zip(index.columns, row[:-1], strict=True)
        )
        for row in rows
    )
    every = duplicates(table, index, 1_000_000).subquery()
    count = connection.scalar(select(func.count()).select_from(every)) or 0
    text = f"{model.name} is to be unique by {' and '.join(names)}, and " + (
        f"{count} value{'s' if count > 1 else ''} stand{'' if count > 1 else 's'} more than once"
        if count
        else "is so by now: confirm to make sure that it stays so"
    )
    return Pending(
        _id(PendingKind.UNIQUE, index),
        PendingKind.UNIQUE,
        index.node,
        f"{model.name}.{', '.join(names)}",
        text,
        count,
        examples,
    )


def _records(count: int) -> str:
    return f"{count} record{'s' if count > 1 else ''}"


def _example(shape: Shape, stored: Any) -> str:
    decode = shape.decode
    value = stored if decode is None else decode(stored)
    text = str(convert(value, shape, Shape(FieldType.TEXT))[0])
    return text if len(text) <= _EXAMPLE_CHARACTERS else text[: _EXAMPLE_CHARACTERS - 1] + "…"
