"""From one application to the next: tables, computed fields, indexes. SPEC: section DA.

Called by ``room`` within the one transaction of a migration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, null, update

from runtime.application import Application
from runtime.data.adoption import Adoption
from runtime.data.backlog import Backlog, catch_up
from runtime.data.catalog import Catalog, State
from runtime.data.computed import Computations, plan_computations
from runtime.data.confirmation import list_pending
from runtime.data.ddl import Steps
from runtime.data.encryption import Cipher
from runtime.data.errors import DataError
from runtime.data.keeping import (
    disclosures,
    forget_clear,
    keep_sealed,
    key_faults,
    ready_cipher,
)
from runtime.data.layout import Layout, ModelTable, make_layout
from runtime.data.migration import Migration
from runtime.data.plans import Plans
from runtime.data.ports import Database, Dialect
from runtime.data.queries import OPEN
from runtime.data.sight import Sight
from runtime.data.storage import is_sealed
from runtime.data.wire import RowWriter
from runtime.expressions.engine import Engine
from runtime.expressions.schema import schema_of
from runtime.limits import DATA_STATEMENT_S
from runtime.parts import Fault

__all__ = ["Adopted", "adopt", "scrubbed"]

_BROKEN = "broken"


@dataclass(frozen=True, eq=False)
class Adopted:
    """An application with its tables. ``faults`` are those of the data, by model id."""

    layout: Layout = field(default_factory=Layout)
    computations: Computations = field(default_factory=Computations)
    faults: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    adoption: Adoption = field(default_factory=Adoption)
    # Whether values that are sealed by now may still be in free pages of the file.
    is_to_scrub: bool = False
    # What was left to compute when it was adopted.
    backlog: tuple[Backlog, ...] = ()

    @cached_property
    def broken(self) -> dict[str, dict[str, str]]:
        """Why computed fields can have no value, by model id and field name."""
        found: dict[str, dict[str, str]] = {}
        for (model, field_id), text in self.computations.broken.items():
            name = self.layout.tables[model].by_id[field_id].field.name
            found.setdefault(model, {})[name] = text
        return found

    def writer(self, table: ModelTable, hidden: frozenset[str]) -> RowWriter:
        """Return what writes rows of *table* without the fields *hidden*."""
        found = self._writers.get((table, hidden))
        if found is None:
            found = RowWriter(self.layout, table, hidden, self.broken)
            self._writers[table, hidden] = found
        return found

    @cached_property
    def plans(self) -> Plans:
        """Statements that were made before."""
        return Plans()

    @cached_property
    def _writers(self) -> dict[tuple[ModelTable, frozenset[str]], RowWriter]:
        # As many as there are models and roles that see them differently.
        return {}


def adopt(
    connection: Connection,
    room: int,
    application: Application,
    before: Adopted | None,
    dialect: Dialect,
    engine: Engine,
    now: datetime,
    cipher: Cipher,
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
    cipher = ready_cipher(connection, room, cipher)
    migration = Migration(steps, catalog, application, dialect, engine, now, cipher)
    migration.migrate_fields(changed)
    layout = make_layout(application, catalog, schema_of(application), cipher)
    is_to_scrub = keep_sealed(steps, catalog, cipher, migration.sealed)
    computations = plan_computations(layout, engine)
    sight = Sight(layout, dialect, engine, OPEN, now)
    backlog = catch_up(steps, catalog, sight, computations)
    _clear_broken(steps, catalog, layout, computations)
    migration.migrate_indexes(changed)
    faults = {**(before.faults if before else {}), **migration.faults}
    faults = {model.id: faults[model.id] for model in application.models}
    told = [
        *computations.faults,
        *(fault for found in faults.values() for fault in found),
        *disclosures(computations),
        *key_faults(application, cipher),
    ]
    adoption = Adoption(tuple(steps.texts), tuple(told), list_pending(connection, catalog))
    return Adopted(layout, computations, faults, adoption, is_to_scrub, backlog)


def scrubbed(database: Database, room: int, adopted: Adopted) -> Adopted:
    """Clear the file of what was sealed since; what cannot be now is told and tried again."""
    try:
        database.scrub()
        with database.writing(DATA_STATEMENT_S) as connection:
            forget_clear(connection, room)
    except DataError as error:
        text = (
            "values from before they were encrypted may still be in free space of the file: "
            f"{error.message}"
        )
        sealed = [
            field.id
            for model in adopted.layout.application.models
            for field in model.fields
            if is_sealed(field)
        ]
        told = [Fault(node, ("encrypted",), "field_clear_remains", text) for node in sealed[:1]]
        adoption = replace(adopted.adoption, faults=(*adopted.adoption.faults, *told))
        return replace(adopted, adoption=adoption)
    return replace(adopted, is_to_scrub=False)


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
