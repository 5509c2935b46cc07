"""The catalogue: which tables and columns hold which models and fields. SPEC: section DA.

Names of tables and columns are made of the catalogue's own numbers and never change, whatever is
renamed: node ids are the key to them. (The ids themselves would do, but names of tables ignore case
and are bounded, ids are neither.) What is removed from a model stays here, hidden, until somebody
confirms that it may go. Called by ``migration``, ``layout`` and ``tenant``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    delete,
    insert,
    inspect,
    select,
    update,
)

from runtime.data.ddl import AddColumn
from runtime.data.storage import TEXT, Shape
from runtime.parts import FieldType

__all__ = [
    "CHANGES",
    "FILES",
    "KEYS",
    "ROOMS",
    "SCHEMA",
    "SEALS",
    "Catalog",
    "FieldRow",
    "IndexRow",
    "ModelRow",
    "State",
    "create_schema",
    "note_computed",
]

SCHEMA: Final = MetaData()
# SQLite numbers rows by itself only in a column of exactly this type.
_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")

ROOMS: Final = Table(
    "rooms",
    SCHEMA,
    Column("id", _NUMBER, primary_key=True),
    Column("name", TEXT, nullable=False, unique=True),
)
_MODELS: Final = Table(
    "models",
    SCHEMA,
    Column("id", _NUMBER, primary_key=True),
    Column("room", ForeignKey("rooms.id"), nullable=False),
    Column("node", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    UniqueConstraint("room", "node"),
    sqlite_autoincrement=True,
)
_FIELDS: Final = Table(
    "fields",
    SCHEMA,
    Column("id", _NUMBER, primary_key=True),
    Column("model", ForeignKey("models.id"), nullable=False, index=True),
    Column("node", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("precision", Integer, nullable=False),
    Column("scale", Integer, nullable=False),
    Column("target", TEXT, nullable=False),
    Column("is_encrypted", Boolean(create_constraint=False), nullable=False, server_default="0"),
    Column("computed", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    sqlite_autoincrement=True,
)
_INDEXES: Final = Table(
    "indexes",
    SCHEMA,
    Column("id", _NUMBER, primary_key=True),
    Column("model", ForeignKey("models.id"), nullable=False, index=True),
    Column("node", TEXT, nullable=False),
    Column("columns", TEXT, nullable=False),
    Column("is_unique", Boolean(create_constraint=False), nullable=False),
    Column("state", TEXT, nullable=False),
    sqlite_autoincrement=True,
)
CHANGES: Final = Table(
    "changes",
    SCHEMA,
    Column("number", _NUMBER, primary_key=True),
    Column("room", ForeignKey("rooms.id"), nullable=False, index=True),
    Column("kind", TEXT, nullable=False),
    Column("model", TEXT, nullable=False),
    Column("record", TEXT, nullable=False),
    Column("before", TEXT),
    Column("after", TEXT),
    Column("user", TEXT, nullable=False),
    Column("user_name", TEXT, nullable=False),
    Column("depth", Integer, nullable=False),
    sqlite_autoincrement=True,
)
KEYS: Final = Table(
    "keys",
    SCHEMA,
    Column("room", ForeignKey("rooms.id"), primary_key=True),
    Column("model", TEXT, primary_key=True),
    Column("key", TEXT, primary_key=True),
    Column("record", TEXT, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("keys_by_age", "room", "created_ms"),
)
FILES: Final = Table(
    "files",
    SCHEMA,
    Column("room", ForeignKey("rooms.id"), primary_key=True),
    Column("digest", TEXT, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
# Under which keys a room's values are sealed; an empty name says that the file may still hold, in
# pages that are free, what was there before it was sealed.
SEALS: Final = Table(
    "seals",
    SCHEMA,
    Column("room", ForeignKey("rooms.id"), primary_key=True),
    Column("key", TEXT, primary_key=True),
)


class State(StrEnum):
    """What becomes of a table, a column or an index.

    ``LIVE`` is in use. ``REMOVED`` and ``UNFINISHED`` are hidden with all their data: the first
    waits for somebody to confirm, the second for its node to be finished. ``KEPT`` is the column
    before a conversion that lost values. ``WAITING`` is a unique index over duplicates.
    """

    LIVE = "live"
    REMOVED = "removed"
    UNFINISHED = "unfinished"
    KEPT = "kept"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A data model's table; ``name`` is what the model was last called."""

    id: int
    node: str
    name: str
    state: State

    @property
    def table_name(self) -> str:
        return f"records_{self.id}"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field's column in the table of *model* (a ``ModelRow.id``)."""

    id: int
    model: int
    node: str
    name: str
    shape: Shape
    computed: str
    state: State

    @property
    def column_name(self) -> str:
        return f"field_{self.id}"


@dataclass(frozen=True, slots=True)
class IndexRow:
    """An index over columns by name, made for the node of an index or of a unique field."""

    id: int
    model: int
    node: str
    columns: tuple[str, ...]
    is_unique: bool
    state: State

    @property
    def index_name(self) -> str:
        return f"index_{self.id}"


def create_schema(connection: Connection) -> None:
    """Create the catalogue, or add to one of an earlier version what it lacks."""
    SCHEMA.create_all(connection)
    there = {column["name"] for column in inspect(connection).get_columns(_FIELDS.name)}
    if _FIELDS.c.is_encrypted.name not in there:
        connection.execute(AddColumn(_FIELDS, _FIELDS.c.is_encrypted))


class Catalog:
    """The catalogue of one room within a transaction; what it reads, it keeps in step."""

    def __init__(self, connection: Connection, room: int) -> None:
        self._connection = connection
        self.room = room
        of_room = select(_MODELS.c.id).where(_MODELS.c.room == room)
        self.models = [
            ModelRow(row.id, row.node, row.name, State(row.state))
            for row in connection.execute(
                select(_MODELS).where(_MODELS.c.room == room).order_by(_MODELS.c.id)
            )
        ]
        self.fields = [
            _field_row(row)
            for row in connection.execute(
                select(_FIELDS).where(_FIELDS.c.model.in_(of_room)).order_by(_FIELDS.c.id)
            )
        ]
        self.indexes = [
            _index_row(row)
            for row in connection.execute(
                select(_INDEXES).where(_INDEXES.c.model.in_(of_room)).order_by(_INDEXES.c.id)
            )
        ]

    def model(self, node: str) -> ModelRow | None:
        """Return the table of this data model, hidden or not."""
        return next((row for row in self.models if row.node == node), None)

    def columns(self, model: ModelRow, *states: State) -> list[FieldRow]:
        """Return the columns of a table that are in these states, all of them by default."""
        return [
            row
            for row in self.fields
            if row.model == model.id and (not states or row.state in states)
        ]

    def add_model(self, node: str, name: str) -> ModelRow:
        """Give a data model a number."""
        values = {"room": self.room, "node": node, "name": name, "state": State.LIVE}
        row = ModelRow(self._insert(_MODELS, values), node, name, State.LIVE)
        self.models.append(row)
        return row

    def add_field(self, model: ModelRow, node: str, name: str, shape: Shape) -> FieldRow:
        """Give a field a number."""
        number = self._insert(
            _FIELDS,
            {
                "model": model.id,
                "node": node,
                "name": name,
                "type": shape.type,
                "precision": shape.precision,
                "scale": shape.scale,
                "target": shape.target,
                "is_encrypted": shape.is_encrypted,
                "computed": "",
                "state": State.LIVE,
            },
        )
        row = FieldRow(number, model.id, node, name, shape, "", State.LIVE)
        self.fields.append(row)
        return row

    def add_index(
        self, model: ModelRow, node: str, columns: tuple[str, ...], is_unique: bool
    ) -> IndexRow:
        """Give an index a number; it is waiting until it is made."""
        number = self._insert(
            _INDEXES,
            {
                "model": model.id,
                "node": node,
                "columns": orjson.dumps(columns).decode(),
                "is_unique": is_unique,
                "state": State.WAITING,
            },
        )
        row = IndexRow(number, model.id, node, columns, is_unique, State.WAITING)
        self.indexes.append(row)
        return row

    def set_model(self, row: ModelRow, *, name: str, state: State) -> ModelRow:
        """Note what a model is called and what becomes of it."""
        changed = ModelRow(row.id, row.node, name, state)
        if changed != row:
            self._update(_MODELS, row.id, {"name": name, "state": state})
            self.models[self.models.index(row)] = changed
        return changed

    def set_field(
        self,
        row: FieldRow,
        *,
        name: str | None = None,
        shape: Shape | None = None,
        computed: str | None = None,
        state: State | None = None,
    ) -> FieldRow:
        """Note what a field is called, how it is stored and what becomes of it."""
        changed = FieldRow(
            row.id,
            row.model,
            row.node,
            row.name if name is None else name,
            shape or row.shape,
            row.computed if computed is None else computed,
            state or row.state,
        )
        if changed != row:
            values = {
                "name": changed.name,
                "type": changed.shape.type,
                "precision": changed.shape.precision,
                "scale": changed.shape.scale,
                "target": changed.shape.target,
                "is_encrypted": changed.shape.is_encrypted,
                "computed": changed.computed,
                "state": changed.state,
            }
            self._update(_FIELDS, row.id, values)
            self.fields[self.fields.index(row)] = changed
        return changed

    def set_index(self, row: IndexRow, *, node: str, state: State) -> IndexRow:
        """Note whether an index is made, and for which node."""
        changed = IndexRow(row.id, row.model, node, row.columns, row.is_unique, state)
        if changed != row:
            self._update(_INDEXES, row.id, {"node": node, "state": state})
            self.indexes[self.indexes.index(row)] = changed
        return changed

    def forget(self, row: ModelRow | FieldRow | IndexRow) -> None:
        """Forget what is gone."""
        if isinstance(row, ModelRow):
            for part in [item for item in self.indexes if item.model == row.id]:
                self.forget(part)
            for column in self.columns(row):
                self.forget(column)
            self._delete(_MODELS, row.id)
            self.models.remove(row)
        elif isinstance(row, FieldRow):
            self._delete(_FIELDS, row.id)
            self.fields.remove(row)
        else:
            self._delete(_INDEXES, row.id)
            self.indexes.remove(row)

    def _insert(self, table: Table, values: dict[str, Any]) -> int:
        result = self._connection.execute(insert(table).values(values).returning(table.c.id))
        return int(result.scalar_one())

    def _update(self, table: Table, row: int, values: dict[str, Any]) -> None:
        self._connection.execute(update(table).where(table.c.id == row).values(values))

    def _delete(self, table: Table, row: int) -> None:
        self._connection.execute(delete(table).where(table.c.id == row))


def note_computed(connection: Connection, number: int, computed: str) -> None:
    """Note what is computed of the field of this number."""
    connection.execute(update(_FIELDS).where(_FIELDS.c.id == number).values(computed=computed))


def _field_row(row: Any) -> FieldRow:
    shape = Shape(FieldType(row.type), row.precision, row.scale, row.target, row.is_encrypted)
    return FieldRow(row.id, row.model, row.node, row.name, shape, row.computed, State(row.state))


def _index_row(row: Any) -> IndexRow:
    columns = tuple(orjson.loads(row.columns))
    return IndexRow(row.id, row.model, row.node, columns, row.is_unique, State(row.state))
