"""What becomes of a column's values when its field is new, converted or back. SPEC: section DA.

Called by ``migration``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, func, or_, select, update

from runtime.data.catalog import FieldRow
from runtime.data.conversion import convert
from runtime.data.ddl import Steps
from runtime.data.encryption import Cipher
from runtime.data.sealing import opened, sealed
from runtime.data.storage import Shape, is_wide
from runtime.expressions.values import Value
from runtime.limits import DATA_BATCH_RECORDS
from runtime.parts import FieldType

__all__ = ["fill", "reseal", "transfer"]

Existing = Callable[[list[str]], set[str]]


def transfer(
    steps: Steps,
    table: Table,
    old: FieldRow,
    new: FieldRow,
    kept: FieldRow | None,
    existing: Existing,
    cipher: Cipher,
) -> int:
    """Fill the column of *new* from that of *old*, and return how many values were lost.

    What was lost stays in the column of *old*, which is null elsewhere. *kept* is the column of an
    earlier conversion that is now taken back: where nobody has changed the value since, the
    original is restored. *existing* says which ids a reference may name.
    """
    source, goal = table.c[old.column_name], table.c[new.column_name]
    factor = _factor(old.shape, new.shape) if kept is None else None
    if factor is not None:
        # What every value survives, the database does by itself and in a tenth of the time.
        most = (10**new.shape.precision - 1) // factor
        beyond = select(func.count()).select_from(table).where(func.abs(source) > most)
        if not steps.connection.scalar(beyond):
            steps.run(update(table).values({goal.key: source * factor}))
            return 0
    columns = [table.c.id, source, *([table.c[kept.column_name]] if kept else ())]
    statement = (
        update(table)
        .where(table.c.id == bindparam("record_id"))
        .values({goal.key: bindparam("goal"), source.key: bindparam("source")})
    )
    lost = 0
    for rows in _batches(steps, table, columns):
        made = [_made(row, old, new, kept, cipher) for row in rows]
        if new.shape.type is FieldType.REFERENCE:
            made = _existing_only(made, existing)
        written = []
        for row, (value, is_exact) in zip(rows, made, strict=True):
            stored = sealed(cipher, new.shape, new.node, row[0], value)
            lost += not is_exact
            source_after = None if is_exact else row[1]
            written.append({"record_id": row[0], "goal": stored, "source": source_after})
        if written:
            steps.run(statement, written)
    return lost


def _factor(old: Shape, new: Shape) -> int | None:
    """Return by what a stored number is multiplied to be one of *new*; None where it is not."""
    is_number = old.type in (FieldType.INTEGER, FieldType.DECIMAL) and not is_wide(old)
    if not is_number or new.type is not FieldType.DECIMAL or is_wide(new):
        return None
    if old.is_encrypted or new.is_encrypted:
        return None
    return int(10 ** (new.scale - old.scale)) if new.scale >= old.scale else None


def _batches(
    steps: Steps, table: Table, columns: Sequence[Any]
) -> Iterator[Sequence[Sequence[Any]]]:
    """Give the rows that have a value, by id, so many at a time."""
    has_value = or_(*(column.is_not(None) for column in columns[1:]))
    after = ""
    while True:
        statement = (
            select(*columns)
            .where(has_value, table.c.id > after)
            .order_by(table.c.id)
            .limit(DATA_BATCH_RECORDS * 5)
        )
        rows = steps.connection.execute(statement).fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _made(
    row: Sequence[Any], old: FieldRow, new: FieldRow, kept: FieldRow | None, cipher: Cipher
) -> tuple[Value, bool]:
    current: Value = opened(cipher, old.shape, old.node, row[0], row[1])
    if kept is not None and row[2] is not None:
        original: Value = opened(cipher, kept.shape, kept.node, row[0], row[2])
        if convert(original, kept.shape, old.shape)[0] == current:
            return convert(original, kept.shape, new.shape)
    return (None, True) if current is None else convert(current, old.shape, new.shape)


def _existing_only(made: list[tuple[Value, bool]], existing: Existing) -> list[tuple[Value, bool]]:
    there = existing([value for value, _ in made if isinstance(value, str)])
    return [
        (value, is_exact) if value is None or value in there else (None, False)
        for value, is_exact in made
    ]


def fill(
    steps: Steps, table: Table, row: FieldRow, make: Callable[[], Value], cipher: Cipher
) -> None:
    """Put a value of its own into every record in which an encrypted field has none."""
    column = table.c[row.column_name]
    statement = (
        update(table)
        .where(table.c.id == bindparam("record_id"))
        .values({column.key: bindparam("goal")})
    )
    query = select(table.c.id).where(column.is_(None)).limit(DATA_BATCH_RECORDS * 5)
    while ids := steps.connection.scalars(query).all():
        written = [
            {"record_id": item, "goal": sealed(cipher, row.shape, row.node, item, make())}
            for item in ids
        ]
        steps.run(statement, written)


def reseal(steps: Steps, table: Table, row: FieldRow, cipher: Cipher) -> None:
    """Seal the values of a column anew that were sealed under a key of before."""
    column = table.c[row.column_name]
    statement = (
        update(table)
        .where(table.c.id == bindparam("record_id"))
        .values({column.key: bindparam("goal")})
    )
    for rows in _batches(steps, table, [table.c.id, column]):
        written = []
        for record, stored in rows:
            if not cipher.is_current(stored):
                value = opened(cipher, row.shape, row.node, record, stored)
                goal = sealed(cipher, row.shape, row.node, record, value)
                written.append({"record_id": record, "goal": goal})
        if written:
            steps.run(statement, written)
