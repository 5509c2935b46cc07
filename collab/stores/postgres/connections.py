"""Connections to PostgreSQL: a bounded number, made anew when it comes back from a restart.

psycopg's own pool waits a second before it tries again and doubles that to minutes, which no
setting changes; here a node is back within a second of the database, however long that was away.
A connection that was cut while it was idle is noticed before it is used, without asking the server:
its socket has something to read. SPEC: [PG4] to [PG7]. Called by ``store`` and ``appends``.
"""

from __future__ import annotations

import asyncio
import os
import random
import select
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
import structlog
from psycopg import AsyncConnection, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper

from collab.errors import OperatingError, ServerBusy, StorageFull, StoreUnavailable
from collab.limits import (
    POSTGRES_CALL_TIMEOUT_MS,
    POSTGRES_CONNECT_TIMEOUT_MS,
    POSTGRES_IDLE_TRANSACTION_MS,
    POSTGRES_LOCK_TIMEOUT_MS,
    POSTGRES_RETRY_MS,
    POSTGRES_RETRY_MS_MAX,
    POSTGRES_SILENCE_S,
    POSTGRES_STATEMENT_TIMEOUT_MS,
    READ_QUEUE_MAX,
    REQUEST_TIMEOUT_MS,
)
from collab.stores.postgres.arrays import register_arrays
from collab.stores.postgres.texts import EscapingDumper, UnescapingLoader

__all__ = ["SCHEMA", "Address", "Connections", "Database", "failure"]

Result = TypeVar("Result")
Database: TypeAlias = "AsyncConnection[tuple[Any, ...]]"

SCHEMA: Final = "design_rooms"

_log = structlog.get_logger(__name__)

# In one round trip. An operator may have asked for more than ``on``, which stays.
_SETTINGS: Final = """
    SELECT set_config('search_path', %s, false),
        set_config('synchronous_commit', CASE current_setting('synchronous_commit')
            WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
        set_config('statement_timeout', %s, false),
        set_config('lock_timeout', %s, false),
        set_config('idle_in_transaction_session_timeout', %s, false),
        set_config('tcp_keepalives_idle', %s, false),
        set_config('tcp_keepalives_interval', %s, false),
        set_config('tcp_keepalives_count', '2', false)
"""


class Address:
    """Where a database is: ``str()`` of it names host and database, and never the password.

    Raises ``StoreUnavailable`` if *url* cannot be read.
    """

    def __init__(self, url: str) -> None:
        parts = _parts(url)
        port = f":{parts['port']}" if parts.get("port") else ""
        self._name = f"{parts.get('host') or 'localhost'}{port}/{parts.get('dbname') or ''}"
        looks_every_s = POSTGRES_SILENCE_S // 3
        self.conninfo = make_conninfo(
            url,
            client_encoding="utf8",
            application_name=parts.get("application_name") or "design-rooms",
            connect_timeout=parts.get("connect_timeout") or POSTGRES_CONNECT_TIMEOUT_MS // 1_000,
            # Of several hosts the one that takes writes: after a failover that is another one.
            target_session_attrs=parts.get("target_session_attrs") or "read-write",
            keepalives_idle=looks_every_s,
            keepalives_interval=looks_every_s,
            keepalives_count=2,
            tcp_user_timeout=POSTGRES_SILENCE_S * 1_000,
        )

    def __str__(self) -> str:
        return f"PostgreSQL at {self._name}"


def failure(address: Address, error: psycopg.Error) -> OperatingError:
    """Return what the caller of a statement is told of *error*: nothing of it was stored."""
    # The first line says what happened; what follows may quote what was written.
    lines = str(error).strip().splitlines()
    text = f"{address}: {lines[0] if lines else type(error).__name__}"
    made = StorageFull(text) if isinstance(error, errors.DiskFull) else StoreUnavailable(text)
    made.__cause__ = error
    return made


class Connections:
    """At most *size* connections, lent one by one. Lives on one event loop."""

    def __init__(self, address: Address, size: int) -> None:
        self._address = address
        self._places = asyncio.Semaphore(size)
        self._idle: list[Database] = []
        self._waiting = 0
        self._is_closed = False
        self._is_away = False

    async def read(self, read: Callable[[Database], Awaitable[Result]]) -> Result:
        """Return what *read*, which changes nothing, returns; if it is cut off, it runs again.

        Raises ``StoreUnavailable``, ``ServerBusy`` if ``READ_QUEUE_MAX`` are waiting, and what
        *read* raises.
        """
        try:
            async with self.lent() as connection:
                try:
                    return await read(connection)
                except psycopg.OperationalError:
                    if not connection.closed:
                        raise
            async with self.lent() as connection:
                return await read(connection)
        except psycopg.Error as error:
            raise failure(self._address, error) from error

    async def write(self, write: Callable[[Database], Awaitable[Result]]) -> Result:
        """Return what *write* returns; raises what ``read`` does, and ``StorageFull``."""
        async with self.lent() as connection:
            try:
                return await write(connection)
            except psycopg.Error as error:
                raise failure(self._address, error) from error

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Database]:
        """Lend a connection in autocommit; ``StoreUnavailable`` or ``ServerBusy``.

        What is not answered within ``POSTGRES_CALL_TIMEOUT_MS`` has its connection cut.
        """
        connection = await self._take()
        loop = asyncio.get_running_loop()
        watchdog = loop.call_later(POSTGRES_CALL_TIMEOUT_MS / 1_000, _cut, connection)
        try:
            yield connection
        finally:
            watchdog.cancel()
            is_good = connection.pgconn.transaction_status == TransactionStatus.IDLE
            if is_good and not self._is_closed:
                self._idle.append(connection)
            else:
                await connection.close()
            self._places.release()

    async def close(self) -> None:
        """Close what is idle now and what is lent when it comes back."""
        self._is_closed = True
        while self._idle:
            await self._idle.pop().close()

    async def _take(self) -> Database:
        if self._is_closed:
            raise StoreUnavailable(f"{self._address} is closed")
        if self._waiting >= READ_QUEUE_MAX:
            raise ServerBusy(f"{READ_QUEUE_MAX} calls are waiting for {self._address}")
        self._waiting += 1
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1_000):
                await self._places.acquire()
        except TimeoutError:
            raise StoreUnavailable(f"{self._address}: every connection is taken") from None
        finally:
            self._waiting -= 1
        try:
            while self._idle:
                connection = self._idle.pop()
                if _is_alive(connection):
                    return connection
                await connection.close()
            return await self._connect()
        except BaseException:
            self._places.release()
            raise

    async def _connect(self) -> Database:
        """Return a new connection; tries again until ``POSTGRES_CONNECT_TIMEOUT_MS`` is over."""
        pause_ms = float(POSTGRES_RETRY_MS)
        last: psycopg.Error | None = None
        try:
            async with asyncio.timeout(POSTGRES_CONNECT_TIMEOUT_MS / 1_000):
                while True:
                    try:
                        connection = await _connected(self._address)
                    except psycopg.Error as error:
                        last = error
                    else:
                        self._tell(None)
                        return connection
                    # Nodes that lost it at the same moment do not all come back at one.
                    share = random.uniform(0.5, 1)  # noqa: S311
                    await asyncio.sleep(pause_ms * share / 1_000)
                    pause_ms = min(2 * pause_ms, POSTGRES_RETRY_MS_MAX)
        except TimeoutError:
            gone = StoreUnavailable(f"{self._address} does not answer")
            told = failure(self._address, last) if last is not None else gone
            self._tell(told)
            raise told from last

    def _tell(self, problem: OperatingError | None) -> None:
        """Log that the database went away or came back, once each."""
        if problem is not None and not self._is_away:
            _log.warning("store.away", reason=problem.message)
        elif problem is None and self._is_away:
            _log.info("store.back", store=str(self._address))
        self._is_away = problem is not None


async def _connected(address: Address) -> Database:
    connection = await AsyncConnection.connect(address.conninfo, autocommit=True)
    try:
        connection.adapters.register_dumper(str, EscapingDumper)
        connection.adapters.register_loader("text", UnescapingLoader)
        # By its size psycopg sends an int as one of four types, each a statement of its own.
        connection.adapters.register_dumper(int, Int8Dumper)
        register_arrays(connection.adapters)
        looks_every_s = str(POSTGRES_SILENCE_S // 3)
        await connection.execute(
            _SETTINGS,
            (
                SCHEMA,
                str(POSTGRES_STATEMENT_TIMEOUT_MS),
                str(POSTGRES_LOCK_TIMEOUT_MS),
                str(POSTGRES_IDLE_TRANSACTION_MS),
                looks_every_s,
                looks_every_s,
            ),
        )
    except BaseException:
        await connection.close()
        raise
    return connection


def _is_alive(connection: Database) -> bool:
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    # An idle server says nothing but goodbye.
    return not poll.poll(0)


def _parts(url: str) -> dict[str, Any]:
    """Return what *url* says, by libpq's names."""
    try:
        parts = conninfo_to_dict(url)
        ports = str(parts.get("port") or "0").replace(",", "")
        # A password with an @ or a slash in it is read as host, port or database, and every one of
        # them is shown.
        names = f"{parts.get('host') or ''}{parts.get('dbname') or ''}"
        is_good = ports.isdigit() and "@" not in names
    except psycopg.Error:
        is_good = False
    if not is_good:
        # libpq's own words would repeat what it cannot read.
        raise StoreUnavailable(
            "DATABASE_URL cannot be read as postgresql://user:password@host:port/database: "
            "characters such as @ : / ? in a password are percent-encoded"
        ) from None
    return parts


def _cut(connection: Database) -> None:
    """Let whoever waits for an answer find the connection closed."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=_descriptor(connection)) as held:
        held.shutdown(socket.SHUT_RDWR)


def _descriptor(connection: Database) -> int:
    """Return one more descriptor of the connection's socket, to be closed by the caller."""
    return os.dup(connection.fileno())
