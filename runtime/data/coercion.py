"""From what an expression gives to what a field holds. SPEC: section DA. Called by
``recomputing`` and ``writing``.

A Decimal is rounded half up to the field's scale here and nowhere else; what is no value of the
field's type raises ``BadValue``, whose text is for people.
"""

from __future__ import annotations

from decimal import Decimal

from runtime.data.errors import FieldFault
from runtime.data.validation import field_faults
from runtime.data.values import BadValue, read_value, round_decimal
from runtime.expressions.values import RecordValue, Value
from runtime.parts import Field, FieldType

__all__ = ["coerce", "computed_value"]

_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a decimal number",
    str: "a text",
    list: "a list",
    dict: "a map",
    RecordValue: "a record",
}


def coerce(field: Field, value: Value) -> Value:
    """Return *value* as one of *field*, or raise ``BadValue``."""
    if value is None:
        return None
    if field.type is FieldType.DECIMAL and isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite() or number.adjusted() > 1_100:
            raise BadValue("precision", f"a number of at most {field.precision} digits")
        return read_value(field, round_decimal(number, field.scale))
    is_text = isinstance(value, str)
    if is_text and field.type in (FieldType.INTEGER, FieldType.DECIMAL, FieldType.BOOLEAN):
        # The wire says "5" for 5, where a text cannot be meant; an expression says what it means.
        raise BadValue("type", f"{field.type} and is a text")
    return read_value(field, value)


def computed_value(field: Field, value: Value) -> Value:
    """Return what a computed field holds when its expression gives *value*.

    Raises ``BadValue`` with a whole sentence for people.
    """
    try:
        result = coerce(field, value)
    except BadValue as bad:
        given = _WORDS.get(type(value), type(value).__name__)
        raise BadValue(
            bad.code, f"the expression gives {given}, and the field must be {bad.message}"
        ) from None
    fault: FieldFault | None = next(field_faults(field, result), None)
    if fault is not None:
        raise BadValue(fault.code, f"the expression's value {fault.message}")
    return result
