"""The schema of a SQLite file: migrations, connections, and the lock that keeps others out.

``PRAGMA user_version`` is the number of migrations that a file has had; each runs in a transaction
together with its number. A file of a newer version is refused, because an older program would
write rows that the newer one no longer expects. SPEC: [ST29] to [ST32]. Called by ``sqlite``.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from collab.errors import StoreUnavailable
from collab.limits import STORE_BUSY_TIMEOUT_MS

__all__ = [
    "APPLICATION_ID",
    "MIGRATIONS",
    "FileLock",
    "connect_reader",
    "connect_writer",
    "migrate",
]

# "DRms", so that ``file`` and we ourselves know our files from another program's.
APPLICATION_ID: Final = 0x44526D73

# A revision is found by its room and number only, and a room's revisions are read in runs: keyed
# by both and without a rowid they lie together on disk.
MIGRATIONS: Final = (
    f"""
    PRAGMA application_id = {APPLICATION_ID};
    CREATE TABLE rooms (
        room_key INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        name TEXT NOT NULL,
        title TEXT NOT NULL,
        created_by TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        updated_ms INTEGER NOT NULL,
        token INTEGER NOT NULL,
        last_revision INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        UNIQUE (tenant, name)
    ) STRICT;
    CREATE TABLE revisions (
        room_key INTEGER NOT NULL REFERENCES rooms,
        revision INTEGER NOT NULL,
        record BLOB NOT NULL,
        PRIMARY KEY (room_key, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE snapshots (
        room_key INTEGER NOT NULL REFERENCES rooms,
        revision INTEGER NOT NULL,
        record BLOB NOT NULL,
        PRIMARY KEY (room_key, revision)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    ALTER TABLE rooms ADD COLUMN deleted_ms INTEGER;
    CREATE TABLE members (
        room_key INTEGER NOT NULL REFERENCES rooms,
        user TEXT NOT NULL,
        role TEXT NOT NULL,
        PRIMARY KEY (room_key, user)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX members_by_user ON members (user);
    CREATE TABLE shares (
        room_key INTEGER NOT NULL REFERENCES rooms,
        share TEXT NOT NULL,
        role TEXT NOT NULL,
        created_by TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL,
        revoked_ms INTEGER,
        PRIMARY KEY (room_key, share)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE revoked_tokens (
        tenant TEXT NOT NULL,
        token TEXT NOT NULL,
        expires_ms INTEGER NOT NULL,
        PRIMARY KEY (tenant, token)
    ) STRICT, WITHOUT ROWID;
    """,
    "ALTER TABLE rooms ADD COLUMN history_start INTEGER NOT NULL DEFAULT 0",
)

# SQLite checkpoints every 1,000 pages, but a burst may leave a long WAL file behind it.
_WAL_BYTES_KEPT: Final = 64 << 20


class FileLock:
    """Exclusive ownership of a database file among processes, held until :meth:`release`.

    It is a ``flock`` on ``{path}.lock``: the kernel drops it with the process, however that ends.
    The file stays, since deleting it would let two processes lock two different files.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock; ``StoreUnavailable`` if another process has it or there is no folder."""
        name = f"{path}.lock"
        try:
            self._descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreUnavailable(f"{name} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StoreUnavailable(
                f"{path} is in use by another server (process {owner or 'unknown'})"
            ) from error
        except OSError as error:
            os.close(self._descriptor)
            raise StoreUnavailable(f"{name} cannot be locked: {error.strerror}") from error
        # The number is only for whoever reads the message above: a full disk must not keep the
        # server from starting, since what is stored can still be read.
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next process have the file."""
        os.close(self._descriptor)


def connect_writer(path: Path, bytes_max: int | None) -> sqlite3.Connection:
    """Return the one connection that writes, with the newest schema in place.

    *bytes_max* bounds the file (not its WAL); None leaves it to the disk. Raises
    ``StoreUnavailable``.
    """
    connection = None
    try:
        connection = _connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        # Anything less may lose the newest commits when the power goes.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
        if bytes_max is not None:
            page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {max(1, bytes_max // page_bytes)}")
        migrate(connection, path)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise StoreUnavailable(f"{path} cannot be opened: {error}") from error
    except StoreUnavailable:
        if connection is not None:
            connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that can only read. Raises ``sqlite3.Error``."""
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: tuple[str, ...] = MIGRATIONS
) -> None:
    """Apply the *migrations* that the file has not had; ``StoreUnavailable`` if it is not ours."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if (version or tables) and application != APPLICATION_ID:
        raise StoreUnavailable(f"{path} is a database of another program")
    if version > len(migrations):
        raise StoreUnavailable(
            f"{path} has schema version {version}, this server knows {len(migrations)}: "
            "use the server that wrote it, or a newer one"
        )
    for number, script in enumerate(migrations[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _connect(path: Path) -> sqlite3.Connection:
    # Each connection is used by one thread at a time, but closed by another.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {STORE_BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection
