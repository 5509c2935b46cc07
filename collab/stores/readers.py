"""The readers: threads with connections of their own, so that no read waits for a commit.

In WAL mode a reader sees the last commit before it began and blocks nobody. Decoding is done here
too: a large snapshot takes tens of milliseconds, which on the event loop would be a pause for every
room. SPEC: [ST19]. Called by ``sqlite``.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from collab.errors import ServerBusy, StoreUnavailable
from collab.limits import READ_QUEUE_MAX
from collab.stores.schema import connect_reader

__all__ = ["Readers"]

Result = TypeVar("Result")

# Two, so that one long history does not keep a room from opening. More would only take turns at
# the interpreter's lock, which decoding holds.
_THREADS: Final = 2


class Readers:
    """Runs reads beside the event loop. Lives on one event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="store-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._waiting = 0

    async def read(self, read: Callable[[sqlite3.Connection], Result]) -> Result:
        """Return what *read* returns; a failure of the file becomes ``StoreUnavailable``.

        Raises ``ServerBusy`` if ``READ_QUEUE_MAX`` reads are waiting.
        """

        def run() -> Result:
            try:
                return read(self._connection())
            except sqlite3.Error as error:
                raise StoreUnavailable(f"{self._path} cannot be read: {error}") from error

        return await self.work(run)

    async def work(self, run: Callable[[], Result]) -> Result:
        """Return what *run*, which needs no connection, returns."""
        if self._waiting >= READ_QUEUE_MAX:
            raise ServerBusy(f"{READ_QUEUE_MAX} reads are waiting for {self._path}")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, run)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """Finish what was asked for, end the threads and close their connections."""
        await asyncio.to_thread(self._pool.shutdown)
        for connection in self._connections:
            connection.close()

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, opened at its first read."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect_reader(self._path)
            self._local.connection = connection
            self._connections.append(connection)
        return connection
