"""Records as JSON on the wire. SPEC: section DA. Called by ``room`` and ``outbox``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from runtime.data.layout import Layout, ModelTable, StoredField
from runtime.data.queries import OPEN, Access, ModelAccess
from runtime.data.records import Record
from runtime.data.values import format_moment, moment, write_value

__all__ = ["RowWriter", "moment_text", "record_json"]

# Where the first field of a row of ``ModelTable.columns`` stands, behind the system columns.
_FIRST_FIELD: Final = 6
# Records that stand side by side were often made within the same minutes.
_MINUTES_KEPT: Final = 4_096


def record_json(
    layout: Layout,
    record: Record,
    access: Access = OPEN,
    broken: dict[str, dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Return *record* as on the wire, without what *access* hides.

    References are ids, or objects where they were expanded; an expanded list is an array of such
    objects. *broken* says by model id and field name why a computed field can have no value.
    """
    table = layout.tables.get(record.model) or layout.table(record.model)
    allowed = access.of(record.model)
    if allowed is None:
        return {"id": record.id}
    told: dict[str, Any] = {
        "id": record.id,
        "createdAt": format_moment(record.created_at),
        "updatedAt": format_moment(record.updated_at),
        "createdBy": record.created_by,
        "@version": record.version,
    }
    values = record.values
    for item in table.fields:
        name = item.field.name
        value = values.get(name)
        # Most values are on the wire what they are.
        told[name] = (
            value if value is None or type(value) is str else write_value(item.field, value)
        )
    for name, found in record.expanded.items():
        if isinstance(found, Record):
            told[name] = record_json(layout, found, access, broken)
        else:
            told[name] = [record_json(layout, item, access, broken) for item in found]
    faults = {**(broken or {}).get(record.model, {}), **record.faults}
    for key in allowed.hidden:
        name = _name(table, key)
        told.pop(name, None)
        faults.pop(name, None)
    if faults:
        told["@faults"] = faults
    return told


def _name(table: ModelTable, key: str) -> str:
    item = table.by_id.get(key)
    return item.field.name if item is not None else key


class RowWriter:
    """Writes rows of one model as ``record_json`` writes their records, for one set of rights.

    A list is mostly this: making a ``Record`` of every row first would cost four times as much.
    """

    def __init__(
        self,
        layout: Layout,
        table: ModelTable,
        hidden: frozenset[str],
        broken: dict[str, dict[str, str]],
    ) -> None:
        """*hidden* and *broken* are as in ``record_json``, *hidden* that of the one model."""
        self._layout = layout
        self._table = table
        self._access = Access({table.model.id: ModelAccess(hidden=hidden)})
        self._broken = broken
        self._is_broken = bool(broken.get(table.model.id))
        self._hidden = tuple(_name(table, key) for key in hidden)
        self._fields = [
            (item.field.name, position, _writer(item))
            for position, item in enumerate(table.fields, _FIRST_FIELD)
        ]
        # What is encrypted opens only at its field of its record.
        self._sealed = [
            (item, position)
            for position, item in enumerate(table.fields, _FIRST_FIELD)
            if item.cipher is not None and item.field.id not in hidden
        ]

    def write(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return the JSON of a row of ``ModelTable.columns``; further columns may follow."""
        if row[5] or self._is_broken:
            # Faults are rare, and told by the one way that there is to tell them.
            record = self._table.record(row)
            return record_json(self._layout, record, self._access, self._broken)
        told: dict[str, Any] = {
            "id": row[0],
            "createdAt": moment_text(row[2]),
            "updatedAt": moment_text(row[3]),
            "createdBy": row[4],
            "@version": row[1],
        }
        for name, position, write in self._fields:
            stored = row[position]
            told[name] = stored if stored is None or write is None else write(stored)
        for item, position in self._sealed:
            value = item.value_in(row[0], row[position])
            told[item.field.name] = None if value is None else write_value(item.field, value)
        for name in self._hidden:
            told.pop(name, None)
        return told


def moment_text(stored_ms: int) -> str:
    """Return ``format_moment(moment(stored_ms))``, without making a moment of it."""
    minutes, rest = divmod(stored_ms, 60_000)
    seconds, ms = divmod(rest, 1_000)
    return f"{_minute(minutes)}:{seconds:02}.{ms:03}Z"


@lru_cache(maxsize=_MINUTES_KEPT)
def _minute(minutes: int) -> str:
    """Return the beginning of a moment's text, as *minutes* after the beginning of 1970 have it."""
    return moment(minutes * 60_000).isoformat(timespec="minutes")[: -len("+00:00")]


def _writer(item: StoredField) -> Callable[[Any], Any] | None:
    """Return what writes a stored value of a field; None if it is written as it is stored."""
    decode, field = item.decode, item.field
    if decode is None or item.cipher is not None:
        return None
    if decode is moment:
        return moment_text
    return lambda stored: write_value(field, decode(stored))
