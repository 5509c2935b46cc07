"""Records as JSON on the wire. SPEC: section DA. Called by ``room`` and ``outbox``."""

from __future__ import annotations

from typing import Any

from runtime.data.layout import Layout, ModelTable
from runtime.data.queries import OPEN, Access
from runtime.data.records import Record
from runtime.data.values import format_moment, write_value

__all__ = ["record_json"]


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
