"""Statements that change tables, and a list of those that were run. SPEC: section DA.

SQLAlchemy's Core creates and drops tables and indexes; the two words that it lacks are here, with
names quoted by its compiler. Called by ``migration``, ``indexing``, ``confirmation``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Executable, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

__all__ = ["AddColumn", "DropColumn", "Steps"]


class AddColumn(ExecutableDDLElement):
    """Adds a column, null in every row."""

    inherit_cache = False

    def __init__(self, table: Table, column: Column[Any]) -> None:
        self.table = table
        self.column = column


class DropColumn(ExecutableDDLElement):
    """Drops a column that no index is over."""

    inherit_cache = False

    def __init__(self, table: Table, column: Column[Any]) -> None:
        self.table = table
        self.column = column


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: DDLCompiler, **_: Any) -> str:
    table = compiler.preparer.format_table(element.table)
    return f"ALTER TABLE {table} ADD COLUMN {compiler.get_column_specification(element.column)}"


@compiles(DropColumn)
def _drop_column(element: DropColumn, compiler: DDLCompiler, **_: Any) -> str:
    table = compiler.preparer.format_table(element.table)
    return f"ALTER TABLE {table} DROP COLUMN {compiler.preparer.format_column(element.column)}"


class Steps:
    """Runs a migration's statements on records and their tables, and remembers them as texts."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.texts: list[str] = []

    def run(
        self,
        statement: Executable,
        rows: Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Run a statement, for each of *rows* if there are any."""
        compiled = statement.compile(self.connection.engine)  # type: ignore[attr-defined]
        self.texts.append(" ".join(str(compiled).split()))
        return self.connection.execute(statement, rows)
