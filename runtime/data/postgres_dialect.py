"""PostgreSQL's words for what ``ports.Dialect`` describes, and how its statements are written.

Two things SQLAlchemy writes for PostgreSQL in a way that finds no index or fits into none, so they
are written otherwise here: equality that is never unknown, and indexes over long texts, of which
PostgreSQL takes 2,704 bytes. SPEC: section DA. Called by ``postgres``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    Numeric,
    String,
    any_,
    bindparam,
    cast,
    collate,
    func,
    literal,
)
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDDLCompiler

from runtime.data.queries import Period
from runtime.data.storage import LongText
from runtime.limits import INDEXED_CHARACTERS

__all__ = ["DdlCompiler", "PostgresDialect", "StatementCompiler"]

_PERIODS = {Period.DAY: "YYYY-MM-DD", Period.MONTH: "YYYY-MM", Period.YEAR: "YYYY"}
# Lower case as Unicode has it, whatever the locale of the database.
_UNICODE = "und-x-icu"


class PostgresDialect:
    """PostgreSQL's words for what ``ports.Dialect`` describes."""

    def among(self, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
        listed = bindparam(None, list(values), ARRAY(column.type), unique=True)
        return column == any_(listed)

    def holds(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        return func.strpos(column, literal(text, String)) > 0

    def begins(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        return func.substr(column, 1, len(text)) == literal(text, String)

    def ends(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        return func.right(column, len(text)) == literal(text, String)

    def like(
        self, column: ColumnElement[str], text: str, *, before: bool, after: bool
    ) -> ColumnElement[bool]:
        # Of ASCII alone the collation C ignores the case, as SQLite does.
        target: ColumnElement[str] = column
        if not text.isascii():
            target, text = func.lower(collate(column, _UNICODE), type_=String), text.lower()
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = literal(("%" if before else "") + escaped + ("%" if after else ""), String)
        if target is column:
            return column.ilike(pattern, escape="\\")
        return target.like(pattern, escape="\\")

    def period(self, column: ColumnElement[int], period: Period) -> ColumnElement[str]:
        # Division of integers cuts off towards zero, which is the wrong way before 1970.
        seconds = func.floor(cast(column, Numeric) / 1000)
        return func.to_char(
            func.timezone("UTC", func.to_timestamp(seconds)), _PERIODS[period], type_=String
        )

    def uuid(self) -> ColumnElement[str]:
        return cast(func.gen_random_uuid(), String)


class StatementCompiler(PGCompiler):
    """Writes equality that is never unknown in a way that an index serves."""

    def visit_is_not_distinct_from_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """Write ``column IS NOT DISTINCT FROM value``, whose value is never null."""
        if not isinstance(binary.right, BindParameter):
            written: str = self._generate_generic_binary(binary, " IS NOT DISTINCT FROM ", **kw)
            return written
        column, value = self.process(binary.left, **kw), self.process(binary.right, **kw)
        same = f"{column} IS NOT NULL AND {column} = {value}"
        if isinstance(binary.left.type, LongText):
            start = f"left({column}, {INDEXED_CHARACTERS}) = left({value}, {INDEXED_CHARACTERS})"
            same = f"{same} AND {start}"
        return f"({same})"


class DdlCompiler(PGDDLCompiler):
    """Writes indexes over long texts as ones over how they begin, and over all of them hashed."""

    def visit_create_index(self, create: Any, **kw: Any) -> Any:  # type: ignore[override]
        """Write an index of which each row fits."""
        index = create.element
        columns = [item for item in index.expressions if isinstance(item, Column)]
        long = [item for item in columns if isinstance(item.type, LongText)]
        if not long:
            return super().visit_create_index(create, **kw)  # type: ignore[no-untyped-call]
        parts = []
        for column in columns:
            name = self.preparer.format_column(column)
            is_long = isinstance(column.type, LongText)
            parts.append(f"left({name}, {INDEXED_CHARACTERS})" if is_long else name)
        if index.unique:
            parts += [f"md5({self.preparer.format_column(column)})" for column in long]
        head = "CREATE UNIQUE INDEX" if index.unique else "CREATE INDEX"
        name = self.preparer.format_index(index)
        return f"{head} {name} ON {self.preparer.format_table(index.table)} ({', '.join(parts)})"
