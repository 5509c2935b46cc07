"""What an asker can see of which model. SPEC: section DA. Made per question by ``room``.

A grant's restriction becomes a part of every statement's WHERE; what SQL cannot say of it is
evaluated on what comes back. Called by ``loading``, ``querying``, ``grouping``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, false

from runtime.data.errors import DataLimit
from runtime.data.layout import Layout, ModelTable
from runtime.data.paths import Hop, Need
from runtime.data.ports import Dialect
from runtime.data.queries import OPEN, Access
from runtime.data.records import Record
from runtime.data.selecting import Selection
from runtime.expressions.engine import Engine
from runtime.expressions.values import RecordValue

__all__ = ["Sight"]


class Sight:
    """An ``Access`` over a layout, at one moment."""

    def __init__(
        self, layout: Layout, dialect: Dialect, engine: Engine, access: Access, now: datetime
    ) -> None:
        self.layout = layout
        self.dialect = dialect
        self.engine = engine
        self.access = access
        self.now = now

    def hidden(self, table: ModelTable) -> frozenset[str]:
        """Return the ids of fields that may not be seen (names of system fields)."""
        allowed = self.access.of(table.model.id)
        return allowed.hidden if allowed is not None else frozenset(table.by_id)

    def hides(self, hop: Hop) -> bool:
        """Return whether a reference or list may not be named.

        The records of a model that may not be seen are not there, so a list of them is empty.
        """
        if hop.is_list:
            allowed = self.access.of(hop.target.model.id)
            return allowed is not None and hop.reference.field.id in allowed.hidden
        return hop.reference.field.id in self.hidden(hop.source)

    def is_restricted(self, table: ModelTable) -> bool:
        """Return whether some records of this model may not be seen."""
        allowed = self.access.of(table.model.id)
        return allowed is None or bool(allowed.restrict)

    def select(self, table: ModelTable) -> Selection:
        """Return the selection of all records of *table* that may be seen."""
        selection = Selection(table, self.dialect, self.engine, self.now)
        allowed = self.access.of(table.model.id)
        if allowed is None:
            selection.where.append(false())
        elif allowed.restrict:
            # The grant's author may read everything, whoever asks.
            unbounded = Sight(self.layout, self.dialect, self.engine, OPEN, self.now)
            variables: dict[str, Any] = {
                "enums": self.layout.schema.enums_value,
                **self.access.variables,
            }
            selection.add_filter(allowed.restrict, "record", variables, unbounded, unbounded.load)
        return selection

    def record(self, connection: Connection, table: ModelTable, record_id: str) -> Record | None:
        """Return the record of this id, or None if there is none that may be seen."""
        if self.is_restricted(table):
            found = self.records(connection, table, table.table.c.id == record_id, 1)
            return found[0] if found else None
        row = connection.execute(table.row_by_id, {"record_id": record_id}).first()
        return None if row is None else table.record(row)

    def records(
        self,
        connection: Connection,
        table: ModelTable,
        where: ColumnElement[bool],
        records_max: int,
    ) -> list[Record]:
        """Return the records that may be seen and for which *where* holds, ordered by id.

        Raises ``DataLimit`` (``data_limit_loaded``) beyond *records_max*.
        """
        selection = self.select(table)
        statement = (
            table.rows.select_from(selection.joins.clause)
            .where(where, *selection.where)
            .order_by(table.table.c.id)
            .limit(records_max + 1)
        )
        rows = connection.execute(statement).fetchall()
        if len(rows) > records_max:
            raise DataLimit(f"this reads more than {records_max} records", code="data_limit_loaded")
        records = [table.record(row) for row in rows]
        if selection.is_exact:
            return records
        kept = selection.keep(connection, records)
        return [record for record, is_kept in zip(records, kept, strict=True) if is_kept]

    def load(
        self, connection: Connection, table: ModelTable, records: Sequence[Record], need: Need
    ) -> list[RecordValue]:
        """Return *records* as values of an expression that needs this much of them."""
        # ``loading`` asks a sight for records, and a sight asks it for values.
        from runtime.data.loading import Loader

        return Loader(connection, self).load(table, records, need)
