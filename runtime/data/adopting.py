"""From one application to the next: tables, computed fields, indexes. SPEC: section DA.

Called by ``room`` within the one transaction of a migration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, bindparam, null, update

from runtime.application import Application
from runtime.data.adoption import Adoption
from runtime.data.catalog import Catalog, State
from runtime.data.computed import Computation, Computations, plan_computations
from runtime.data.confirmation import list_pending
from runtime.data.ddl import Steps
from runtime.data.layout import Layout, make_layout
from runtime.data.migration import Migration
from runtime.data.ports import Dialect
from runtime.data.queries import OPEN
from runtime.data.recomputing import compute
from runtime.data.records import Record
from runtime.data.sight import Sight
from runtime.expressions.engine import Engine
from runtime.expressions.schema import schema_of
from runtime.limits import DATA_BATCH_RECORDS
from runtime.parts import Fault

__all__ = ["Adopted", "adopt"]

_BROKEN = "broken"


@dataclass(frozen=True, eq=False)
class Adopted:
    """An application with its tables. ``faults`` are those of the data, by model id."""

    layout: Layout = field(default_factory=Layout)
    computations: Computations = field(default_factory=Computations)
    faults: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    adoption: Adoption = field(default_factory=Adoption)

    @cached_property
    def broken(self) -> dict[str, dict[str, str]]:
        """Why computed fields can have no value, by model id and field name."""
        found: dict[str, dict[str, str]] = {}
        for (model, field_id), text in self.computations.broken.items():
            name = self.layout.tables[model].by_id[field_id].field.name
            found.setdefault(model, {})[name] = text
        return found


def adopt(
    connection: Connection,
    room: int,
    application: Application,
    before: Adopted | None,
    dialect: Dialect,
    engine: Engine,
    now: datetime,
) -> Adopted:
    """Make the tables of *room* those of *application*; *before* is what is there if known."""
    steps = Steps(connection)
    catalog = Catalog(connection, room)
    known = before.layout.application if before else None
    is_same = known is not None and known.unfinished == application.unfinished
    changed = [
        model
        for model in application.models
        if not (is_same and known is not None and known.model(model.id) == model)
    ]
    migration = Migration(steps, catalog, application, dialect, engine, now)
    migration.migrate_fields(changed)
    layout = make_layout(application, catalog, schema_of(application))
    computations = plan_computations(layout, engine)
    sight = Sight(layout, dialect, engine, OPEN, now)
    for item in computations.ordered:
        _compute_all(steps, catalog, sight, item)
    _clear_broken(steps, catalog, layout, computations)
    migration.migrate_indexes(changed)
    faults = {**(before.faults if before else {}), **migration.faults}
    faults = {model.id: faults[model.id] for model in application.models}
    told = [*computations.faults, *(fault for found in faults.values() for fault in found)]
    adoption = Adoption(tuple(steps.texts), tuple(told), list_pending(connection, catalog))
    return Adopted(layout, computations, faults, adoption)


def _compute_all(steps: Steps, catalog: Catalog, sight: Sight, item: Computation) -> None:
    """Compute a field of all records if it is new, or anything that it reads is."""
    row = next(found for found in catalog.fields if found.column_name == item.field.column.key)
    if row.computed == item.fingerprint:
        return
    catalog.set_field(row, computed=item.fingerprint)
    table, key = item.table, item.table.table.c.id
    statement = (
        update(table.table)
        .where(key == bindparam("record_id"))
        .values({item.field.column.key: bindparam("value"), "faults": bindparam("told")})
    )
    after = ""
    while True:
        page = table.rows.where(key > after).order_by(key).limit(DATA_BATCH_RECORDS)
        records: list[Record] = [table.record(found) for found in steps.connection.execute(page)]
        if not records:
            return
        after = records[-1].id
        changed = compute(steps.connection, sight, item, records)
        if changed:
            steps.run(
                statement,
                [
                    {
                        "record_id": record.id,
                        "value": item.field.stored(record.values[item.field.field.name]),
                        "told": table.stored_faults(record),
                    }
                    for record in changed
                ],
            )


def _clear_broken(
    steps: Steps, catalog: Catalog, layout: Layout, computations: Computations
) -> None:
    """Leave fields without a value that cannot be computed any more."""
    for model, field_id in computations.broken:
        stored = layout.tables[model].by_id[field_id]
        row = next(found for found in catalog.fields if found.column_name == stored.column.key)
        if row.computed != _BROKEN:
            catalog.set_field(row, computed=_BROKEN)
            table = layout.tables[model].table
            steps.run(
                update(table).where(stored.column.is_not(None)).values({stored.column.key: null()})
            )
    for table_ in layout.tables.values():
        for stored in table_.fields:
            if not stored.field.computed:
                row = next(
                    found for found in catalog.fields if found.column_name == stored.column.key
                )
                if row.state is State.LIVE:
                    catalog.set_field(row, computed="")
