"""The writer thread: groups, refusals, failures of the file. SPEC: [ST13] to [ST18]."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from collab.errors import (
    AppendUnknown,
    DesignRoomsError,
    RevisionConflict,
    ServerBusy,
    StorageFull,
    StoreUnavailable,
)
from collab.stores import readers as readers_module
from collab.stores import writer as writer_module
from collab.stores.readers import Readers
from collab.stores.schema import connect_writer
from collab.stores.writer import Job, Writer


class FailingConnection(sqlite3.Connection):
    """A connection whose commits fail with ``failure``, after they are stored or instead."""

    failure: sqlite3.Error | None = None
    is_stored_first = False

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and self.failure is not None:
            if self.is_stored_first:
                super().execute(sql)
            raise self.failure
        return super().execute(sql, *parameters)


@pytest.fixture
def connection(tmp_path: Path) -> FailingConnection:
    connection = sqlite3.connect(
        tmp_path / "größe.db",
        isolation_level=None,
        check_same_thread=False,
        factory=FailingConnection,
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE notes (text TEXT NOT NULL UNIQUE)")
    return connection


@pytest.fixture
async def writer(connection: FailingConnection) -> AsyncIterator[Writer]:
    writer = Writer(connection, "größe.db")
    yield writer
    await writer.close()


def note(text: str, *, weight: int = 1, is_append: bool = True) -> Job[str]:
    """Return a job that stores *text* and returns it."""

    def run(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO notes VALUES (?)", (text,))
        return text

    def is_stored(connection: sqlite3.Connection) -> bool:
        found = connection.execute("SELECT 1 FROM notes WHERE text = ?", (text,)).fetchall()
        return bool(found)

    return Job(run, weight, is_stored if is_append else None)


def raising(error: Exception) -> Job[None]:
    """Return a job that stores something and then raises *error*."""

    def run(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO notes VALUES ('half-done é')")
        raise error

    return Job(run)


def sqlite_error(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    """Return an error as SQLite raises it."""
    error = kind("é")
    error.sqlite_errorcode = code
    return error


async def notes(writer: Writer) -> list[str]:
    """Return what is stored, in a transaction of its own."""

    def run(connection: sqlite3.Connection) -> list[str]:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY rowid")]

    return await writer.submit(Job(run))


@asynccontextmanager
async def held(writer: Writer) -> AsyncIterator[None]:
    """Keep the writer busy with one job, so that what is submitted meanwhile is one batch."""
    is_running, may_end = threading.Event(), threading.Event()

    def run(connection: sqlite3.Connection) -> None:
        is_running.set()
        assert may_end.wait(10)

    holding = asyncio.create_task(writer.submit(Job(run)))
    assert await asyncio.to_thread(is_running.wait, 10)
    try:
        yield
    finally:
        may_end.set()
        # Its commit may be one that the test lets fail.
        await asyncio.wait([holding])


async def submit_together(writer: Writer, *jobs: Job[Any]) -> list[Any]:
    """Submit *jobs* as one batch and return their results and errors."""
    async with held(writer):
        tasks = [asyncio.create_task(writer.submit(job)) for job in jobs]
        # One turn of the loop starts each task, which goes as far as the queue.
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_waits_is_committed_at_once(writer: Writer) -> None:
    """[ST13] A hundred waiting writes take one commit, and keep their order."""
    texts = [f"é{number}" for number in range(100)]
    assert await submit_together(writer, *map(note, texts)) == texts
    assert writer.commits == 2
    assert await notes(writer) == texts


async def test_a_batch_is_bounded(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """[ST13] A batch ends at the bound of revisions; a job beyond it is a batch of its own."""
    monkeypatch.setattr(writer_module, "APPEND_BATCH_REVISIONS_MAX", 10)
    jobs = [note(f"é{number}", weight=weight) for number, weight in enumerate([6, 6, 50, 1, 9, 1])]
    await submit_together(writer, *jobs)
    # The held job; 6 + 6; 50; 1 + 9; 1.
    assert writer.commits == 5


async def test_a_refusal_is_its_own(writer: Writer) -> None:
    """[ST14] A typed refusal and a bug undo their own job only, and reach their own callers."""
    refusal, bug = RevisionConflict("é"), ZeroDivisionError("ü")
    answers = await submit_together(
        writer, note("a"), raising(refusal), note("a"), raising(bug), note("ß")
    )
    assert answers[0] == "a"
    assert answers[1] is refusal
    assert isinstance(answers[2], sqlite3.IntegrityError)
    assert answers[3] is bug
    assert answers[4] == "ß"
    assert writer.commits == 2
    assert await notes(writer) == ["a", "ß"]


async def test_what_does_not_fit_takes_nothing_with_it(
    writer: Writer, connection: FailingConnection
) -> None:
    """[ST15] In one batch the large write is refused and the small ones are stored."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    answers = await submit_together(writer, note("é"), note("ü" * 100_000), note("ß"))
    assert (answers[0], answers[2]) == ("é", "ß")
    assert isinstance(answers[1], StorageFull)
    assert answers[1].code == "storage_full"
    assert await notes(writer) == ["é", "ß"]
    connection.execute("PRAGMA max_page_count = 1000")
    assert await writer.submit(note("ü" * 100_000)) == "ü" * 100_000


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE]
)
async def test_no_space_at_the_commit(
    writer: Writer, connection: FailingConnection, code: int
) -> None:
    """[ST15] A commit that finds no space stores nothing of anybody's, and says so to each."""
    connection.failure = sqlite_error(code)
    answers = await submit_together(writer, note("é"), note("ü", is_append=False))
    assert [type(answer) for answer in answers] == [StorageFull, StorageFull]
    connection.failure = None
    assert await notes(writer) == []
    assert await writer.submit(note("é")) == "é"


async def test_full_but_stored_is_unknown(writer: Writer, connection: FailingConnection) -> None:
    """[ST16] ``StorageFull`` is never said of an append that the log turns out to have."""
    connection.failure = sqlite_error(sqlite3.SQLITE_FULL)
    connection.is_stored_first = True
    with pytest.raises(AppendUnknown):
        await writer.submit(note("é"))
    connection.failure = None
    assert await notes(writer) == ["é"]


@pytest.mark.parametrize("is_stored_first", [False, True])
async def test_a_failed_commit_is_unknown(
    writer: Writer, connection: FailingConnection, is_stored_first: bool
) -> None:
    """[ST16] An I/O error at the commit is told as unknown, stored or not, and writing goes on."""
    connection.failure = sqlite_error(sqlite3.SQLITE_IOERR_FSYNC)
    connection.is_stored_first = is_stored_first
    answers = await submit_together(
        writer, note("é"), note("ü"), note("ß", is_append=False), raising(RevisionConflict("ö"))
    )
    assert [type(answer) for answer in answers] == [
        AppendUnknown,
        AppendUnknown,
        StoreUnavailable,
        StoreUnavailable,
    ]
    assert "größe.db" in str(answers[0])
    connection.failure = None
    assert await notes(writer) == (["é", "ü", "ß"] if is_stored_first else [])
    assert await writer.submit(note("ö")) == "ö"


async def test_a_damaged_room_takes_nothing_with_it(writer: Writer) -> None:
    """[ST20] A write that meets a damaged page fails alone; the others of its batch are stored."""
    damage = sqlite_error(sqlite3.SQLITE_CORRUPT, sqlite3.DatabaseError)
    answers = await submit_together(writer, note("é"), raising(damage), note("ß"))
    assert (answers[0], answers[2]) == ("é", "ß")
    assert isinstance(answers[1], StoreUnavailable)
    assert await notes(writer) == ["é", "ß"]


async def test_a_cancelled_caller_disturbs_nobody(writer: Writer) -> None:
    """[ST17] The job of a cancelled caller is done, and its neighbours are answered."""
    async with held(writer):
        tasks = [asyncio.create_task(writer.submit(note(text))) for text in ("é", "ü", "ß")]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
    assert await tasks[0] == "é"
    assert await tasks[2] == "ß"
    assert tasks[1].cancelled()
    assert await notes(writer) == ["é", "ü", "ß"]


async def test_waiting_writes_are_bounded(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """[ST18] One write beyond the bound is refused at once; later ones are taken again."""
    monkeypatch.setattr(writer_module, "APPEND_QUEUE_MAX", 3)
    async with held(writer):
        tasks = [asyncio.create_task(writer.submit(note(f"é{n}"))) for n in range(5)]
        await asyncio.sleep(0)
        assert [task.done() for task in tasks] == [False, False, False, True, True]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[:3] == ["é0", "é1", "é2"]
    assert [type(answer) for answer in answers[3:]] == [ServerBusy, ServerBusy]
    assert await writer.submit(note("ü")) == "ü"


async def test_waiting_reads_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[ST18] One read beyond the bound is refused at once; later ones are taken again."""
    monkeypatch.setattr(readers_module, "READ_QUEUE_MAX", 1)
    readers, may_end = Readers(tmp_path / "größe.db"), threading.Event()
    waiting = asyncio.create_task(readers.work(lambda: may_end.wait(10)))
    await asyncio.sleep(0)
    with pytest.raises(ServerBusy):
        await readers.work(lambda: "é")
    may_end.set()
    assert await waiting
    assert await readers.work(lambda: "é") == "é"
    await readers.close()


async def test_reads_do_not_wait_for_commits(tmp_path: Path) -> None:
    """[ST19] A read ends while a transaction is open, and sees what was committed before it."""
    path = tmp_path / "größe.db"
    writer, readers = Writer(connect_writer(path, None), "größe.db"), Readers(path)

    def count(connection: sqlite3.Connection) -> int:
        found: int = connection.execute("SELECT count(*) FROM rooms").fetchone()[0]
        return found

    async with held(writer):
        assert await asyncio.wait_for(readers.read(count), timeout=5) == 0
    await readers.close()
    await writer.close()


async def test_a_closed_writer_takes_nothing(connection: FailingConnection) -> None:
    """[ST25] What was submitted is finished at ``close``; what comes later is refused."""
    writer = Writer(connection, "größe.db")
    async with held(writer):
        task = asyncio.create_task(writer.submit(note("é")))
        await asyncio.sleep(0)
        closing = asyncio.create_task(writer.close())
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable):
            await writer.submit(note("ü"))
    await closing
    assert await task == "é"


async def test_errors_keep_their_cause(writer: Writer, connection: FailingConnection) -> None:
    """[ST16] The error of the file stays visible behind the typed one."""
    connection.failure = sqlite_error(sqlite3.SQLITE_IOERR_FSYNC)
    with pytest.raises(DesignRoomsError) as caught:
        await writer.submit(note("é"))
    assert caught.value.__cause__ is connection.failure
    connection.failure = None
