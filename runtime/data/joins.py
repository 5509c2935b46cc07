"""The tables of one statement: a model's own and those its references lead to. SPEC: section DA.

A reference is followed by an outer join, once however often it is named; it leads to at most one
record, so that no record of the model comes twice. Called by ``filters``, ``conditions``,
``sorting`` and ``grouping``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from runtime.data.layout import ModelTable, StoredField
from runtime.data.paths import Hop

__all__ = ["Joins"]


class Joins:
    """The joins of a statement over *table*."""

    def __init__(self, table: ModelTable) -> None:
        self.table = table
        self._aliases: dict[tuple[str, ...], FromClause] = {(): table.table}
        self._joined: FromClause = table.table

    @property
    def clause(self) -> FromClause:
        """What to select from."""
        return self._joined

    def column(self, hops: Sequence[Hop], stored: StoredField) -> ColumnElement[Any]:
        """Return the column of a field behind *hops*, all of which are references."""
        column: ColumnElement[Any] = self._alias(hops).c[stored.column.key]
        return column

    def _alias(self, hops: Sequence[Hop]) -> FromClause:
        path = tuple(hop.name for hop in hops)
        found = self._aliases.get(path)
        if found is None:
            assert not hops[-1].is_list, "a list is no join: it would double its owner"
            source = self._alias(hops[:-1])
            found = hops[-1].target.table.alias()
            reference = source.c[hops[-1].reference.column.key]
            self._joined = self._joined.outerjoin(found, found.c.id == reference)
            self._aliases[path] = found
        return found
