"""Default values. SPEC: section DA. Called by ``writing``, ``migration`` and ``samples``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from runtime.data.coercion import coerce
from runtime.data.validation import field_faults
from runtime.data.values import BadValue, read_value
from runtime.expressions.engine import Engine
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import Value
from runtime.parts import Field
from runtime.reading import expression

__all__ = ["default_of"]


def default_of(
    field: Field, engine: Engine, now: datetime, context: Mapping[str, Value] | None = None
) -> Value:
    """Return a field's default, or None if it has none.

    Raises ``BadValue`` if it is none of the field's type or breaks its rules.
    """
    if field.default is None or field.computed:
        return None
    source = expression(field.default)
    if not source:
        value = read_value(field, field.default)
    else:
        try:
            value = coerce(field, engine.evaluate(source, context or {}, now=now))
        except ExpressionError as error:
            raise BadValue(error.code, f"an expression that has a value: {error.message}") from None
    fault = next(field_faults(field, value), None)
    if fault is not None:
        raise BadValue(fault.code, fault.message.removeprefix("must be "))
    return value
