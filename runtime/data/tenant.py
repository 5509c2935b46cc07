"""The data of one tenant: one file with many rooms. SPEC: section DA. Made by the doors."""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import insert, select

from runtime.data.catalog import ROOMS, SCHEMA
from runtime.data.identifiers import Identifiers
from runtime.data.room import RoomData
from runtime.data.sqlite import SqliteDatabase
from runtime.expressions.engine import Engine
from runtime.limits import DATA_STATEMENT_S

__all__ = ["TenantData", "file_name"]


def file_name(tenant: str) -> str:
    """Return the name of a tenant's file, whatever characters its name has."""
    return quote(tenant, safe="") + ".db"


class TenantData:
    """All rooms of one tenant, in the file *path*, whose folder must exist."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._database = SqliteDatabase(path)
        self._engine = engine
        self._identifiers = Identifiers()
        self._lock = threading.Lock()
        self._rooms: dict[str, RoomData] = {}

    def open(self) -> None:
        """Open or create the file."""
        self._database.open()
        with self._database.writing(DATA_STATEMENT_S) as connection:
            SCHEMA.create_all(connection)

    def close(self) -> None:
        """Close the file after the writer is done."""
        self._database.close()

    def room(self, name: str) -> RoomData:
        """Return the data of this room, always the same object; its tables come with ``adopt``."""
        with self._lock:
            if name not in self._rooms:
                self._rooms[name] = RoomData(
                    self._database, self._number(name), self._engine, self._identifiers
                )
            return self._rooms[name]

    def rooms(self) -> list[str]:
        """Return the names of rooms that have data."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(ROOMS.c.name).order_by(ROOMS.c.name)))

    def _number(self, name: str) -> int:
        with self._database.writing(DATA_STATEMENT_S) as connection:
            number = connection.scalar(select(ROOMS.c.id).where(ROOMS.c.name == name))
            if number is None:
                statement = insert(ROOMS).values(name=name).returning(ROOMS.c.id)
                number = connection.execute(statement).scalar_one()
            return int(number)
