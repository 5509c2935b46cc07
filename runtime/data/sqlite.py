"""The embedded database: one SQLite file in WAL mode. SPEC: section DA. Made by ``tenant``.

Two traps are avoided here. Python's driver begins transactions by itself, and not before DDL: it
is kept from that, and every transaction begins with a BEGIN of ours, so that a migration is one
transaction. And a statement has no time limit: SQLite asks back every so many steps, and is told to
stop when the time is up.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    String,
    bindparam,
    create_engine,
    event,
    func,
    literal,
    select,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from runtime.data.errors import DataBusy, DataFull, DataLimit
from runtime.data.ports import Dialect
from runtime.data.queries import Period
from runtime.limits import (
    DATA_BUSY_S,
    DATA_FILE_BYTES_MAX,
    DATA_MIGRATION_S,
    DATA_READERS_MAX,
    DATA_STATEMENT_S,
)

__all__ = ["SqliteDatabase", "SqliteDialect"]

_PAGE_BYTES: Final = 4_096
# SQLite's steps between two looks at the clock: well under a millisecond.
_STEPS: Final = 20_000
_CACHE_KIB: Final = 32_768
_PERIODS: Final = {Period.DAY: "%Y-%m-%d", Period.MONTH: "%Y-%m", Period.YEAR: "%Y"}
_DEADLINE: Final = "deadline"


class SqliteDialect:
    """SQLite's words for what ``ports.Dialect`` describes."""

    def among(self, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
        listed = func.json_each(
            bindparam(None, orjson.dumps(list(values)).decode(), String, unique=True)
        ).table_valued("value")
        return column.in_(select(listed.c.value))

    def holds(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        return func.instr(column, literal(text, String)) > 0

    def begins(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        return func.substr(column, 1, len(text)) == literal(text, String)

    def ends(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        # Every text ends with nothing, but of null nobody knows.
        end = func.substr(column, -len(text)) if text else func.substr(column, 1, 0)
        return end == literal(text, String)

    def like(
        self, column: ColumnElement[str], text: str, *, before: bool, after: bool
    ) -> ColumnElement[bool]:
        # SQLite ignores the case of ASCII alone; Python knows every letter but costs more.
        if not text.isascii():
            column, text = func.lower_unicode(column), text.lower()
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = ("%" if before else "") + escaped + ("%" if after else "")
        return column.like(literal(pattern, String), escape="\\")

    def period(self, column: ColumnElement[int], period: Period) -> ColumnElement[str]:
        # Division cuts off towards zero, which is the wrong way before 1970.
        seconds = (column - ((column % 1000) + 1000) % 1000) // 1000
        return func.strftime(_PERIODS[period], seconds, "unixepoch", type_=String)

    def uuid(self) -> ColumnElement[str]:
        def digits(count: int) -> ColumnElement[str]:
            return func.hex(func.randomblob(count), type_=String)

        variant = func.substr("89ab", 1 + func.random().op("&")(3), 1, type_=String)
        third, fourth = func.substr(digits(2), 2), func.substr(digits(2), 2)
        parts = (digits(4), "-", digits(2), "-4", third, "-", variant, fourth, "-", digits(6))
        whole: ColumnElement[str] = literal("", String)
        for part in parts:
            whole = whole + part
        return func.lower(whole, type_=String)


class SqliteDatabase:
    """The database in the file *path*, whose folder must exist."""

    def __init__(self, path: Path, *, bytes_max: int = DATA_FILE_BYTES_MAX) -> None:
        self.dialect: Dialect = SqliteDialect()
        self._path = path
        self._bytes_max = bytes_max
        self.commits = 0
        self._lock = threading.Lock()
        self._writer: Engine | None = None
        self._readers: Engine | None = None

    def open(self) -> None:
        """Open or create the file."""
        assert self._writer is None, "the database is open"
        self._writer = self._engine("BEGIN IMMEDIATE", 1, ())
        self._readers = self._engine("BEGIN", DATA_READERS_MAX, ("query_only=ON",))

    def close(self) -> None:
        """Close the file after its writer is done; the WAL goes into the file."""
        with self._lock:
            for engine in (self._readers, self._writer):
                if engine is not None:
                    engine.dispose()
            self._readers = self._writer = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the data."""
        assert self._readers is not None, "the database is closed"
        with _errors(), self._readers.connect() as connection:
            connection.info[_DEADLINE] = time.monotonic() + DATA_STATEMENT_S
            yield connection

    @contextmanager
    def writing(self, seconds_max: float) -> Iterator[Connection]:
        """The only writing transaction; committed unless an exception leaves it."""
        if not self._lock.acquire(timeout=DATA_BUSY_S):
            raise DataBusy("another change of this data takes long: try again")
        try:
            assert self._writer is not None, "the database is closed"
            with _errors(), self._writer.connect() as connection:
                connection.info[_DEADLINE] = time.monotonic() + seconds_max
                with connection.begin():
                    yield connection
                # Before the next writer's turn: who has it can tell what it has not seen yet.
                self.commits += 1
        finally:
            self._lock.release()

    def scrub(self) -> None:
        """Write the file anew, so that nothing is left in it of what was overwritten or deleted.

        It needs space for the file once more. Raises ``DataBusy``, ``DataFull``, ``DataLimit``.
        """
        if not self._lock.acquire(timeout=DATA_BUSY_S):
            raise DataBusy("another change of this data takes long: try again")
        try:
            assert self._writer is not None, "the database is closed"
            with _errors(), closing(self._writer.raw_connection()) as held:
                driver = held.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                held.info[_DEADLINE] = time.monotonic() + DATA_MIGRATION_S
                # The copy may be too large for the memory that small temporary things are in.
                driver.execute("PRAGMA temp_store=FILE")
                try:
                    driver.execute("VACUUM")
                    [(is_busy, _, _)] = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                finally:
                    driver.execute("PRAGMA temp_store=MEMORY")
                if is_busy:
                    raise DataBusy("somebody reads what the file held before: try again")
        finally:
            self._lock.release()

    def _engine(self, begin: str, connections: int, pragmas: tuple[str, ...]) -> Engine:
        engine = create_engine(
            # As parts and not as a text, in which the name of a tenant could say something else.
            URL.create("sqlite", database=str(self._path)),
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=DATA_BUSY_S,
            connect_args={"check_same_thread": False, "cached_statements": 512},
        )

        @event.listens_for(engine, "connect")
        def connect(connection: sqlite3.Connection, record: Any) -> None:
            self._prepare(connection, record.info, pragmas)

        @event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            # To the driver itself: SQLAlchemy's way there costs more than a record that is read.
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute(begin)

        return engine

    def _prepare(
        self, connection: sqlite3.Connection, info: dict[str, Any], pragmas: tuple[str, ...]
    ) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={int(DATA_BUSY_S * 1_000)}",
            f"page_size={_PAGE_BYTES}",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"max_page_count={self._bytes_max // _PAGE_BYTES}",
            f"cache_size=-{_CACHE_KIB}",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
            *pragmas,
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("lower_unicode", 1, _lower, deterministic=True)

        def is_over() -> bool:
            return bool(time.monotonic() > info.get(_DEADLINE, float("inf")))

        connection.set_progress_handler(is_over, _STEPS)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what SQLite says about its surroundings into errors with codes; the rest is our bug."""
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        told = str(error.orig if isinstance(error, OperationalError) else error)
        if told == "interrupted":
            raise DataLimit(
                "this takes too long: ask for less at once", code="data_limit_time"
            ) from error
        if "is full" in told or "disk I/O" in told:
            raise DataFull("there is no space for more data") from error
        if "locked" in told or "busy" in told:
            raise DataBusy("another process changes this data: try again") from error
        raise


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
