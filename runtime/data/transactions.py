"""Transactions on one room's records, and who is told of them. SPEC: section DA.

Made and called by ``room``, which says what is read and changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from runtime.data import outbox
from runtime.data.adopting import Adopted
from runtime.data.changes import Changes
from runtime.data.errors import DataLimit, FieldFault, RecordInvalid
from runtime.data.identifiers import Identifiers
from runtime.data.layout import ModelTable
from runtime.data.ports import Database
from runtime.data.queries import OPEN, Access
from runtime.data.records import Actor, RecordChange
from runtime.data.sight import Sight
from runtime.data.writing import Writing
from runtime.expressions.engine import Engine
from runtime.limits import DATA_STATEMENT_S, RECORDS_PER_MODEL_MAX

__all__ = ["Listener", "Transactions"]

Listener = Callable[[Sequence[RecordChange]], None]
_log = structlog.get_logger(__name__)


class Transactions:
    """Reads and changes under the newest ``adopted`` application of the room of this number."""

    def __init__(
        self,
        database: Database,
        room: int,
        engine: Engine,
        identifiers: Identifiers,
        clock: Callable[[], datetime],
    ) -> None:
        self.adopted = Adopted()
        self.triggers: frozenset[tuple[str, str]] = frozenset()
        self._database = database
        self._room = room
        self.engine = engine
        self._identifiers = identifiers
        self._clock = clock
        self._listeners: list[Listener] = []
        # How many records a model has, counted when it is first written to.
        self._counts: dict[str, int] = {}

    def now(self) -> datetime:
        """Return the moment, in whole milliseconds."""
        now = self._clock()
        return now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    @contextmanager
    def reading(self, access: Access) -> Iterator[tuple[Connection, Sight]]:
        """One state of the data, as *access* shows it."""
        with self._database.reading() as connection:
            yield connection, self._sight(access)

    @contextmanager
    def changing(
        self,
        actor: Actor,
        depth: int,
        access: Access,
        *,
        has_triggers: bool = True,
        seconds_max: float = DATA_STATEMENT_S,
    ) -> Iterator[tuple[Changes, Writing]]:
        """One change of records: committed with what follows from it, then told to listeners."""
        with self._database.writing(seconds_max) as connection:
            # Within the transaction: no migration comes between the layout and its tables.
            adopted = self.adopted
            everything = self._sight(OPEN)
            changes = Changes(connection, everything, adopted.computations, actor, depth=depth)
            sight = everything if access is OPEN else self._sight(access)
            try:
                yield changes, Writing(changes, sight, self._room, self._identifiers)
                told = changes.finish()
            except IntegrityError as error:
                # Only computed fields can get here: what people write was looked up before.
                text = "a computed field that is to be unique would not be"
                raise RecordInvalid({"": (FieldFault("unique", text),)}) from error
            triggers = self.triggers if has_triggers else frozenset()
            told = outbox.put(connection, self._room, adopted.layout, told, triggers)
            self._count(told)
        self.tell(told)

    def check_room_for(self, connection: Connection, table: ModelTable, added: int) -> None:
        """Raise ``DataLimit`` if a model cannot have so many records more."""
        count = self._counts.get(table.model.id)
        if count is None:
            count = connection.scalar(select(func.count()).select_from(table.table)) or 0
            self._counts[table.model.id] = count
        if count + added > RECORDS_PER_MODEL_MAX:
            raise DataLimit(
                f"{table.model.name} has {count} records, and {RECORDS_PER_MODEL_MAX} is the most",
                code="data_limit_records",
            )

    def forget_counts(self) -> None:
        """Count records anew: they were changed by another way."""
        self._counts.clear()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call *listener* after each commit, in the committing thread; returns how to stop."""
        self._listeners = [*self._listeners, listener]

        def stop() -> None:
            self._listeners = [item for item in self._listeners if item is not listener]

        return stop

    def _sight(self, access: Access) -> Sight:
        return Sight(self.adopted.layout, self._database.dialect, self.engine, access, self.now())

    def _count(self, changes: Sequence[RecordChange]) -> None:
        for change in changes:
            added = (change.before is None) - (change.after is None)
            if added and change.model in self._counts:
                self._counts[change.model] += added

    def tell(self, changes: Sequence[RecordChange]) -> None:
        """Tell listeners of changes that are committed."""
        for listener in self._listeners if changes else ():
            try:
                listener(changes)
            except Exception:  # noqa: BLE001 - whatever it is, it is the listener's.
                # The change is committed; a listener that fails must not say that it is not.
                _log.exception("record_listener_failed")
