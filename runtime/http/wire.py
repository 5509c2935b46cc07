"""Values of expressions as JSON. SPEC: section RS. Called by ``player``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from runtime.expressions.values import RecordValue, Value
from runtime.limits import DATA_INTEGER_MAX

__all__ = ["value_json"]


def value_json(value: Value) -> Any:
    """Return *value* as JSON: a Decimal as a text of its digits, a moment in ISO 8601.

    A record is an object with its id and the fields it came with. An integer that JavaScript
    cannot hold is a text.
    """
    match value:
        case Decimal():
            return format(value, "f")
        case bool() | None | str() | float():
            return value
        case int():
            return value if abs(value) <= DATA_INTEGER_MAX else str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case timedelta():
            return f"{value.total_seconds():.3f}s"
        case list():
            return [value_json(each) for each in value]
        case RecordValue():
            fields = {name: value_json(each) for name, each in value.fields.items()}
            return {**fields, "id": value.id}
        case dict():
            return {name: value_json(each) for name, each in value.items()}
