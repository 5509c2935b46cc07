"""Which runs there are, in order: those that wait, those under way, those that have ended.

A run is entered here before anything else happens to it, under an id that says what caused it; so
it is there once, whatever is killed when, and it waits here while its room has no place for it.
DBOS has what a run did (its times are in whole seconds on SQLite, and its order is not ours).
SPEC: section WF. Called by ``starter`` and ``log``.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from runtime.limits import RUNS_WAITING_PER_ROOM_MAX
from runtime.workflows.errors import RunsBusy
from runtime.workflows.sealing import RunSeal

__all__ = ["Entry", "Ledger"]

_TABLE: Final = """CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL,
    room TEXT NOT NULL, about BLOB NOT NULL, waiting BLOB, since_ms INTEGER NOT NULL,
    lives INTEGER NOT NULL DEFAULT 0, ended_ms INTEGER, outcome BLOB)"""
_INDEX: Final = "CREATE INDEX IF NOT EXISTS runs_room ON runs (tenant, room, number)"
_INDEX_WAITING: Final = """CREATE INDEX IF NOT EXISTS runs_waiting ON runs (tenant, room, number)
    WHERE waiting IS NOT NULL"""
_COLUMNS: Final = "run, about, waiting IS NOT NULL, since_ms, ended_ms, outcome"

Room = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A run. ``about`` is what lists show; ``outcome`` is None until it has ended. Times in ms."""

    run: str
    about: dict[str, Any]
    is_waiting: bool
    since_ms: int
    ended_ms: int | None
    outcome: dict[str, Any] | None


class Ledger:
    """The runs of all rooms in one SQLite file. Thread-safe.

    Orders and outcomes are kept as *seal* seals them; what lists show of a run names nothing of it
    but ids and names of the model.
    """

    def __init__(self, path: Path, seal: RunSeal) -> None:
        self._path = path
        self._seal = seal
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open or create the file."""
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        for statement in (_TABLE, _INDEX, _INDEX_WAITING):
            connection.execute(statement)
        self._connection = connection

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # --- runs begin and end -------------------------------------------------------------------

    def add(
        self, room: Room, run: str, order: dict[str, Any], about: dict[str, Any], now_ms: int
    ) -> bool:
        """Enter a run that is to wait, and tell whether it is new; one that is known stays.

        Raises ``RunsBusy`` if too many wait in its room.
        """
        with self._lock:
            if self._do("SELECT 1 FROM runs WHERE run = ?", run):
                return False
            [(count,)] = self._do(
                "SELECT count(*) FROM runs WHERE tenant = ? AND room = ? AND waiting IS NOT NULL",
                *room,
            )
            if count >= RUNS_WAITING_PER_ROOM_MAX:
                raise RunsBusy(f"{count:,} runs wait in this room: try again when some have ended")
            self._do(
                "INSERT INTO runs (run, tenant, room, about, waiting, since_ms) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                *(run, *room, orjson.dumps(about), self._seal.seal_bytes(run, order), now_ms),
            )
            return True

    def waiting(self, room: Room, limit: int) -> list[tuple[str, dict[str, Any]]]:
        """Return the runs of a room that have waited longest, with their orders."""
        with self._lock:
            rows = self._do(
                "SELECT run, waiting FROM runs WHERE tenant = ? AND room = ? "
                "AND waiting IS NOT NULL ORDER BY number LIMIT ?",
                *(*room, limit),
            )
        return [(run, self._seal.open_bytes(run, order)) for run, order in rows]

    def live(self, run: str) -> int:
        """Note that a run is under way, and return how often it was, this time included."""
        with self._lock:
            rows = self._do(
                "UPDATE runs SET waiting = NULL, lives = lives + 1 WHERE run = ? RETURNING lives",
                run,
            )
        return int(rows[0][0]) if rows else 1

    def end(self, run: str, outcome: dict[str, Any], now_ms: int) -> None:
        """Note how a run ended; the first time counts."""
        with self._lock:
            self._do(
                "UPDATE runs SET waiting = NULL, ended_ms = ?, outcome = ? "
                "WHERE run = ? AND ended_ms IS NULL",
                *(now_ms, self._seal.seal_bytes(run, outcome), run),
            )

    def forget(self, room: Room, kept: int) -> list[str]:
        """Forget ended runs of a room beyond the newest *kept* of all, and return them."""
        with self._lock:
            rows = self._do(
                "DELETE FROM runs WHERE ended_ms IS NOT NULL AND number IN ("
                "SELECT number FROM runs WHERE tenant = ? AND room = ? "
                "ORDER BY number DESC LIMIT -1 OFFSET ?) RETURNING run",
                *(*room, kept),
            )
        return [run for (run,) in rows]

    # --- what there is ------------------------------------------------------------------------

    def rooms(self) -> Collection[Room]:
        """Return the rooms in which runs wait."""
        with self._lock:
            rows = self._do("SELECT DISTINCT tenant, room FROM runs WHERE waiting IS NOT NULL")
        return [(tenant, room) for tenant, room in rows]

    def list(self, room: Room, limit: int, before: str | None) -> list[Entry]:
        """Return a room's runs, the newest first; with *before*, those that are older than it."""
        with self._lock:
            rows = self._do(
                # The columns are a constant of this module.
                f"SELECT {_COLUMNS} FROM runs WHERE tenant = ? AND room = ? AND number < "  # noqa: S608
                "coalesce((SELECT number FROM runs WHERE run = ?), 9223372036854775807) "
                "ORDER BY number DESC LIMIT ?",
                *(*room, before, limit),
            )
        return [self._entry(row) for row in rows]

    def find(self, room: Room, run: str) -> Entry | None:
        """Return a run of this room, or None."""
        with self._lock:
            rows = self._do(
                f"SELECT {_COLUMNS} FROM runs WHERE tenant = ? AND room = ? AND run = ?",  # noqa: S608
                *(*room, run),
            )
        return self._entry(rows[0]) if rows else None

    def _do(self, statement: str, *values: Any) -> Any:
        assert self._connection is not None, "open comes first"
        return self._connection.execute(statement, values).fetchall()

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        run, about, is_waiting, since_ms, ended_ms, outcome = row
        return Entry(
            run,
            orjson.loads(about),
            bool(is_waiting),
            since_ms,
            ended_ms,
            self._seal.open_bytes(run, outcome) if outcome is not None else None,
        )
