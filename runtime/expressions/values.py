"""The values that expressions work on. SPEC: section EX. Used by everything above ``expressions``.

A value is exact: a Decimal is never a float, an integer has 64 bits. Dates and times of day are ISO
texts, moments are aware datetimes; what comes back is in UTC and in whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

__all__ = ["RecordValue", "Value"]


@dataclass(frozen=True, slots=True)
class RecordValue:
    """A record, or a reference that brings its record's fields along.

    ``model`` is the data model's id. ``fields`` are by field name; a field that is None or missing
    is absent for ``has()`` and reads as null. In expressions it equals another record of the same
    id, and the text that is its id. Two RecordValues are equal in Python only if all is equal.
    """

    id: str
    model: str
    fields: Mapping[str, Value] = field(default_factory=dict)


Value = (
    None
    | bool
    | int
    | float
    | Decimal
    | str
    | datetime
    | timedelta
    | list["Value"]
    | dict[str, "Value"]
    | RecordValue
)
