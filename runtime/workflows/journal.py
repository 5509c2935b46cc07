"""What a run records, and how values look in it. SPEC: section WF.

DBOS keeps JSON. Values that JSON does not tell apart (an exact decimal, a moment, a record) are
written as an object with one key that begins with ``$``; an object that really has such a key is
written under ``$map``. Called by everything in this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from runtime.data.records import Record
from runtime.expressions.values import RecordValue, Value
from runtime.limits import RUN_RESULT_BYTES_MAX
from runtime.workflows.errors import StepFault

__all__ = ["Kept", "checked_size", "decode", "encode", "plain"]

# What a run keeps: a value, or a record as it was read, which expressions see as a RecordValue.
Kept = Value | Record | list[Any] | dict[str, Any]


def encode(value: Any) -> Any:
    """Return *value* as JSON from which ``decode`` makes it again."""
    if value is None or isinstance(value, bool | int | str | float):
        return value
    if isinstance(value, Decimal):
        return {"$decimal": format(value, "f")}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$duration": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Record):
        return {"$stored": _record(value)}
    if isinstance(value, RecordValue):
        fields = {name: encode(item) for name, item in value.fields.items()}
        return {"$record": [value.model, value.id, fields]}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        encoded = {str(key): encode(item) for key, item in value.items()}
        is_marked = len(encoded) == 1 and next(iter(encoded)).startswith("$")
        return {"$map": encoded} if is_marked else encoded
    raise TypeError(f"a run keeps no {type(value).__name__}")


def decode(raw: Any) -> Any:
    """Return the value that ``encode`` wrote."""
    if isinstance(raw, list):
        return [decode(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    if len(raw) == 1:
        mark, content = next(iter(raw.items()))
        if mark == "$decimal":
            return Decimal(content)
        if mark == "$time":
            return datetime.fromisoformat(content)
        if mark == "$duration":
            return timedelta(*content)
        if mark == "$record":
            fields = {name: decode(item) for name, item in content[2].items()}
            return RecordValue(content[1], content[0], fields)
        if mark == "$stored":
            return _stored(content)
        if mark == "$map":
            return {key: decode(item) for key, item in content.items()}
    return {key: decode(item) for key, item in raw.items()}


def plain(value: Any) -> Any:
    """Return *value* as services and people see it: a record is its id, a decimal a text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return moment.replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, Record | RecordValue):
        return value.id
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def checked_size(encoded: Any, bytes_max: int = RUN_RESULT_BYTES_MAX) -> int:
    """Return the size of what a run is to keep, or raise ``StepFault`` (``step_limit``)."""
    size = len(orjson.dumps(encoded, default=str))
    if size > bytes_max:
        raise StepFault("step_limit", f"{size:,} bytes are more than the {bytes_max:,} a run keeps")
    return size


def _record(record: Record) -> list[Any]:
    return [
        record.model,
        record.id,
        record.version,
        record.created_at.isoformat(),
        record.updated_at.isoformat(),
        record.created_by,
        {name: encode(value) for name, value in record.values.items()},
    ]


def _stored(content: list[Any]) -> Record:
    model, record_id, version, created_at, updated_at, created_by, values = content
    return Record(
        model=model,
        id=record_id,
        version=version,
        created_at=datetime.fromisoformat(created_at),
        updated_at=datetime.fromisoformat(updated_at),
        created_by=created_by,
        values={name: decode(value) for name, value in values.items()},
    )
