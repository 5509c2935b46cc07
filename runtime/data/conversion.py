"""Values of one type as values of another. SPEC: section DA. Called by ``migration``.

A conversion is *exact* if nothing of the value is lost: 2 is 2.00, but 2.5 is no Integer. What is
not exact is still converted as well as it goes (rounded, cut off, or null), and the original is
kept until somebody confirms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from runtime.data.storage import Shape, is_wide
from runtime.data.values import (
    TEXTS,
    BadValue,
    format_moment,
    read_value,
    round_decimal,
)
from runtime.expressions.values import Value
from runtime.parts import Field, FieldType

__all__ = ["convert", "is_stored_alike"]

# Types whose stored text is also what they are as a text.
_PLAIN: Final = TEXTS | {FieldType.DATE, FieldType.TIME, FieldType.REFERENCE}
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL})


def is_stored_alike(old: Shape, new: Shape) -> bool:
    """Return whether every stored value of the one shape is one of the other, unchanged."""
    if old.is_encrypted != new.is_encrypted:
        return False
    if old == new or (old.type in _PLAIN and new.type in TEXTS):
        return True
    if old.type is FieldType.DECIMAL and new.type is FieldType.DECIMAL:
        is_roomy = new.precision >= old.precision
        return old.scale == new.scale and is_roomy and not is_wide(new)
    return False


def convert(value: Value, old: Shape, new: Shape) -> tuple[Value, bool]:
    """Return *value* (not None) as one of *new*, and whether that is exact."""
    if old.clear == new.clear:
        return value, True
    field = Field("", "", new.type, precision=new.precision or 18, scale=new.scale)
    if new.type in TEXTS:
        return _text(value), True
    if old.type is FieldType.FILE or new.type is FieldType.FILE:
        return (value, True) if new.type is FieldType.JSON else (None, False)
    if old.type is FieldType.JSON and not isinstance(value, str | int | float | bool):
        return None, False
    if value == "" and new.type is not FieldType.JSON:
        # An empty text says as little as null does.
        return None, True
    try:
        return read_value(field, _alike(value, new)), _is_whole(value, new)
    except BadValue:
        return _nearest(value, field), False


def _alike(value: Any, new: Shape) -> Any:
    """Return *value* as what the wire would say, where types are near to each other."""
    if new.type in _NUMBERS and isinstance(value, bool):
        return int(value)
    if new.type is FieldType.BOOLEAN and isinstance(value, int | Decimal) and value in (0, 1):
        return bool(value)
    if new.type is FieldType.DATE_TIME and isinstance(value, str) and len(value) == 10:
        return f"{value}T00:00:00Z"
    if new.type is FieldType.DATE and isinstance(value, datetime):
        return value.date().isoformat()
    if new.type is FieldType.TIME and isinstance(value, datetime):
        return value.time().replace(microsecond=0).isoformat()
    return value


def _is_whole(value: Any, new: Shape) -> bool:
    if isinstance(value, str) and new.type in _NUMBERS:
        # 007 and +1 may be more than numbers; 12 and 12.00 are the same one.
        return bool(_PLAIN_NUMBER.fullmatch(value))
    if isinstance(value, datetime):
        if new.type is FieldType.DATE:
            return value.time().isoformat() == "00:00:00"
        return new.type is not FieldType.TIME
    return True


def _nearest(value: Any, field: Field) -> Value:
    if not isinstance(value, Decimal) or field.type not in _NUMBERS:
        return None
    try:
        return read_value(field, round_decimal(value, field.scale or 0))
    except BadValue:
        return None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping | list | float):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)
