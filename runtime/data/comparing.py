"""Comparisons as SQL that say exactly what the expression engine says. SPEC: section DA.

Equality is never unknown: null equals null alone, and different kinds differ. An order is an error
where one side is null or the kinds do not go together, and an error is SQL's NULL: ``&&``, ``||``
and ``!`` treat both alike. Numbers are compared exactly: a limit between two values of a column
becomes the next value of it. Called by ``filters`` and ``conditions``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, case, cast, false, literal, null

from runtime.data.layout import StoredField
from runtime.data.storage import Shape, is_sealed, is_wide, wide_text
from runtime.data.values import EXACT, TEXTS, milliseconds
from runtime.expressions.values import RecordValue, Value
from runtime.parts import FieldType

__all__ = ["UNKNOWN", "Kind", "NotSql", "Term", "compare", "compare_columns", "equal", "kind_of"]

# An error: neither true nor false. Said to be a boolean, since PostgreSQL takes a choice between
# nothing but nulls for a text.
UNKNOWN: Final[ColumnElement[bool]] = cast(null(), Boolean)
_ORDERS: Final[dict[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_BIGINT_MAX: Final = 2**63 - 1


class NotSql(Exception):
    """SQL cannot say this: the engine evaluates it record by record."""


class Kind(StrEnum):
    """What a column holds, as the engine sees it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    RECORD = "record"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Term:
    """A column within a statement, and what it holds."""

    column: ColumnElement[Any]
    kind: Kind
    shape: Shape


def kind_of(stored: StoredField) -> Kind:
    """Return what the column of a field holds; of what is encrypted SQL knows nothing."""
    if is_sealed(stored.field):
        return Kind.OTHER
    match stored.field.type:
        case FieldType.INTEGER:
            return Kind.INTEGER
        case FieldType.DECIMAL:
            return Kind.DECIMAL
        case FieldType.BOOLEAN:
            return Kind.BOOLEAN
        case FieldType.DATE_TIME:
            return Kind.MOMENT
        case FieldType.REFERENCE:
            return Kind.RECORD
        case FieldType.DATE | FieldType.TIME:
            return Kind.TEXT
    return Kind.TEXT if stored.field.type in TEXTS else Kind.OTHER


def equal(term: Term, value: Value) -> ColumnElement[bool]:
    """Return whether *term* equals *value*, as the engine's ``==``."""
    if value is None:
        return term.column.is_(None)
    if isinstance(value, RecordValue) and term.kind in (Kind.TEXT, Kind.RECORD):
        value = value.id
    match term.kind:
        case Kind.OTHER:
            raise NotSql
        case Kind.TEXT | Kind.RECORD if isinstance(value, str):
            return _same(term, _text(value))
        case Kind.BOOLEAN if isinstance(value, bool):
            return _same(term, value)
        case Kind.MOMENT if isinstance(value, datetime):
            return _same(term, milliseconds(value))
        case Kind.DECIMAL if isinstance(value, float):
            # Between decimals and floating-point numbers the engine knows no equality.
            return case((term.column.is_(None), false()), else_=UNKNOWN)
        case Kind.INTEGER | Kind.DECIMAL if _is_number(value):
            return _equal_number(term, value)
    return false()


def compare(term: Term, order: str, value: Value) -> ColumnElement[bool]:
    """Return the order of *term* and *value*, as the engine's ``<``, ``<=``, ``>``, ``>=``."""
    apply = _ORDERS[order]
    match term.kind:
        case Kind.OTHER:
            raise NotSql
        case Kind.TEXT if isinstance(value, str):
            return apply(term.column, _text(value))
        case Kind.MOMENT if isinstance(value, datetime):
            return apply(term.column, milliseconds(value))
        case Kind.DECIMAL if isinstance(value, float):
            return UNKNOWN
        case Kind.INTEGER | Kind.DECIMAL if _is_number(value):
            return _compare_numbers(term, order, value)
    return UNKNOWN


def compare_columns(left: Term, order: str, right: Term) -> ColumnElement[bool]:
    """Return how two columns compare, by ``==``, ``!=`` or an order."""
    kinds = {left.kind, right.kind}
    if Kind.OTHER in kinds or (Kind.DECIMAL in kinds and left.shape != right.shape):
        raise NotSql
    if order in ("==", "!="):
        is_same_kind = left.kind == right.kind or kinds == {Kind.TEXT, Kind.RECORD}
        if is_same_kind:
            same = left.column.is_not_distinct_from(right.column)
        else:
            same = left.column.is_(None) & right.column.is_(None)
        return same if order == "==" else ~same
    if left.kind != right.kind or left.kind in (Kind.BOOLEAN, Kind.RECORD):
        return UNKNOWN
    return _ORDERS[order](left.column, right.column)


def _equal_number(term: Term, value: Any) -> ColumnElement[bool]:
    number = _exact(value)
    if number is None:
        return false()
    unit = _unit(term, number)
    is_held = unit == unit.to_integral_value() and abs(unit) <= _bound(term)
    return _same(term, _stored(term, int(unit))) if is_held else false()


def _compare_numbers(term: Term, order: str, value: Any) -> ColumnElement[bool]:
    number = _exact(value)
    if number is None:
        raise NotSql
    unit = _unit(term, number)
    floor = unit.to_integral_value(ROUND_FLOOR, EXACT)
    if floor != unit:
        # No value of the column lies at the limit, so it is as good as the next whole unit.
        order = "<=" if order in ("<", "<=") else ">"
    limit, bound = int(floor), _bound(term)
    if not -bound <= limit <= bound:
        is_met = (limit > 0) == (order in ("<", "<="))
        return case((term.column.is_(None), UNKNOWN), else_=literal(is_met, Boolean))
    return _ORDERS[order](term.column, _stored(term, limit))


def _same(term: Term, stored: Any) -> ColumnElement[bool]:
    return term.column.is_not_distinct_from(stored)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotSql from None
    return value


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _exact(value: Any) -> Decimal | None:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return Decimal(value)


def _unit(term: Term, number: Decimal) -> Decimal:
    """Return a number in units of the column's last digit."""
    return number.scaleb(term.shape.scale, EXACT) if term.kind is Kind.DECIMAL else number


def _bound(term: Term) -> int:
    """Return what the units of a column's values never reach beyond."""
    if term.kind is Kind.DECIMAL and is_wide(term.shape):
        return int(10**term.shape.precision) - 1
    return _BIGINT_MAX


def _stored(term: Term, unit: int) -> Any:
    if term.kind is Kind.DECIMAL and is_wide(term.shape):
        return wide_text(unit, term.shape.precision)
    return unit
