"""The data of one room: the door to everything in this package. SPEC: section DA.

Synchronous and thread-safe: callers are worker threads. Model and field arguments take names or
ids. Made by ``tenant``; called by workflows and by the runtime's HTTP doors.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from runtime.application import Application
from runtime.data import outbox
from runtime.data.adopting import Adopted, adopt, scrubbed
from runtime.data.adoption import Adoption, Pending
from runtime.data.backfilling import Backfill
from runtime.data.catalog import Catalog
from runtime.data.changes import Changes
from runtime.data.clearing import clear
from runtime.data.confirmation import drop_pending, list_pending
from runtime.data.ddl import Steps
from runtime.data.encryption import Cipher
from runtime.data.errors import DataLimit, RecordNotFound, RecordsPresent
from runtime.data.files import stored_bytes
from runtime.data.grouping import Grouping
from runtime.data.identifiers import Identifiers
from runtime.data.keys import created_with, is_done, note_done, remember
from runtime.data.loading import Loader
from runtime.data.model_parts import evaluate
from runtime.data.paths import need_of
from runtime.data.ports import Database
from runtime.data.queries import OPEN, Access, Group, GroupQuery, Page, Query
from runtime.data.querying import Querying, expansion
from runtime.data.records import Actor, Record, RecordChange
from runtime.data.samples import PARTS_MAX, Generated, make_samples
from runtime.data.template_records import Records, write_template_records
from runtime.data.transactions import Listener, Transactions
from runtime.data.values import milliseconds
from runtime.data.wire import record_json
from runtime.expressions.engine import Engine
from runtime.expressions.values import RecordValue, Value
from runtime.limits import (
    DATA_MIGRATION_S,
    DATA_STATEMENT_S,
    SAMPLES_PER_MODEL_MAX,
)

__all__ = ["RoomData"]


class RoomData:
    """The records of one room and the tables they are in.

    *room* is the room's number in *database*.
    """

    def __init__(
        self,
        database: Database,
        room: int,
        engine: Engine,
        identifiers: Identifiers,
        cipher: Cipher,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._room = room
        self._engine = engine
        self._identifiers = identifiers
        self._cipher = cipher
        self._transactions = Transactions(database, room, engine, identifiers, clock)
        self._backfill = Backfill(database, self._transactions)
        self._is_adopted = False
        self._adopting = threading.Lock()

    @property
    def triggers(self) -> frozenset[tuple[str, str]]:
        """Pairs of a model's id and a ``ChangeKind``: changes of these go into the outbox."""
        return self._transactions.triggers

    @triggers.setter
    def triggers(self, triggers: frozenset[tuple[str, str]]) -> None:
        self._transactions.triggers = triggers

    # --- the model ----------------------------------------------------------------------------

    @property
    def application(self) -> Application:
        """The application that the tables are of; an empty one before the first ``adopt``."""
        return self._transactions.adopted.layout.application

    def adopt(self, application: Application) -> Adoption:
        """Make the tables those of *application*; the same models cost no statement.

        Computed fields of large tables get their values afterwards, see ``settle``; listeners are
        told of them.
        """
        with self._adopting:
            adopted = self._transactions.adopted
            known = adopted.layout.application
            is_same = (
                known.models == application.models and known.unfinished == application.unfinished
            )
            if self._is_adopted and is_same:
                layout = replace(self._transactions.adopted.layout, application=application)
                self._transactions.adopted = replace(self._transactions.adopted, layout=layout)
                return replace(self._transactions.adopted.adoption, statements=())
            return self._migrate(
                application, self._transactions.adopted if self._is_adopted else None, ()
            )

    def settle(self) -> None:
        """Return when computed fields that ``adopt`` left to be computed have their values."""
        self._backfill.wait()

    def close(self) -> None:
        """End what goes on by itself, before the database is closed."""
        with self._adopting:
            self._backfill.stop()

    def pending(self) -> tuple[Pending, ...]:
        """Return what waits to be confirmed because it would lose data."""
        with self._database.reading() as connection:
            return list_pending(connection, Catalog(connection, self._room))

    def confirm(self, ids: Collection[str]) -> None:
        """Do what was pending under these ids: the data is lost afterwards."""
        with self._adopting:
            self._migrate(self.application, None, frozenset(ids))

    def _migrate(
        self, application: Application, before: Adopted | None, confirmed: Collection[str]
    ) -> Adoption:
        self._backfill.stop()
        try:
            adopted = self._migrated(application, before, confirmed)
            # Before anything else: nobody is to write by the old layout.
            self._transactions.adopted = adopted
        finally:
            self._backfill.start(self._transactions.adopted)
        if adopted.is_to_scrub:
            adopted = scrubbed(self._database, self._room, adopted)
            self._transactions.adopted = adopted
        self._is_adopted = True
        return adopted.adoption

    def _migrated(
        self, application: Application, before: Adopted | None, confirmed: Collection[str]
    ) -> Adopted:
        with self._database.writing(DATA_MIGRATION_S) as connection:
            if confirmed:
                catalog = Catalog(connection, self._room)
                drop_pending(Steps(connection), catalog, confirmed)
            return adopt(
                connection,
                self._room,
                application,
                before,
                self._database.dialect,
                self._engine,
                self._transactions.now(),
                self._cipher,
            )

    # --- one record ---------------------------------------------------------------------------

    def create(
        self,
        model: str,
        values: Mapping[str, Any],
        actor: Actor,
        *,
        key: str | None = None,
        depth: int = 0,
        access: Access = OPEN,
    ) -> Record:
        """Create a record of *values*, which are JSON as on the wire or Values.

        With a *key* that was used before, the record that was created then is returned as it is
        now. Raises ``RecordInvalid`` with everything that is wrong, ``ModelNotFound``,
        ``DataLimit``, ``DataFull``, ``DataBusy``. With an *access*, references to records that it
        does not show are refused like dangling ones, and so is a record that its ``restrict``
        would not show afterwards (RecordInvalid with the field name ""), likewise in ``update``.
        """
        with self._transactions.changing(actor, depth, access) as (changes, writing):
            table = changes.layout.table(model)
            now_ms = milliseconds(changes.now)
            record_id = None
            if key is not None:
                found = (changes.connection, self._room, table.model.id, key, now_ms)
                record_id = created_with(*found)
            if record_id is None:
                self._transactions.check_room_for(changes.connection, table, 1)
                record_id = writing.create(table, values)
                if key is not None:
                    remember(changes.connection, self._room, table.model.id, key, record_id, now_ms)
        made = changes.current(table, record_id)
        return made or self.read(model, record_id, access=access)

    def read(self, model: str, record_id: str, *, access: Access = OPEN) -> Record:
        """Return a record, or raise ``RecordNotFound`` (also if *access* does not show it)."""
        with self._transactions.reading(access) as (connection, sight):
            table = sight.layout.table(model)
            found = sight.record(connection, table, record_id)
            if found is None:
                raise RecordNotFound(f"there is no {table.model.name} of this id")
            return found

    def update(
        self,
        model: str,
        record_id: str,
        values: Mapping[str, Any],
        actor: Actor,
        *,
        key: str | None = None,
        version: int | None = None,
        depth: int = 0,
        access: Access = OPEN,
        is_whole: bool = False,
    ) -> Record:
        """Change some fields of a record, or with *is_whole* all: what is not given is cleared.

        A *version* other than the record's raises ``RecordConflict``. What changes nothing leaves
        the version as it is. *key* (``run:step``) is a workflow's: a run that was killed between
        this commit and its own note of it comes again, and then nothing is changed.
        """
        with self._transactions.changing(actor, depth, access) as (changes, writing):
            table = changes.layout.table(model)
            if not self._is_new(changes, key):
                return self.read(model, record_id, access=access)
            before = writing.update(table, record_id, values, version, is_whole)
        return changes.current(table, record_id) or before

    def delete(
        self,
        model: str,
        record_id: str,
        actor: Actor,
        *,
        key: str | None = None,
        version: int | None = None,
        depth: int = 0,
        access: Access = OPEN,
    ) -> None:
        """Delete a record with all that its references say; ``RecordRestricted`` if one refuses.

        For *key* see ``update``.
        """
        with self._transactions.changing(actor, depth, access) as (changes, writing):
            if self._is_new(changes, key):
                writing.delete(changes.layout.table(model), record_id, version)

    def _is_new(self, changes: Changes, key: str | None) -> bool:
        """Tell whether a workflow's step comes for the first time, and note that it came."""
        if key is None:
            return True
        if is_done(changes.connection, self._room, key):
            return False
        note_done(changes.connection, self._room, key, milliseconds(changes.now))
        return True

    def file(
        self, model: str, record_id: str, field: str, *, access: Access = OPEN
    ) -> tuple[Mapping[str, Any], bytes]:
        """Return the description and the bytes of a file, or raise ``RecordNotFound``."""
        record = self.read(model, record_id, access=access)
        table = self._transactions.adopted.layout.table(model)
        item, allowed = table.find(field), access.of(table.model.id)
        is_hidden = item is None or allowed is None or item.field.id in allowed.hidden
        value = None if item is None or is_hidden else record.values.get(item.field.name)
        if item is not None and isinstance(value, Mapping):
            with self._database.reading() as connection:
                digest = str(value.get("digest"))
                data = stored_bytes(connection, self._room, digest, item.cipher)
            if data is not None:
                return value, data
        raise RecordNotFound("there is no file here")

    # --- questions ----------------------------------------------------------------------------

    def query(self, query: Query) -> Page:
        """Return a page of records. Raises ``QueryInvalid``, ``DataLimit``, ``ExpressionError``."""
        with self._transactions.reading(query.access) as (connection, sight):
            return Querying(connection, sight).page(query)

    def query_json(self, query: Query) -> tuple[list[dict[str, Any]], str | None, int | None]:
        """Return a page as on the wire: its records, ``Page.next`` and ``Page.total``."""
        if query.expand:
            page = self.query(query)
            records = [self.to_json(record, access=query.access) for record in page.items]
            return records, page.next, page.total
        with self._transactions.reading(query.access) as (connection, sight):
            table = sight.layout.table(query.model)
            adopted = self._transactions.adopted
            found = Querying(connection, sight, adopted.plans).rows(query)
            write = adopted.writer(table, sight.hidden(table)).write
            return [write(row) for row in found.rows], found.next, found.total

    def count(self, query: Query) -> int:
        """Return how many records *query* finds on all its pages."""
        with self._transactions.reading(query.access) as (connection, sight):
            return Querying(connection, sight).count(query)

    def groups(self, query: GroupQuery) -> list[Group]:
        """Return the groups of *query*, as many as its limit says."""
        with self._transactions.reading(query.access) as (connection, sight):
            return Grouping(connection, sight).groups(query)

    def evaluate(self, source: str, context: Mapping[str, Value], access: Access = OPEN) -> Value:
        """Evaluate an expression that may read whole models (``models.Order.filter(…).size()``).

        ``models`` and ``enums`` need not be in *context*. Raises ``ExpressionError``.
        """
        with self._transactions.reading(access) as (connection, sight):
            return evaluate(connection, sight, source, context)

    def expand(
        self, records: Sequence[Record], paths: Collection[str], *, access: Access = OPEN
    ) -> list[Record]:
        """Return *records* of one model with what *paths* (``lines.product``) lead to."""
        if not records:
            return []
        with self._transactions.reading(access) as (connection, sight):
            table = sight.layout.table(records[0].model)
            need = expansion(sight, table, tuple(paths))
            return Loader(connection, sight).expand(table, records, need)

    # --- records for expressions and for the wire ---------------------------------------------

    def load(
        self,
        record: Record,
        paths: Collection[tuple[str, ...]],
        *,
        access: Access = OPEN,
    ) -> RecordValue:
        """Return *record* for an expression, with what these paths need of other records.

        A path is what an ``Analysis`` has, without its root: ``("lines", "*", "product", "sku")``.
        All fields of the record itself are there.
        """
        with self._transactions.reading(access) as (connection, sight):
            table = sight.layout.table(record.model)
            need = need_of(sight.layout, table, paths)
            need.is_whole = True
            return Loader(connection, sight).load(table, [record], need)[0]

    def to_json(self, record: Record, *, access: Access = OPEN) -> dict[str, Any]:
        """Return a record as on the wire, with what it was expanded with and ``@faults`` if any."""
        return record_json(
            self._transactions.adopted.layout, record, access, self._transactions.adopted.broken
        )

    def counts(self) -> dict[str, int]:
        """Return how many records there are by model id."""
        with self._transactions.reading(OPEN) as (connection, sight):
            return {
                model: connection.scalar(select(func.count()).select_from(table.table)) or 0
                for model, table in sight.layout.tables.items()
            }

    # --- everything at once -------------------------------------------------------------------

    def generate(self, *, seed: int, per_model: int, actor: Actor) -> Generated:
        """Create sample records of every model and return how many by model id.

        They start no workflows. ``notes`` of what is returned say what was left out.
        """
        if not 1 <= per_model <= SAMPLES_PER_MODEL_MAX:
            text = f"1 to {SAMPLES_PER_MODEL_MAX} sample records of each model"
            raise DataLimit(text, code="data_limit_samples")
        changing = self._transactions.changing(
            actor, 0, OPEN, has_triggers=False, seconds_max=DATA_MIGRATION_S
        )
        with changing as (changes, _):
            for table in changes.layout.tables.values():
                added = per_model * PARTS_MAX
                self._transactions.check_room_for(changes.connection, table, added)
            return make_samples(changes, self._identifiers, seed=seed, per_model=per_model)

    def write_template(self, records: Records, *, actor: Actor) -> Generated:
        """Write the sample records of a template and return how many by model id.

        They start no workflows. Raises ``RecordsPresent`` if there are any records already, so that
        asking twice writes once.
        """
        changing = self._transactions.changing(
            actor, 0, OPEN, has_triggers=False, seconds_max=DATA_MIGRATION_S
        )
        with changing as (changes, _):
            tables = changes.layout.tables.values()
            count = select(func.count())
            if any(changes.connection.scalar(count.select_from(item.table)) for item in tables):
                raise RecordsPresent("there are records already")
            return write_template_records(changes, self._identifiers, records)

    def reset(self) -> None:
        """Delete all records of the room, those of removed models too; the tables stay.

        Listeners are not told; what waited to be confirmed is gone.
        """
        with self._adopting, self._database.writing(DATA_MIGRATION_S) as connection:
            clear(connection, self._room)
        self._transactions.forget_counts()
        self._is_adopted = False
        self.adopt(self.application)

    # --- who wants to know --------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call *listener* after each commit, in the committing thread; returns how to stop."""
        return self._transactions.listen(listener)

    def outbox(self, limit: int) -> list[RecordChange]:
        """Return changes that ``triggers`` wait for and that are not taken, oldest first."""
        with self._transactions.reading(OPEN) as (connection, sight):
            return outbox.waiting(connection, self._room, sight.layout, limit)

    def taken(self, numbers: Collection[int]) -> None:
        """Forget these changes of the outbox."""
        with self._database.writing(DATA_STATEMENT_S) as connection:
            outbox.take(connection, self._room, numbers)
