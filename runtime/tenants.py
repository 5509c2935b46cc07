"""The tenants' data: a file each, or a schema of PostgreSQL each, opened when first needed.

Nothing of one tenant is in another's, so a room's name alone never leads to data. SPEC: sections PV
and DP. Called by ``workspace`` in worker threads.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from runtime.data.encryption import MasterKeys
from runtime.data.ports import Database
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.errors import PreviewBusy
from runtime.expressions.engine import Engine

if TYPE_CHECKING:
    from runtime.data.postgres import PostgresServer

__all__ = ["Tenants", "file_name", "not_built"]


class Tenants:
    """Data by tenant in *directory*, which is created, or in *server*. ``close`` at the end.

    *keys* are those of encrypted fields; without them nothing can be encrypted.
    """

    def __init__(
        self,
        directory: Path,
        engine: Engine | None,
        keys: MasterKeys | None = None,
        server: PostgresServer | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._server = server
        self._engine = engine
        self._keys = keys
        self._open: dict[str, TenantData] = {}
        self._lock = threading.Lock()

    def room(self, tenant: str, room: str) -> RoomData:
        """Return the data of *room* of *tenant*, opened if need be, which may take a while.

        Raises ``PreviewBusy`` (``preview_not_built``) without an engine.
        """
        if self._engine is None:
            raise not_built()
        with self._lock:
            data = self._open.get(tenant)
            if data is None:
                cipher = self._keys.cipher("tenant", tenant) if self._keys else None
                data = TenantData(self._place(tenant), self._engine, cipher)
                data.open()
                self._open[tenant] = data
        return data.room(room)

    def close(self) -> None:
        """Close everything, after its writer is done."""
        with self._lock:
            tenants, self._open = self._open, {}
        for data in tenants.values():
            data.close()
        if self._server is not None:
            self._server.close()

    def _place(self, tenant: str) -> Path | Database:
        if self._server is not None:
            return self._server.database(tenant)
        return self._directory / file_name(tenant)


def not_built() -> PreviewBusy:
    """Return the error of a preview whose web build lacks the expression engine."""
    return PreviewBusy("the preview is not built: run `make build`", code="preview_not_built")


def file_name(tenant: str) -> str:
    """Return the name of the tenant's file; no two tenants share one, and none leaves the folder.

    A dot is encoded too, since ``quote`` leaves it and ``..`` is a folder; and so are capitals,
    which some file systems take for their small letters.
    """
    escaped = quote(tenant, safe="").replace(".", "%2E")
    return "".join(f"^{each}" if each.isupper() else each for each in escaped) + ".db"
