"""The data of one tenant: one file, or one schema, with many rooms. SPEC: section DA.

Made by ``tenants``.
"""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import insert, select

from runtime.data.catalog import ROOMS, create_schema
from runtime.data.encryption import Cipher, MasterKeys
from runtime.data.identifiers import Identifiers
from runtime.data.ports import Database
from runtime.data.room import RoomData
from runtime.data.sqlite import SqliteDatabase
from runtime.expressions.engine import Engine
from runtime.limits import DATA_STATEMENT_S

__all__ = ["TenantData", "file_name"]


def file_name(tenant: str) -> str:
    """Return the name of a tenant's file, whatever characters its name has."""
    return quote(tenant, safe="") + ".db"


class TenantData:
    """All rooms of one tenant, in the file *place*, whose folder must exist, or that database.

    *cipher* is the tenant's own and seals what is encrypted. A file can do without one, and then
    nothing in it can be encrypted.
    """

    def __init__(
        self, place: Path | Database, engine: Engine, cipher: Cipher | None = None
    ) -> None:
        self._database = SqliteDatabase(place) if isinstance(place, Path) else place
        self._engine = engine
        if cipher is None:
            assert isinstance(place, Path), "a database's cipher is given"
            keys = MasterKeys(place.parent, {})
            cipher = keys.cipher().refusing("this data was opened without a key")
        self._cipher = cipher
        self._identifiers = Identifiers()
        self._lock = threading.Lock()
        self._rooms: dict[str, RoomData] = {}

    def open(self) -> None:
        """Open it, or create it if it is not there."""
        self._database.open()
        with self._database.writing(DATA_STATEMENT_S) as connection:
            create_schema(connection)

    def close(self) -> None:
        """Close it after its writer is done."""
        with self._lock:
            rooms = list(self._rooms.values())
        for room in rooms:
            room.close()
        self._database.close()

    def room(self, name: str) -> RoomData:
        """Return the data of this room, always the same object; its tables come with ``adopt``."""
        with self._lock:
            if name not in self._rooms:
                self._rooms[name] = RoomData(
                    self._database,
                    self._number(name),
                    self._engine,
                    self._identifiers,
                    self._cipher,
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
