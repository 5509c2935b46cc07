"""Sums, averages, smallest and greatest values, exactly. SPEC: section DA. Called by ``grouping``
and ``model_parts``.

A database's sum of large integers overflows or turns into a float, so high and low parts are summed
apart. Wide decimals are texts to the database and are added up here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, func

from runtime.data.errors import QueryInvalid
from runtime.data.layout import StoredField
from runtime.data.queries import Measure
from runtime.data.storage import Shape, is_sealed, is_wide
from runtime.data.values import EXACT, round_decimal
from runtime.expressions.values import Value
from runtime.parts import FieldType

__all__ = ["check_measure", "columns_of", "has_sql", "measure_values", "measured"]

# Parts below and above nine digits: either sum holds 9 * 10^9 records of 18 digits.
_PART: Final = 10**9
# How many digits more than its field an average has.
_AVERAGE_DIGITS: Final = 6
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})
_UNORDERED: Final = frozenset(
    {FieldType.JSON, FieldType.FILE, FieldType.REFERENCE, FieldType.BOOLEAN}
)


def check_measure(measure: Measure, stored: StoredField | None) -> None:
    """Raise ``QueryInvalid`` if a field cannot be measured so."""
    if measure is Measure.COUNT:
        return
    if stored is None:
        raise QueryInvalid(f"{measure} needs a field to measure", code="query_group")
    type_ = stored.field.type
    is_sum = measure in (Measure.SUM, Measure.AVERAGE)
    if (is_sum and type_ not in _NUMBERS) or type_ in _UNORDERED:
        raise QueryInvalid(
            f"there is no {measure} of {stored.field.name}, which is {type_}", code="query_group"
        )


def has_sql(measure: Measure, stored: StoredField | None) -> bool:
    """Return whether the database can measure this exactly."""
    if stored is None:
        return True
    is_sum = measure in (Measure.SUM, Measure.AVERAGE)
    return not is_sealed(stored.field) and not (is_sum and is_wide(Shape.of(stored.field)))


def columns_of(measure: Measure, column: ColumnElement[Any] | None) -> list[ColumnElement[Any]]:
    """Return what to select of each group for ``measured``."""
    if measure is Measure.COUNT or column is None:
        return [func.count()]
    if measure is Measure.MINIMUM:
        return [func.min(column)]
    if measure is Measure.MAXIMUM:
        return [func.max(column)]
    return [func.sum(column // _PART), func.sum(column % _PART), func.count(column)]


def measured(measure: Measure, stored: StoredField | None, row: Sequence[Any]) -> Value:
    """Return what was measured, from the columns of ``columns_of``."""
    if measure is Measure.COUNT or stored is None:
        return int(row[0])
    if measure in (Measure.MINIMUM, Measure.MAXIMUM):
        extreme: Value = stored.value(row[0])
        return extreme
    high, low, count = row
    total = (high or 0) * _PART + (low or 0)
    scale = stored.field.scale if stored.field.type is FieldType.DECIMAL else 0
    return _total(measure, Decimal(total).scaleb(-scale, EXACT), count, stored)


def measure_values(measure: Measure, stored: StoredField | None, values: Iterable[Value]) -> Value:
    """Return the same for values that are at hand; null counts for ``count`` alone."""
    if measure is Measure.COUNT or stored is None:
        return sum(1 for _ in values)
    found: list[Any] = [value for value in values if value is not None]
    if measure in (Measure.MINIMUM, Measure.MAXIMUM):
        choose: Callable[..., Value] = min if measure is Measure.MINIMUM else max
        return choose(found, default=None)
    total = sum((Decimal(value) for value in found), Decimal(0))
    return _total(measure, total, len(found), stored)


def _total(measure: Measure, total: Decimal, count: int, stored: StoredField) -> Value:
    is_decimal = stored.field.type is FieldType.DECIMAL
    scale = stored.field.scale if is_decimal else 0
    if measure is Measure.AVERAGE:
        if not count:
            return None
        return round_decimal(EXACT.divide(total, Decimal(count)), scale + _AVERAGE_DIGITS)
    return round_decimal(total, scale) if is_decimal else int(total)
