"""Pages of records. SPEC: section DA. Called by ``room``, within a reading transaction.

Where SQL decides everything, one statement gives the page and another one counts. Where a part of
a filter is left to the engine, records are read in the question's order and evaluated in batches,
up to a bound beyond which the question is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from runtime.data.errors import DataLimit, QueryInvalid
from runtime.data.layout import ModelTable
from runtime.data.loading import Loader
from runtime.data.paths import Need, hop_from, need_of
from runtime.data.plans import Plans, count_of, page_of, selection_of
from runtime.data.queries import Page, Query
from runtime.data.records import Record
from runtime.data.selecting import Selection
from runtime.data.sight import Sight
from runtime.data.sorting import Order
from runtime.limits import (
    DATA_BATCH_RECORDS,
    EVALUATED_RECORDS_MAX,
    EXPAND_PATHS_MAX,
    EXPANSION_DEPTH_MAX,
    PAGE_DEFAULT,
    PAGE_MAX,
    PAGE_OFFSET_MAX,
)

__all__ = ["Querying", "Rows", "expansion"]


def expansion(sight: Sight, table: ModelTable, paths: Sequence[str]) -> Need:
    """Return what *paths* such as ``lines.product`` expand. Raises ``QueryInvalid``."""
    if len(paths) > EXPAND_PATHS_MAX:
        raise QueryInvalid(f"at most {EXPAND_PATHS_MAX} paths to expand", code="query_expand")
    tails = []
    for path in paths:
        names = path.split(".")
        if len(names) > EXPANSION_DEPTH_MAX:
            text = f"{path[:200]!r} goes deeper than {EXPANSION_DEPTH_MAX} references"
            raise QueryInvalid(text, code="query_expand")
        at = table
        for name in names:
            hop = hop_from(sight.layout, at, name)
            if hop is None or sight.hides(hop):
                text = f"{path[:200]!r} is no reference or list to expand"
                raise QueryInvalid(text, code="query_expand")
            at = hop.target
        tails.append(names)
    return need_of(sight.layout, table, tails)


@dataclass(frozen=True, slots=True)
class Rows:
    """A ``Page`` whose records are still rows of ``ModelTable.columns``, with more behind."""

    rows: Sequence[Any]
    next: str | None
    total: int | None


class Querying:
    """Answers questions for one asker within one transaction."""

    def __init__(self, connection: Connection, sight: Sight, plans: Plans | None = None) -> None:
        self._connection = connection
        self._sight = sight
        self._plans = plans

    def page(self, query: Query) -> Page:
        """Return a page. Raises ``QueryInvalid``, ``DataLimit``, ``ExpressionError``."""
        table = self._sight.layout.table(query.model)
        need = expansion(self._sight, table, query.expand)
        found = self.rows(query)
        records = [table.record(row) for row in found.rows]
        if need.beyond:
            records = Loader(self._connection, self._sight).expand(table, records, need)
        return Page(tuple(records), found.next, found.total)

    def rows(self, query: Query) -> Rows:
        """Return a page as rows of ``ModelTable.columns``, without what *query* expands."""
        table = self._sight.layout.table(query.model)
        limit, offset = _limits(query)
        if self._plans is not None:
            plan = self._plans.find(self._sight, table, query, limit + 1, self._connection.dialect)
            if plan is not None:
                rows = self._connection.execute(plan.statement, plan.values(query)).fetchall()
                total = _told(rows) if query.has_total else None
                return _cut(table, plan.order, rows, limit, total)
        selection = selection_of(self._sight, table, query)
        order = Order(selection.joins, self._sight, query.sort)
        if selection.is_exact:
            return self._exact(query, selection, order, limit, offset)
        statement = _after(page_of(selection, order, has_total=False), order, query)
        has_all = query.has_total and query.cursor is None
        found, count = self._evaluated(selection, statement, offset, limit + 1, has_all)
        total = None
        if query.has_total:
            total = count if has_all else self._total(selection)
        return _cut(table, order, found, limit, total)

    def _exact(
        self, query: Query, selection: Selection, order: Order, limit: int, offset: int
    ) -> Rows:
        """Return a page of which SQL decides everything."""
        statement = _after(page_of(selection, order, has_total=query.has_total), order, query)
        page = statement.limit(limit + 1).offset(offset or None)
        rows = self._connection.execute(page).fetchall()
        total = None
        if query.has_total:
            # Where no row is, none told the total; there may be some before an offset.
            is_first = not offset and query.cursor is None
            total = _told(rows) if rows or is_first else self._total(selection)
        return _cut(selection.table, order, rows, limit, total)

    def count(self, query: Query) -> int:
        """Return how many records *query* finds on all its pages."""
        table = self._sight.layout.table(query.model)
        return self._total(selection_of(self._sight, table, query))

    def matching(self, selection: Selection) -> Iterator[Record]:
        """Give every record of a selection, up to the bound on what is evaluated."""
        table = selection.table
        statement = (
            select(*table.columns)
            .select_from(selection.joins.clause)
            .where(*selection.where)
            .order_by(table.table.c.id)
        )
        for rows, kept in self._batches(selection, statement):
            for row, is_kept in zip(rows, kept, strict=True):
                if is_kept:
                    yield table.record(row)

    def _total(self, selection: Selection) -> int:
        if not selection.is_exact:
            return sum(1 for _ in self.matching(selection))
        return self._connection.scalar(count_of(selection)) or 0

    def _evaluated(
        self,
        selection: Selection,
        statement: Select[Any],
        offset: int,
        limit: int,
        has_all: bool,
    ) -> tuple[list[Any], int]:
        """Return the rows of a page, and with *has_all* how many there are in all."""
        found: list[Any] = []
        count = 0
        for rows, kept in self._batches(selection, statement):
            for row, is_kept in zip(rows, kept, strict=True):
                if is_kept:
                    count += 1
                    if offset < count <= offset + limit:
                        found.append(row)
            if len(found) == limit and not has_all:
                break
        return found, count

    def _batches(
        self, selection: Selection, statement: Select[Any]
    ) -> Iterator[tuple[Sequence[Any], list[bool]]]:
        result = self._connection.execute(statement.limit(EVALUATED_RECORDS_MAX + 1))
        seen = 0
        while rows := result.fetchmany(DATA_BATCH_RECORDS):
            seen += len(rows)
            if seen > EVALUATED_RECORDS_MAX:
                raise DataLimit(
                    f"this question looks at more than {EVALUATED_RECORDS_MAX} records one by "
                    "one: add a condition that compares a field with a value",
                    code="data_limit_evaluated",
                )
            records = [selection.table.record(row) for row in rows]
            yield rows, selection.keep(self._connection, records)


def _after(statement: Select[Any], order: Order, query: Query) -> Select[Any]:
    return statement if query.cursor is None else statement.where(order.after(query.cursor))


def _told(rows: Sequence[Any]) -> int:
    """Return the total in rows that have it behind everything else."""
    return int(rows[0][-1]) if rows else 0


def _cut(
    table: ModelTable, order: Order, rows: Sequence[Any], limit: int, total: int | None
) -> Rows:
    """Return at most *limit* of *rows*; one more says that there is another page."""
    next_ = None
    if len(rows) > limit:
        next_ = order.cursor(rows[limit - 1][: len(table.columns) + len(order.columns)])
    return Rows(rows[:limit], next_, total)


def _limits(query: Query) -> tuple[int, int]:
    limit, offset = query.limit or PAGE_DEFAULT, query.offset or 0
    if not 1 <= limit <= PAGE_MAX:
        raise QueryInvalid(f"a page has 1 to {PAGE_MAX} records", code="query_value")
    if not 0 <= offset <= PAGE_OFFSET_MAX:
        raise QueryInvalid(f"an offset is at most {PAGE_OFFSET_MAX}", code="query_value")
    if query.cursor is not None and query.offset:
        raise QueryInvalid("a cursor and an offset exclude each other", code="query_value")
    return limit, offset
