"""Values as JSON that loses nothing, between the runtime and the engine. SPEC: section EX.

Null, true, false and texts are themselves, a JSON number is an integer and an array a list.
Everything else is an object of one key: ``i`` an integer beyond 2^53, ``f`` a double, ``d`` a
decimal (its digits, or where they are few its coefficient and scale), ``t`` a timestamp and ``u`` a
duration in milliseconds, ``m`` a map as an array of keys and values, ``r`` a record as [id, model,
{fields}]. The engine's twin is ``codec.ts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from runtime.expressions.ast import Path
from runtime.expressions.errors import ExpressionError
from runtime.expressions.values import RecordValue, Value
from runtime.limits import EXPRESSION_VALUE_DEPTH_MAX

__all__ = ["Needs", "decode", "encode", "milliseconds", "needs_of"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_SAFE: Final = 2**53 - 1
_INT_MAX: Final = 2**63 - 1
# Decimals are written out in full; the engine refuses longer ones anyway.
_DECIMAL_DIGITS_MAX: Final = 2_000
# Digits that a JSON number holds exactly.
_DIGITS_FEW: Final = 15
_PLACES_FEW: Final = 12

# What is read of a value: None for all of it, else what is read of its parts by name.
Needs = Mapping[str, "Needs"] | None


def needs_of(paths: Iterable[Path]) -> dict[str, Needs]:
    """Return what is read of each root: the paths as a tree."""
    roots: dict[str, Any] = {}
    for path in paths:
        here: dict[str, Any] = roots
        for part in path[:-1]:
            inner = here.setdefault(part, {})
            if inner is None:
                break
            here = inner
        else:
            here[path[-1]] = None
    return roots


def milliseconds(moment: datetime) -> int:
    """Return whole milliseconds since 1970; a finer part is cut off, towards the past."""
    if moment.tzinfo is None:
        raise ExpressionError("expression_value", "A timestamp without a time zone is no moment.")
    return (moment - _EPOCH) // _MILLISECOND


def encode(value: Value, needs: Needs = None, depth: int = 0) -> Any:
    """Return the JSON of what is read of *value*. Raises ExpressionError for what is no value."""
    if value is None or value is True or value is False or type(value) is str:
        return value
    if depth > EXPRESSION_VALUE_DEPTH_MAX:
        raise ExpressionError("expression_limit", "A value is nested too deeply.")
    if isinstance(value, RecordValue):
        return {"r": [value.id, value.model, _fields(value.fields, needs, depth)]}
    if isinstance(value, Mapping):
        return {"m": _pairs(value, needs, depth)}
    if isinstance(value, list | tuple):
        inner = None if needs is None else needs.get("*")
        return [encode(item, inner, depth + 1) for item in value]
    return _scalar(value)


def _fields(fields: Mapping[str, Value], needs: Needs, depth: int) -> dict[str, Any]:
    if needs is None or "*" in needs:
        return {
            name: encode(item, None, depth + 1) for name, item in fields.items() if item is not None
        }
    return {
        name: encode(item, inner, depth + 1)
        for name, inner in needs.items()
        if (item := fields.get(name)) is not None
    }


def _pairs(value: Mapping[str, Value], needs: Needs, depth: int) -> list[Any]:
    pairs: list[Any] = []
    is_whole = needs is None or "*" in needs
    for name, item in value.items():
        if not isinstance(name, str):
            raise ExpressionError("expression_value", "The keys of a map are texts.")
        if is_whole:
            pairs += (name, encode(item, None, depth + 1))
        elif needs is not None and name in needs:
            pairs += (name, encode(item, needs[name], depth + 1))
    return pairs


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        if not -_INT_MAX - 1 <= value <= _INT_MAX:
            raise ExpressionError("expression_value", "An integer is too large: use a decimal.")
        return int(value) if -_SAFE <= value <= _SAFE else {"i": str(value)}
    if isinstance(value, Decimal):
        return {"d": _digits(value)}
    if isinstance(value, float):
        return {"f": {"inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), repr(value))}
    if isinstance(value, datetime):
        return {"t": milliseconds(value)}
    if isinstance(value, timedelta):
        return {"u": value // _MILLISECOND}
    raise ExpressionError("expression_internal", f"{type(value).__name__} is no kind of value.")


def _digits(value: Decimal) -> str | tuple[int, int]:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ExpressionError("expression_value", "A decimal is a number.")
    if abs(exponent) > _DECIMAL_DIGITS_MAX or value.adjusted() > _DECIMAL_DIGITS_MAX:
        raise ExpressionError("expression_limit", "A decimal has too many digits.")
    if -_PLACES_FEW <= exponent <= 0 and value.adjusted() < _DIGITS_FEW + exponent:
        # A number is read in a third of the time that a text takes.
        return int(value.scaleb(-exponent)), -exponent
    return format(value, "f")


def decode(wire: Any) -> Value:
    """Return the value of what the engine wrote."""
    if isinstance(wire, list):
        return [decode(item) for item in wire]
    if not isinstance(wire, dict):
        plain: Value = wire
        return plain
    ((kind, content),) = wire.items()
    return _decode_tagged(kind, content)


def _decode_tagged(kind: str, content: Any) -> Value:
    match kind:
        case "d":
            if isinstance(content, str):
                return Decimal(content)
            return Decimal(content[0]).scaleb(-content[1])
        case "t":
            return _EPOCH + timedelta(milliseconds=content)
        case "u":
            return timedelta(milliseconds=content)
        case "i":
            return int(content)
        case "f":
            return float(content)
        case "m":
            return {content[at]: decode(content[at + 1]) for at in range(0, len(content), 2)}
        case "r":
            identifier, model, fields = content
            decoded = {name: decode(item) for name, item in fields.items()}
            return RecordValue(identifier, model, decoded)
    raise ValueError(f"the engine wrote an unknown kind of value: {kind}")
