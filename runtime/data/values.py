"""Values of fields: from the wire, and back to it. SPEC: section DA. Called by ``validation``,
``conditions``, ``wire`` and ``computed``.

``read_value`` takes JSON (or a Value, as workflows have them) and returns what expressions and
records hold; ``write_value`` is its inverse. A value that is none raises ``BadValue``, whose text
goes on after "must be" and is for people.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Final

import orjson

from runtime.expressions.values import RecordValue, Value
from runtime.limits import (
    DATA_INTEGER_MAX,
    JSON_BYTES_MAX,
    JSON_NESTING_MAX,
    TEXT_CHARACTERS_MAX,
)
from runtime.parts import Field, FieldType

__all__ = [
    "EXACT",
    "TEXTS",
    "BadValue",
    "format_decimal",
    "format_moment",
    "milliseconds",
    "moment",
    "read_value",
    "round_decimal",
    "write_value",
]

# Wide enough for every precision that a field can have; Python's default of 28 digits is not.
EXACT: Final = Context(prec=4_000, rounding=ROUND_HALF_UP)
# The types whose values are texts and are stored as texts.
TEXTS: Final = frozenset(
    {FieldType.TEXT, FieldType.EMAIL, FieldType.URL, FieldType.ENUM, FieldType.UUID}
)
_NUMBER_CHARACTERS_MAX: Final = 2_100
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,20}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.0{1,9})?)?")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]"
    r"(?::[0-5][0-9](?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class BadValue(Exception):
    """A value is not of its field's type; the text goes on after "must be"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_value(field: Field, raw: Any) -> Value:
    """Return the value of *field* that *raw* stands for; None for null.

    An empty text is null for every type but Text and Json, as forms send it. Raises ``BadValue``.
    """
    if raw is None or (raw == "" and field.type not in (FieldType.TEXT, FieldType.JSON)):
        return None
    return _READERS[field.type](field, raw)


def write_value(field: Field, value: Value) -> Any:
    """Return *value* as on the wire: decimals and moments as texts, everything else as JSON."""
    if isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        is_exact = value.as_tuple().exponent == -field.scale
        return f"{value:f}" if is_exact else format_decimal(value, field.scale)
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, RecordValue):
        return value.id
    return value


# --- numbers ------------------------------------------------------------------------------------


def round_decimal(value: Decimal, scale: int) -> Decimal:
    """Return *value* rounded half up (away from zero) to *scale* digits after the point."""
    return value.quantize(Decimal(1).scaleb(-scale, EXACT), context=EXACT)


def format_decimal(value: Decimal, scale: int) -> str:
    """Return *value* with exactly *scale* digits after the point."""
    return f"{round_decimal(value, scale):f}"


def _read_integer(_: Field, raw: Any) -> Value:
    if isinstance(raw, str) and _WHOLE.fullmatch(raw.strip()):
        raw = int(raw)
    elif isinstance(raw, float | Decimal):
        number = Decimal(raw)
        is_whole = number.is_finite() and number.adjusted() < 20 and number == int(number)
        raw = int(number) if is_whole else raw
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise BadValue("integer", "a whole number")
    if abs(raw) > DATA_INTEGER_MAX:
        raise BadValue("integer", f"a whole number of at most {DATA_INTEGER_MAX} either way")
    return raw


def _read_decimal(field: Field, raw: Any) -> Value:
    value = _decimal(raw)
    if value is None:
        raise BadValue("decimal", f"a number such as {format_decimal(Decimal('9.5'), field.scale)}")
    exact = round_decimal(value, field.scale)
    if exact != value:
        raise BadValue("scale", f"a number with at most {field.scale} digits after the point")
    if len(exact.as_tuple().digits) > field.precision and exact:
        raise BadValue("precision", f"a number of at most {field.precision} digits")
    # There is one zero: "-0.00" would neither sort nor compare as people expect.
    return exact or abs(exact)


def _decimal(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float):
        # What JSON wrote as 19.9 means 19.9 and not the nearest binary fraction.
        raw = repr(raw)
    if isinstance(raw, int) and abs(raw) > 10**1_000:
        return None
    if isinstance(raw, str):
        raw = raw.strip()
        is_number = len(raw) <= _NUMBER_CHARACTERS_MAX and _NUMBER.fullmatch(raw.split("e")[0])
        if not is_number or not re.fullmatch(r"[^e]+(?:e[+-]?[0-9]{1,3})?", raw):
            return None
    if not isinstance(raw, int | str | Decimal):
        return None
    try:
        value = Decimal(raw)
        return value if value.is_finite() and abs(value.adjusted()) < 2_000 else None
    except InvalidOperation:
        return None


# --- texts --------------------------------------------------------------------------------------


def _read_text(_: Field, raw: Any) -> Value:
    if not isinstance(raw, str):
        raise BadValue("text", "a text")
    if len(raw) > TEXT_CHARACTERS_MAX:
        raise BadValue("text", f"a text of at most {TEXT_CHARACTERS_MAX} characters")
    if "\0" in raw:
        raise BadValue("text", "a text without the character NUL")
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            raise BadValue("text", "a text without halves of surrogate pairs") from None
    return raw


def _read_enum(field: Field, raw: Any) -> Value:
    if not isinstance(raw, str) or raw not in field.values:
        raise BadValue("enum", "one of " + ", ".join(field.values[:20]))
    return raw


def _read_uuid(_: Field, raw: Any) -> Value:
    try:
        if isinstance(raw, str) and len(raw) <= 45:
            return str(uuid.UUID(raw))
    except ValueError:
        pass
    raise BadValue("uuid", "a UUID such as 018f3c9e-7c44-7cc4-a8a6-5d7f4d9e2b10")


def _read_reference(_: Field, raw: Any) -> Value:
    if isinstance(raw, RecordValue):
        return raw.id
    if isinstance(raw, Mapping) and isinstance(raw.get("id"), str):
        raw = raw["id"]
    if not isinstance(raw, str) or len(raw) > 64 or not raw.isascii():
        raise BadValue("reference", "the id of a record")
    return raw


def _read_boolean(_: Field, raw: Any) -> Value:
    if raw in ("true", "false") and isinstance(raw, str):
        return raw == "true"
    if not isinstance(raw, bool):
        raise BadValue("boolean", "true or false")
    return raw


# --- times --------------------------------------------------------------------------------------


def milliseconds(value: datetime) -> int:
    """Return the milliseconds since 1970 of a moment, cut off below."""
    return (value - _EPOCH) // _MILLISECOND


def moment(value_ms: int) -> datetime:
    """Return the moment that is *value_ms* milliseconds after the beginning of 1970, in UTC."""
    return _EPOCH + timedelta(milliseconds=value_ms)


def format_moment(value: datetime) -> str:
    """Return a moment as on the wire: in UTC, with milliseconds."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def _read_date(_: Field, raw: Any) -> Value:
    try:
        if isinstance(raw, str) and _DATE.fullmatch(raw):
            return date.fromisoformat(raw).isoformat()
    except ValueError:
        pass
    raise BadValue("date", "a day such as 2026-11-22")


def _read_time(_: Field, raw: Any) -> Value:
    if not isinstance(raw, str) or not _TIME.fullmatch(raw):
        raise BadValue("time", "a time of day such as 09:30:00")
    return time.fromisoformat(raw[:8]).isoformat()


def _read_moment(_: Field, raw: Any) -> Value:
    try:
        if isinstance(raw, str) and _MOMENT.fullmatch(raw):
            raw = datetime.fromisoformat(raw.upper())
        if isinstance(raw, datetime) and raw.tzinfo is not None:
            return moment(milliseconds(raw.astimezone(UTC)))
    except (ValueError, OverflowError):
        pass
    raise BadValue("datetime", "a moment with its time zone such as 2026-11-22T09:30:00Z")


# --- structures ---------------------------------------------------------------------------------


def _read_json(_: Field, raw: Any) -> Value:
    value: Value = _json(raw, 0)
    try:
        size = len(orjson.dumps(value))
    except (TypeError, orjson.JSONEncodeError):
        raise BadValue("json", "JSON") from None
    if size > JSON_BYTES_MAX:
        raise BadValue("json", f"JSON of at most {JSON_BYTES_MAX} bytes")
    return value


def _json(raw: Any, depth: int) -> Any:
    if depth > JSON_NESTING_MAX:
        raise BadValue("json", f"JSON nested at most {JSON_NESTING_MAX} deep")
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, int):
        return _read_integer(_JSON, raw)
    if isinstance(raw, float) and raw == raw and abs(raw) != float("inf"):
        return int(raw) if raw.is_integer() and abs(raw) <= DATA_INTEGER_MAX else raw
    if isinstance(raw, str):
        return _read_text(_JSON, raw)
    if isinstance(raw, Decimal):
        return f"{raw:f}"
    if isinstance(raw, datetime):
        return format_moment(raw)
    if isinstance(raw, RecordValue):
        return raw.id
    if isinstance(raw, Mapping) and all(isinstance(key, str) for key in raw):
        return {str(_read_text(_JSON, key)): _json(item, depth + 1) for key, item in raw.items()}
    if isinstance(raw, list | tuple):
        return [_json(item, depth + 1) for item in raw]
    raise BadValue("json", "JSON")


def _read_file(_: Field, raw: Any) -> Value:
    # The bytes are taken out before: see ``files``.
    if not isinstance(raw, Mapping):
        raise BadValue("file", 'a file: {"name", "type", "data" in base64}')
    return dict(raw)


_JSON: Final = Field("", "", FieldType.JSON)
_READERS: Final[dict[FieldType, Callable[[Field, Any], Value]]] = {
    FieldType.UUID: _read_uuid,
    FieldType.TEXT: _read_text,
    FieldType.EMAIL: _read_text,
    FieldType.URL: _read_text,
    FieldType.INTEGER: _read_integer,
    FieldType.DECIMAL: _read_decimal,
    FieldType.BOOLEAN: _read_boolean,
    FieldType.DATE: _read_date,
    FieldType.TIME: _read_time,
    FieldType.DATE_TIME: _read_moment,
    FieldType.ENUM: _read_enum,
    FieldType.JSON: _read_json,
    FieldType.FILE: _read_file,
    FieldType.REFERENCE: _read_reference,
}
