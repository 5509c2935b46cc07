"""Changes that wait for workflows. SPEC: section DA. Called by ``room``.

They are written in the transaction of their records, so that a change with a trigger is never
without its row, nor a row without its change.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update

from runtime.data.catalog import CHANGES
from runtime.data.encryption import Cipher
from runtime.data.errors import DataLimit
from runtime.data.layout import Layout, StoredField
from runtime.data.records import Actor, ChangeKind, Record, RecordChange
from runtime.data.sealing import field_place
from runtime.data.storage import Shape
from runtime.data.values import milliseconds, moment
from runtime.limits import OUTBOX_CHANGES_MAX

__all__ = ["put", "seal_waiting", "take", "waiting"]

_HEAD: Final = "@"


def put(
    connection: Connection,
    room: int,
    layout: Layout,
    changes: Sequence[RecordChange],
    triggers: Collection[tuple[str, str]],
) -> list[RecordChange]:
    """Return *changes*, with numbers where a trigger waits for them."""
    numbered = []
    for change in changes:
        if (change.model, str(change.kind)) in triggers:
            values = {
                "room": room,
                "kind": change.kind,
                "model": change.model,
                "record": change.record,
                "before": _packed(layout, change.before),
                "after": _packed(layout, change.after),
                "user": change.actor.user,
                "user_name": change.actor.name,
                "depth": change.depth,
            }
            statement = insert(CHANGES).values(values).returning(CHANGES.c.number)
            change = replace(change, number=connection.execute(statement).scalar_one())
        numbered.append(change)
    if any(change.number for change in numbered):
        of_room = select(func.count()).where(CHANGES.c.room == room)
        if (connection.scalar(of_room) or 0) > OUTBOX_CHANGES_MAX:
            raise DataLimit(
                "too many changes wait for workflows: try again later",
                code="data_limit_outbox",
            )
    return numbered


def waiting(connection: Connection, room: int, layout: Layout, limit: int) -> list[RecordChange]:
    """Return the oldest changes that were not taken."""
    query = select(CHANGES).where(CHANGES.c.room == room).order_by(CHANGES.c.number).limit(limit)
    return [
        RecordChange(
            ChangeKind(row.kind),
            row.model,
            row.record,
            _unpacked(layout, row.model, row.record, row.before),
            _unpacked(layout, row.model, row.record, row.after),
            Actor(row.user, row.user_name),
            row.depth,
            row.number,
        )
        for row in connection.execute(query)
    ]


def take(connection: Connection, room: int, numbers: Collection[int]) -> None:
    """Forget these changes."""
    for number in numbers:
        connection.execute(
            delete(CHANGES).where(CHANGES.c.room == room, CHANGES.c.number == number)
        )


def seal_waiting(connection: Connection, room: int, nodes: Collection[str], cipher: Cipher) -> None:
    """Seal the values that fields of these ids have in changes that wait; they just became so."""
    query = select(CHANGES).where(CHANGES.c.room == room)
    for row in connection.execute(query).fetchall():
        sealed = {
            name: _sealed(told, row.record, nodes, cipher)
            for name, told in (("before", row.before), ("after", row.after))
        }
        statement = update(CHANGES).where(CHANGES.c.number == row.number)
        connection.execute(statement.values(sealed))


def _sealed(packed: str | None, record: str, nodes: Collection[str], cipher: Cipher) -> str | None:
    if packed is None:
        return None
    told = orjson.loads(packed)
    for node in nodes:
        shape, stored = told["values"].get(node, (None, None))
        if shape is not None and True not in shape[4:]:
            if stored is not None:
                place = field_place(node, record)
                stored = base64.b64encode(cipher.seal_json(place, stored)).decode()
            told["values"][node] = [[*shape, True], stored]
    return orjson.dumps(told).decode()


def _packed(layout: Layout, record: Record | None) -> str | None:
    """Return a record as it is stored, by field id: names may change before it is taken."""
    if record is None:
        return None
    table = layout.tables[record.model]
    values = {item.field.id: [_shape(item.field), _stored(item, record)] for item in table.fields}
    head = [
        record.version,
        milliseconds(record.created_at),
        milliseconds(record.updated_at),
        record.created_by,
    ]
    return orjson.dumps({_HEAD: head, "values": values}).decode()


def _stored(item: StoredField, record: Record) -> Any:
    stored = item.stored_in(record.id, record.values.get(item.field.name))
    return base64.b64encode(stored).decode() if isinstance(stored, bytes) else stored


def _value(item: StoredField, record: str, stored: Any) -> Any:
    if item.cipher is not None and stored is not None:
        stored = base64.b64decode(stored)
    return item.value_in(record, stored)


def _shape(field: Any) -> list[Any]:
    shape = Shape.of(field)
    told: list[Any] = [shape.type, shape.precision, shape.scale, shape.target]
    return [*told, True] if shape.is_encrypted else told


def _unpacked(layout: Layout, model: str, record: str, packed: str | None) -> Record | None:
    """Return a record of the outbox; a field that is another by now is null."""
    if packed is None:
        return None
    told = orjson.loads(packed)
    version, created_ms, updated_ms, created_by = told[_HEAD]
    table = layout.tables.get(model)
    values = {}
    for item in table.fields if table else ():
        shape, stored = told["values"].get(item.field.id, (None, None))
        is_same = shape == _shape(item.field)
        values[item.field.name] = _value(item, record, stored) if is_same else None
    return Record(
        model, record, version, moment(created_ms), moment(updated_ms), created_by, values
    )
