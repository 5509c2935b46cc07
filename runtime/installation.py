"""The installation: everything that the runtime's rooms share, put together.

SPEC: section PV. Made by ``preview``.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.connectors.addresses import parse_addresses
from runtime.connectors.connectors import Connectors
from runtime.connectors.secrets import Secrets
from runtime.data.encryption import MasterKeys
from runtime.expressions.checking import Checking
from runtime.expressions.engine import Engine
from runtime.limits import RUNS_WINDOW_S
from runtime.metrics import Metrics
from runtime.rooms import Rooms
from runtime.service_token import ServiceTokens
from runtime.tenants import Tenants
from runtime.workers import Workers
from runtime.workflows.workflows import Workflows

if TYPE_CHECKING:
    from runtime.data.postgres import PostgresServer

__all__ = ["Installation"]


class Installation:
    """The rooms of *server*, with their data in *directory*. ``start`` before use, then ``stop``.

    *web_dir* holds ``expressions.wasm``. *environment* may name ``PREVIEW_CONNECTORS``, the
    addresses that connectors may really call, and ``DATABASE_URL``, the PostgreSQL that records are
    in instead of files; it holds the secrets of local mode and the keys of encrypted fields.
    """

    def __init__(
        self,
        server: str,
        web_dir: Path,
        directory: Path,
        service_key: bytes | None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        component = web_dir / "expressions.wasm"
        # Without a build the pages say so, and designing goes on.
        self.engine = None
        if component.is_file():
            self.engine = Engine(component, cache=_machine_code(web_dir, directory))
        self.metrics = Metrics()
        self.workers = Workers()
        keys = MasterKeys(directory / "secrets", environment)
        server_of_data = _database(environment.get("DATABASE_URL", ""))
        self._tenants = Tenants(directory, self.engine, keys, server_of_data)
        tokens = None if service_key is None else ServiceTokens(service_key)
        self.checking = None if self.engine is None else Checking(self.engine)
        self.rooms = Rooms(server, tokens, self._tenants, self.workers, self.metrics, self.checking)
        self.workflows = None
        if self.engine is not None and self.checking is not None:
            addresses = parse_addresses(environment.get("PREVIEW_CONNECTORS", ""))
            secrets = Secrets(directory / "secrets", environment)
            connectors = Connectors(self.engine, addresses, secrets)
            # In a folder of its own: a tenant may have any name, and then a file of that name.
            self.workflows = Workflows(
                directory / "runs",
                self.engine,
                connectors,
                self.rooms.open_from_thread,
                self.checking,
                cipher=keys.cipher("runs"),
            )
        self._told: dict[tuple[str, str], set[str]] = {}

    async def start(self) -> None:
        """Open the files and go on with runs that were interrupted."""
        self.rooms.start(self.workflows)
        if self.workflows is None:
            return
        loop = asyncio.get_running_loop()

        def note(tenant: str, room: str, run: str) -> None:
            loop.call_soon_threadsafe(self._note, (tenant, room), run)

        self.workflows.listen(note)
        await asyncio.to_thread(self.workflows.start)

    async def stop(self) -> None:
        """Interrupt runs, let transactions finish, and close every file."""
        if self.workflows is not None:
            await asyncio.to_thread(self.workflows.stop)
        await self.rooms.stop()
        await asyncio.to_thread(self.workers.stop)
        await asyncio.to_thread(self._tenants.close)
        if self.engine is not None:
            await asyncio.to_thread(self.engine.close)

    def _note(self, room: tuple[str, str], run: str) -> None:
        if room not in self._told:
            self._told[room] = set()
            asyncio.get_running_loop().call_later(RUNS_WINDOW_S, self._tell, room)
        self._told[room].add(run)

    def _tell(self, room: tuple[str, str]) -> None:
        runs = self._told.pop(room)
        self.rooms.tell(*room, "runs", {"ids": sorted(runs)})


def _database(url: str) -> PostgresServer | None:
    if not url:
        return None
    # Imported here: the driver takes a third of a second, and most previews have files.
    from runtime.data.postgres import PostgresServer

    return PostgresServer(url)


def _machine_code(web_dir: Path, directory: Path) -> Path:
    """Return where the engine's machine code is kept: beside the build, which makes it."""
    return web_dir / "engine" if os.access(web_dir, os.W_OK) else directory / "cache"
