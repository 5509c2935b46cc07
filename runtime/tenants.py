"""The files of the tenants' data: one each, opened when first needed.

Nothing of one tenant is in another's file, so a room's name alone never leads to data. SPEC:
section PV. Called by ``workspace`` in worker threads.
"""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import quote

from runtime.data.encryption import MasterKeys
from runtime.data.room import RoomData
from runtime.data.tenant import TenantData
from runtime.errors import PreviewBusy
from runtime.expressions.engine import Engine

__all__ = ["Tenants", "file_name", "not_built"]


class Tenants:
    """Data by tenant in *directory*, which is created. ``close`` at the end.

    *keys* are those of encrypted fields; without them nothing can be encrypted.
    """

    def __init__(
        self, directory: Path, engine: Engine | None, keys: MasterKeys | None = None
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._engine = engine
        self._keys = keys
        self._open: dict[str, TenantData] = {}
        self._lock = threading.Lock()

    def room(self, tenant: str, room: str) -> RoomData:
        """Return the data of *room* of *tenant*, opening its file if need be; may take a while.

        Raises ``PreviewBusy`` (``preview_not_built``) without an engine.
        """
        if self._engine is None:
            raise not_built()
        with self._lock:
            data = self._open.get(tenant)
            if data is None:
                cipher = self._keys.cipher("tenant", tenant) if self._keys else None
                data = TenantData(self._directory / file_name(tenant), self._engine, cipher)
                data.open()
                self._open[tenant] = data
        return data.room(room)

    def close(self) -> None:
        """Close every file, after its writer is done."""
        with self._lock:
            tenants, self._open = self._open, {}
        for data in tenants.values():
            data.close()


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
