"""The writer: one thread, one connection, one transaction for everything that is waiting.

A commit with ``synchronous=FULL`` waits for the disk, and the disk takes as long for one revision
as for a hundred. So the thread takes all the jobs that gathered while it was waiting, runs each
within a savepoint, commits once, and reports them to the event loop in one call. Nobody waits for
company: a lone job is committed at once.

What happens to a job:

- It raises a typed refusal (fenced, conflict, not found): its savepoint is undone, the others go
  on, and its refusal is reported only after the commit, because what it saw (a token, a last
  revision) may have been written by another job of the same batch.
- No space, or a damaged page: everything is rolled back. Jobs of a batch are then tried one by
  one, so that a snapshot that does not fit takes no edit with it, nor a damaged room the others.
  A lone job that does not fit is ``StorageFull``, once a look at the log has shown that it is not
  there.
- Any other failure of the file: nobody may build on a guess, so an append becomes
  ``AppendUnknown`` and anything else ``StoreUnavailable``.

SPEC: [ST13] to [ST18]. Called by ``sqlite``.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, TypeAlias, TypeVar

from collab.errors import (
    AppendUnknown,
    DesignRoomsError,
    ServerBusy,
    StorageFull,
    StoreUnavailable,
)
from collab.limits import APPEND_BATCH_REVISIONS_MAX, APPEND_QUEUE_MAX

__all__ = ["Job", "Writer"]

Result = TypeVar("Result")
Look: TypeAlias = Callable[[sqlite3.Connection], bool]

# SQLite reports ENOSPC as FULL. A quota or a limit on the file's size comes as a failed write, and
# growing the shared memory beside the file has a code of its own. In WAL mode all of them come
# before the commit mark is on the disk, so a rollback leaves nothing that a crash could bring back.
_FULL_CODES: Final = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
)

# Errors of what one job passed to SQLite; the transaction around it goes on.
_JOB_FAULTS: Final = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
)


@dataclass(frozen=True, slots=True)
class Job(Generic[Result]):
    """Something to do within a transaction.

    ``weight`` counts revisions. ``is_stored`` marks an append: it looks whether the log has it.
    """

    run: Callable[[sqlite3.Connection], Result]
    weight: int = 1
    is_stored: Look | None = None


@dataclass(slots=True)
class _Outcome:
    """One job's end: the future that waits for it, and its result or its error."""

    job: Job[Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs in the order in which they were submitted. Lives on one event loop."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        """Start the thread; *connection* is its own from here on. *name* is for error texts."""
        self._connection = connection
        self._name = name
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Outcome | None] = SimpleQueue()
        self._is_closed = False
        self._is_stopping = False
        self._commits = 0
        # A daemon, so that a program that dies without ``close`` is not kept alive by it.
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def commits(self) -> int:
        """How many transactions were committed."""
        return self._commits

    async def submit(self, job: Job[Result]) -> Result:
        """Run *job*, commit it, and return its result, durable.

        Raises what the job raises, ``ServerBusy`` if ``APPEND_QUEUE_MAX`` jobs are waiting, and
        the errors that the module describes. A caller that is cancelled does not stop the job.
        """
        if self._is_closed:
            raise StoreUnavailable(f"{self._name} is closed")
        if self._queue.qsize() >= APPEND_QUEUE_MAX:
            raise ServerBusy(f"{APPEND_QUEUE_MAX} writes are waiting for the disk")
        future: asyncio.Future[Result] = self._loop.create_future()
        self._queue.put(_Outcome(job, future))
        return await future

    async def close(self) -> None:
        """Finish what was submitted, end the thread and close the connection."""
        self._is_closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    def _work(self) -> None:
        while batch := self._take():
            self._commit(batch)
            try:
                self._loop.call_soon_threadsafe(_report, batch)
            except RuntimeError:
                # The loop was closed without closing the store: nobody is left to be told.
                return

    def _take(self) -> list[_Outcome]:
        """Wait for a job and return it with those behind it; an empty list means the end."""
        batch: list[_Outcome] = []
        weight = 0
        while weight < APPEND_BATCH_REVISIONS_MAX and not self._is_stopping:
            try:
                outcome = self._queue.get_nowait() if batch else self._queue.get()
            except Empty:
                break
            if outcome is None:
                self._is_stopping = True
                break
            batch.append(outcome)
            weight += outcome.job.weight
        return batch

    def _commit(self, batch: list[_Outcome]) -> None:
        """Run the jobs of *batch* in one transaction and set their outcomes."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for outcome in batch:
                self._attempt(outcome)
            self._connection.execute("COMMIT")
            self._commits += 1
        except sqlite3.Error as error:
            self._rollback()
            if len(batch) > 1 and (_is_full(error) or _is_damage(error)):
                for outcome in batch:
                    self._commit([outcome])
                return
            for outcome in batch:
                outcome.error = self._failure(outcome.job, error)

    def _attempt(self, outcome: _Outcome) -> None:
        """Run one job within a savepoint; only a failure of the database leaves this function."""
        outcome.result = outcome.error = None
        self._connection.execute("SAVEPOINT job")
        try:
            outcome.result = outcome.job.run(self._connection)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not isinstance(error, _JOB_FAULTS):
                raise
            # A refusal belongs to its caller, and so does a bug (a number beyond 64 bits): the
            # thread and the other rooms live on.
            outcome.error = error
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _rollback(self) -> None:
        # Some errors have rolled back already, and then there is nothing left to undo.
        if not self._connection.in_transaction:
            return
        try:
            self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            # The file is beyond use for now. The next BEGIN fails while the transaction is open,
            # its job is told, and this is tried again.
            return

    def _failure(self, job: Job[Any], error: sqlite3.Error) -> DesignRoomsError:
        """Return what *job*'s caller is told of *error*, after the rollback."""
        failure: DesignRoomsError
        if _is_full(error) and not self._may_be_stored(job):
            failure = StorageFull(f"{self._name} cannot grow: {error}")
        elif job.is_stored is not None:
            failure = AppendUnknown(f"{self._name} failed during an append: {error}")
        else:
            failure = StoreUnavailable(f"{self._name} failed: {error}")
        failure.__cause__ = error
        return failure

    def _may_be_stored(self, job: Job[Any]) -> bool:
        if job.is_stored is None:
            return False
        try:
            return self._connection.in_transaction or job.is_stored(self._connection)
        except (sqlite3.Error, DesignRoomsError):
            return True


# Errors of the Python module itself (a closed connection) carry no code.
def _is_full(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) in _FULL_CODES


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_CORRUPT


def _report(batch: list[_Outcome]) -> None:
    """Resolve the futures of *batch*, on the event loop."""
    for outcome in batch:
        if outcome.future.done():
            continue
        if outcome.error is not None:
            outcome.future.set_exception(outcome.error)
        else:
            outcome.future.set_result(outcome.result)
