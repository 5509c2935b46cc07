"""Statements of questions that are asked again with other values. SPEC: section DA.

Most of what a page of records costs is the statement: making it out of its parts, and finding out
that it was compiled before. Questions differ in the values that people type or choose far more
often than in the fields that they name. So the statement of a question's shape is made once, with
marks in the places of the values, and executed with the values of each question.

Only where a mark surely stands for every value of its kind: a text that a condition compares for
equality with a field of texts. Everything else is made anew each time. Called by ``querying``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Dialect, Select, func, select

from runtime.data.conditions import condition, open_path, search
from runtime.data.errors import QueryInvalid
from runtime.data.layout import ModelTable
from runtime.data.queries import GroupQuery, ModelAccess, Operator, Query
from runtime.data.selecting import Selection
from runtime.data.sight import Sight
from runtime.data.sorting import Order
from runtime.expressions.values import Value
from runtime.limits import DATA_PLANS_MAX, QUERY_CONDITIONS_MAX, SEARCH_CHARACTERS_MAX
from runtime.parts import FieldType

__all__ = ["Plan", "Plans", "count_of", "page_of", "selection_of"]

_EQUALITIES: Final = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
# Other texts have a form that their values are checked for or brought into.
_FREE_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.ENUM})


def selection_of(sight: Sight, table: ModelTable, query: Query | GroupQuery) -> Selection:
    """Return which records a question is about."""
    if len(query.conditions) > QUERY_CONDITIONS_MAX:
        raise QueryInvalid(f"at most {QUERY_CONDITIONS_MAX} conditions", code="query_value")
    selection = sight.select(table)
    for asked in query.conditions:
        selection.where.append(condition(selection.joins, sight, sight.dialect, asked))
    if query.search:
        selection.where.append(search(table, sight, sight.dialect, query.search))
    if query.filter:
        enums: Any = sight.layout.schema.enums_value
        variables: dict[str, Value] = {"enums": enums, **query.variables}
        selection.add_filter(query.filter, "item", variables, sight, sight.load)
    return selection


def page_of(selection: Selection, order: Order, *, has_total: bool) -> Select[Any]:
    """Return all rows of a selection in order: a record's columns, the order's, and the total."""
    statement = (
        select(*selection.table.columns, *order.columns)
        .select_from(selection.joins.clause)
        .where(*selection.where)
        .order_by(*order.clauses)
    )
    if has_total:
        # In the same statement: another one would cost as much again as what it does here.
        statement = statement.add_columns(count_of(selection).scalar_subquery())
    return statement


def count_of(selection: Selection) -> Select[int]:
    """Return how many records a selection has, as far as SQL decides."""
    counted = select(func.count()).select_from(selection.joins.clause).where(*selection.where)
    # Within a page it is still about all records, and not about the one beside it.
    return counted.correlate(None)


@dataclass(frozen=True, slots=True)
class Plan:
    """The first page of questions of one shape: execute *statement* with ``values``."""

    statement: Select[Any]
    order: Order
    # The names of the parameters that each condition's value goes to.
    parameters: tuple[tuple[str, ...], ...]

    def values(self, query: Query) -> Mapping[str, object]:
        """Return the statement's parameters for *query*."""
        return {
            name: asked.value
            for asked, names in zip(query.conditions, self.parameters, strict=True)
            for name in names
        }


@dataclass(frozen=True, slots=True)
class _Shape:
    """All that a statement depends on but values."""

    table: ModelTable
    models: frozenset[tuple[str, ModelAccess]] | None
    conditions: tuple[tuple[str, Operator], ...]
    sort: tuple[str, ...]
    limit: int
    has_total: bool


class Plans:
    """The plans of one layout's tables. Thread-safe."""

    def __init__(self) -> None:
        self._kept: dict[_Shape, Plan | None] = {}

    def find(
        self, sight: Sight, table: ModelTable, query: Query, limit: int, dialect: Dialect
    ) -> Plan | None:
        """Return the plan of *query* for *limit* rows; None if its statement has to be made."""
        if query.filter or query.search or query.cursor is not None or query.offset:
            return None
        allowed = sight.access.of(table.model.id)
        is_open = allowed is not None and not allowed.restrict
        if not is_open or not all(_is_plain(asked.value) for asked in query.conditions):
            return None
        models = sight.access.models
        shape = _Shape(
            table,
            None if models is None else frozenset(models.items()),
            tuple((asked.path, asked.operator) for asked in query.conditions),
            query.sort,
            limit,
            query.has_total,
        )
        if shape in self._kept:
            return self._kept.get(shape)
        plan = _plan(sight, table, query, limit, dialect)
        if len(self._kept) >= DATA_PLANS_MAX:
            self._kept.clear()
        self._kept[shape] = plan
        return plan


def _plan(
    sight: Sight, table: ModelTable, query: Query, limit: int, dialect: Dialect
) -> Plan | None:
    # What nobody can guess is nowhere in the statement but where a value stands.
    marks = [secrets.token_hex(16) for _ in query.conditions]
    marked = zip(query.conditions, marks, strict=True)
    conditions = tuple(replace(asked, value=mark) for asked, mark in marked)
    try:
        if not all(_is_free(sight, table, asked.path, asked.operator) for asked in conditions):
            return None
        selection = selection_of(sight, table, replace(query, conditions=conditions))
        order = Order(selection.joins, sight, query.sort)
    except QueryInvalid:
        # Told by the way that every question can go, which names the value too.
        return None
    statement = page_of(selection, order, has_total=query.has_total).limit(limit)
    found = statement.compile(dialect=dialect).params
    parameters = tuple(
        tuple(name for name, value in found.items() if value == mark) for mark in marks
    )
    # A mark that went into the statement in another form would be a value of nobody's question.
    return Plan(statement, order, parameters) if all(parameters) else None


def _is_free(sight: Sight, table: ModelTable, path: str, operator: Operator) -> bool:
    _, stored = open_path(sight, table, path, "query_field")
    return operator in _EQUALITIES and stored.field.type in _FREE_TEXTS


def _is_plain(value: object) -> bool:
    """Whether a value is a text like any other: not empty, and with nothing that is refused."""
    return (
        isinstance(value, str) and 0 < len(value) <= SEARCH_CHARACTERS_MAX and value.isprintable()
    )
