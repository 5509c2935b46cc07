"""Computing what a migration left, beside everything else. SPEC: section DA. Called by ``room``.

A thread reads a batch of records and computes it without holding anybody up. Then it takes its turn
among the writers, for as long as writing the batch takes. Has anything been committed meanwhile,
what was computed may be about values that are no more; then a part of the batch, so small that it
fits into the turn, is computed anew within it. So the work goes on however busy the others are, and
nothing that was read before a change is ever written after it.
"""

from __future__ import annotations

import threading
import time

import structlog

from runtime.data.adopting import Adopted
from runtime.data.backlog import Backlog, Batch, compute_batch, stored_batch
from runtime.data.catalog import note_computed
from runtime.data.errors import DataBusy, DataLimit
from runtime.data.ports import Database
from runtime.data.queries import OPEN
from runtime.data.records import SYSTEM, ChangeKind, RecordChange
from runtime.data.sight import Sight
from runtime.data.transactions import Transactions
from runtime.limits import BACKFILL_TURN_S, DATA_BATCH_RECORDS, DATA_STATEMENT_S

__all__ = ["Backfill"]

_log = structlog.get_logger(__name__)


class Backfill:
    """What is left to compute in one room. ``start`` after a migration, ``stop`` before one."""

    def __init__(self, database: Database, transactions: Transactions) -> None:
        self._database = database
        self._transactions = transactions
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, adopted: Adopted) -> None:
        """Compute what *adopted* has left, in a thread; nothing of the kind may be under way."""
        if adopted.backlog:
            self._stopped = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(adopted,), name="backfill", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Return when nothing is computed any more; the catalogue says what is left."""
        self._stopped.set()
        self.wait()

    def wait(self) -> None:
        """Return when everything is computed, or the work was stopped."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self, adopted: Adopted) -> None:
        try:
            for left in adopted.backlog:
                _Filling(self._database, self._transactions, adopted, left).run(self._stopped)
        except Exception:  # noqa: BLE001 A thread has nobody else to tell.
            # The catalogue still says what is left: the next start of the room goes on.
            _log.exception("backfill_failed")


class _Filling:
    """One field of all records."""

    def __init__(
        self, database: Database, transactions: Transactions, adopted: Adopted, left: Backlog
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._adopted = adopted
        self._left = left
        self._count = DATA_BATCH_RECORDS
        # How long a record takes, where nothing else was in the way.
        self._record_s = BACKFILL_TURN_S

    def run(self, stopped: threading.Event) -> None:
        after: str | None = self._left.after
        while after is not None and not stopped.is_set():
            try:
                after = self._next(after)
            except DataBusy:
                # Somebody else writes for long: there is no hurry.
                stopped.wait(BACKFILL_TURN_S)
            except DataLimit:
                # What many records read together can be more than what each of them reads.
                if self._count == 1:
                    raise
                self._count //= 2

    def _next(self, after: str) -> str | None:
        """Compute and write the next records behind *after*; return the last one's id."""
        item, sight = self._left.computation, self._sight()
        seen, started_at = self._database.commits, time.perf_counter()
        with self._database.reading() as connection:
            batch = compute_batch(connection, sight, item, after, self._count)
        self._record_s = min(self._record_s, (time.perf_counter() - started_at) / self._count)
        with self._database.writing(DATA_STATEMENT_S) as connection:
            if self._database.commits == seen:
                self._count = min(DATA_BATCH_RECORDS, self._count * 2)
            else:
                # As many as a turn has time for; and so few may be done between others' changes.
                few = int(BACKFILL_TURN_S / self._record_s)
                self._count = max(1, min(self._count, few))
                batch = compute_batch(connection, sight, item, after, self._count)
            if batch.changed:
                connection.execute(*stored_batch(item, batch))
            note_computed(connection, self._left.number, self._left.mark(batch.after))
        self._transactions.tell(_changes(batch))
        return batch.after

    def _sight(self) -> Sight:
        now = self._transactions.now()
        return Sight(
            self._adopted.layout,
            self._database.dialect,
            self._transactions.engine,
            OPEN,
            now,
        )


def _changes(batch: Batch) -> list[RecordChange]:
    """Return a batch as listeners are told of it; nobody's version rises by a migration."""
    return [
        RecordChange(ChangeKind.UPDATED, new.model, new.id, old, new, SYSTEM)
        for old, new in zip(batch.before, batch.changed, strict=True)
    ]
