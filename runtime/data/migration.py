"""Making the tables those of the model. SPEC: section DA. Called by ``adopting``, in one
transaction.

The catalogue says what there is, the application what there should be; the difference is done: new
tables and columns, values of another type, indexes. Nodes are told apart by id alone, so that a
rename moves nothing. Nothing that holds data is dropped: what left the model is hidden, what a
conversion lost is kept beside it, and both come back with their node. ``confirmation`` drops them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import MetaData, Table, func, select, update
from sqlalchemy.schema import CreateTable

from runtime.application import Application
from runtime.data.catalog import Catalog, FieldRow, ModelRow, State
from runtime.data.columns import fill, transfer
from runtime.data.conversion import is_stored_alike
from runtime.data.ddl import AddColumn, DropColumn, Steps
from runtime.data.defaults import default_of
from runtime.data.encryption import Cipher
from runtime.data.files import move_files
from runtime.data.indexing import drop_stale_indexes, make_indexes, wanted_indexes
from runtime.data.layout import bare_table
from runtime.data.ports import Dialect
from runtime.data.storage import Shape
from runtime.data.validation import model_faults
from runtime.data.values import BadValue
from runtime.expressions.engine import Engine
from runtime.parts import DataModel, Fault, Field, FieldType

__all__ = ["Migration", "table_of"]

_HIDDEN = (State.REMOVED, State.UNFINISHED)


def table_of(catalog: Catalog, row: ModelRow) -> Table:
    """Return the table of a model with all of its columns, hidden ones too."""
    return bare_table(row, catalog.columns(row), MetaData())


class Migration:
    """One migration of one room's tables to *application*; ``faults`` are by model id."""

    def __init__(
        self,
        steps: Steps,
        catalog: Catalog,
        application: Application,
        dialect: Dialect,
        engine: Engine,
        now: datetime,
        cipher: Cipher,
    ) -> None:
        self._steps = steps
        self._cipher = cipher
        self._catalog = catalog
        self._application = application
        self._dialect = dialect
        self._engine = engine
        self._now = now
        self._restored: list[FieldRow] = []
        self.faults: dict[str, list[Fault]] = {}
        # The nodes of fields whose values were sealed, which have been in the file as they are.
        self.sealed: set[str] = set()

    def migrate_fields(self, changed: Iterable[DataModel]) -> None:
        """Make tables and columns; *changed* are the models that may not be as they were."""
        self._hide_models()
        for model in self._application.models:
            self._show_model(model)
        for model in changed:
            self._migrate_fields(model)
        for column in self._restored:
            self._clear_dangling(column)

    def migrate_indexes(self, changed: Iterable[DataModel]) -> None:
        """Make indexes, after computed fields have their values."""
        for model in changed:
            self._migrate_indexes(model)

    # --- models -------------------------------------------------------------------------------

    def _hide_models(self) -> None:
        there = {model.id for model in self._application.models}
        for row in list(self._catalog.models):
            if row.node not in there:
                self._catalog.set_model(row, name=row.name, state=self._state_of(row.node))

    def _state_of(self, node: str) -> State:
        is_unfinished = node in self._application.unfinished
        return State.UNFINISHED if is_unfinished else State.REMOVED

    def _show_model(self, model: DataModel) -> None:
        row = self._catalog.model(model.id)
        if row is None:
            row = self._catalog.add_model(model.id, model.name)
            self._steps.run(CreateTable(bare_table(row, (), MetaData())))
        elif row.state is not State.LIVE:
            # Others changed while it was hidden: what it computed and whom it refers to is old.
            for column in self._catalog.columns(row, State.LIVE):
                self._restored.append(self._catalog.set_field(column, computed=""))
        self._catalog.set_model(row, name=model.name, state=State.LIVE)

    # --- fields -------------------------------------------------------------------------------

    def _migrate_fields(self, model: DataModel) -> None:
        row = self._row(model)
        there = {item.id for item in model.fields}
        for column in self._catalog.columns(row, State.LIVE, *_HIDDEN):
            if column.node not in there:
                self._catalog.set_field(column, state=self._state_of(column.node))
        self.faults[model.id] = list(model_faults(model))
        for item in model.fields:
            self._migrate_field(row, item)
            self.faults[model.id].extend(self._missing_values(model, item))

    def _migrate_field(self, row: ModelRow, item: Field) -> None:
        shape = Shape.of(item)
        columns = [
            column
            for column in self._catalog.columns(row, State.LIVE, *_HIDDEN)
            if column.node == item.id
        ]
        if not columns:
            self._add(row, item, shape)
            return
        column = columns[0]
        if column.shape.is_encrypted != shape.is_encrypted:
            self._seal_kept(row, item.id, shape.is_encrypted)
        if column.state is not State.LIVE:
            column = self._catalog.set_field(column, state=State.LIVE, computed="")
            self._restored.append(column)
        if item.computed and column.shape != shape:
            # What is computed is computed again and loses nothing.
            self._replace(row, column, shape)
        elif column.shape == shape or (
            is_stored_alike(column.shape, shape) and self._kept(row, item.id, shape) is None
        ):
            column = self._catalog.set_field(column, shape=shape)
        else:
            column = self._convert(row, column, shape, self._kept(row, item.id, shape))
        column = next(
            found for found in self._catalog.columns(row, State.LIVE) if found.node == item.id
        )
        self._catalog.set_field(column, name=item.name)
        self._seal_kept(row, item.id, shape.is_encrypted)
        self._generate(row, item, column)

    def _seal_kept(self, row: ModelRow, node: str, is_encrypted: bool) -> None:
        """Seal what earlier conversions lost as the field itself is, or open it again."""
        for old in self._catalog.columns(row, State.KEPT):
            if old.node == node and old.shape.is_encrypted != is_encrypted:
                shape = replace(old.shape, is_encrypted=is_encrypted)
                new = self._convert(row, old, shape, None)
                self._catalog.set_field(new, state=State.KEPT)

    def _add(self, row: ModelRow, item: Field, shape: Shape) -> None:
        column = self._catalog.add_field(row, item.id, item.name, shape)
        table = table_of(self._catalog, row)
        self._steps.run(AddColumn(table, table.c[column.column_name]))
        try:
            value = default_of(item, self._engine, self._now)
        except BadValue as bad:
            text = f"the default of {item.name} must be {bad.message}"
            self.faults[row.node].append(Fault(item.id, ("default",), "default_invalid", text))
            return
        if value is not None and shape.is_encrypted:
            fill(self._steps, table, column, lambda: value, self._cipher)
        elif value is not None:
            encode = shape.encode
            stored = value if encode is None else encode(value)
            self._steps.run(update(table).values({column.column_name: stored}))
        self._generate(row, item, column)

    def _replace(self, row: ModelRow, column: FieldRow, shape: Shape) -> None:
        new = self._catalog.add_field(row, column.node, column.name, shape)
        table = table_of(self._catalog, row)
        self._steps.run(AddColumn(table, table.c[new.column_name]))
        self._drop(row, column)
        self._note_sealed(column, new)

    def _note_sealed(self, old: FieldRow, new: FieldRow) -> None:
        if new.shape.is_encrypted and not old.shape.is_encrypted:
            self.sealed.add(new.node)

    def _convert(
        self, row: ModelRow, column: FieldRow, shape: Shape, kept: FieldRow | None
    ) -> FieldRow:
        """Put the values into a new column; what is lost stays in the old one.

        *kept* is what an earlier conversion lost and this one brings back.
        """
        new = self._catalog.add_field(row, column.node, column.name, shape)
        table = table_of(self._catalog, row)
        self._steps.run(AddColumn(table, table.c[new.column_name]))
        if FieldType.FILE in (column.shape.type, shape.type):
            move_files(self._steps.connection, self._catalog, row, column, new, self._cipher)
        cipher, existing = self._cipher, self._existing(shape)
        lost = transfer(self._steps, table, column, new, kept, existing, cipher)
        self._note_sealed(column, new)
        if lost:
            self._catalog.set_field(column, state=State.KEPT, computed="")
        else:
            self._drop(row, column)
        if kept is not None:
            self._drop(row, kept)
        return new

    def _kept(self, row: ModelRow, node: str, shape: Shape) -> FieldRow | None:
        """Return what an earlier conversion from this shape lost, if this one takes it back."""
        found = [
            column
            for column in self._catalog.columns(row, State.KEPT)
            if column.node == node and is_stored_alike(column.shape, shape)
        ]
        return found[-1] if found else None

    def _drop(self, row: ModelRow, column: FieldRow) -> None:
        table = table_of(self._catalog, row)
        for index in [item for item in self._catalog.indexes if item.model == row.id]:
            if column.column_name in index.columns:
                drop_stale_indexes(self._steps, self._catalog, row, table, [])
                break
        self._steps.run(DropColumn(table, table.c[column.column_name]))
        self._catalog.forget(column)

    def _generate(self, row: ModelRow, item: Field, column: FieldRow) -> None:
        """Give every record a UUID where one is required and nothing else says which."""
        if item.type is not FieldType.UUID or not item.is_required or item.default is not None:
            return
        if item.computed:
            return
        table = table_of(self._catalog, row)
        target = table.c[column.column_name]
        if column.shape.is_encrypted:
            fill(self._steps, table, column, lambda: str(uuid.uuid4()), self._cipher)
            return
        is_missing = select(func.count()).select_from(table).where(target.is_(None))
        if self._steps.connection.scalar(is_missing):
            statement = update(table).where(target.is_(None))
            self._steps.run(statement.values({target.key: self._dialect.uuid()}))

    def _missing_values(self, model: DataModel, item: Field) -> Iterator[Fault]:
        """Tell how many records leave a required field empty."""
        if not item.is_required or item.computed:
            return
        row = self._row(model)
        table = table_of(self._catalog, row)
        column = next(
            found for found in self._catalog.columns(row, State.LIVE) if found.node == item.id
        )
        target = table.c[column.column_name]
        statement = select(func.count()).select_from(table).where(target.is_(None))
        count = self._steps.connection.scalar(statement) or 0
        if count:
            text = (
                f"{count} records of {model.name} have no {item.name}"
                if count > 1
                else f"1 record of {model.name} has no {item.name}"
            )
            yield Fault(item.id, ("required",), "required_missing", text)

    # --- references and indexes ---------------------------------------------------------------

    def _existing(self, shape: Shape) -> Callable[[list[str]], set[str]]:
        def existing(ids: list[str]) -> set[str]:
            row = self._catalog.model(shape.target)
            if row is None or not ids:
                return set()
            key = table_of(self._catalog, row).c.id
            return set(
                self._steps.connection.scalars(select(key).where(self._dialect.among(key, ids)))
            )

        return existing

    def _clear_dangling(self, column: FieldRow) -> None:
        """Clear references to records that were deleted while the reference was hidden."""
        is_there = any(found.id == column.id for found in self._catalog.fields)
        if column.shape.type is not FieldType.REFERENCE or not is_there:
            return
        row = next(item for item in self._catalog.models if item.id == column.model)
        target = self._catalog.model(column.shape.target)
        if target is None:
            return
        table = table_of(self._catalog, row)
        reference = table.c[column.column_name]
        there = select(table_of(self._catalog, target).c.id)
        is_dangling = reference.is_not(None) & reference.not_in(there)
        if self._steps.connection.scalar(select(func.count()).where(is_dangling)):
            self._steps.run(update(table).where(is_dangling).values({reference.key: None}))

    def _migrate_indexes(self, model: DataModel) -> None:
        row = self._row(model)
        table = table_of(self._catalog, row)
        live = {item.node: item for item in self._catalog.columns(row, State.LIVE)}
        wanted = wanted_indexes(model, live)
        drop_stale_indexes(self._steps, self._catalog, row, table, wanted)
        for index in make_indexes(self._steps, self._catalog, row, table, wanted):
            names = [item.name for item in live.values() if item.column_name in index.columns]
            text = (
                f"records of {model.name} have the same {' and '.join(names)}: new duplicates "
                "are refused, and these have to be changed"
            )
            self.faults[model.id].append(Fault(index.node, ("unique",), "unique_taken", text))

    def _row(self, model: DataModel) -> ModelRow:
        row = self._catalog.model(model.id)
        assert row is not None, "a model is shown before its fields are"
        return row
