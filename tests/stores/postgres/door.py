"""A door between a store and PostgreSQL that a test shuts at a chosen moment."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from pathlib import Path

__all__ = ["Door", "Shut", "door_to"]

_PIECE = 1 << 16


class Shut(Enum):
    """When the door falls shut: before what comes next arrives, or before it is answered."""

    OPEN = "open"
    BEFORE = "before"
    AFTER = "after"
    SILENT = "silent"


class Door:
    """Passes bytes between Unix sockets; ``shut`` is looked at whenever the client says something.

    At BEFORE and AFTER the connection is cut, at SILENT its answers are kept back for ever.
    """

    def __init__(self, target: Path) -> None:
        self.shut = Shut.OPEN
        self.passed = 0
        self._target = target

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on until either side or the test ends it."""
        with suppress(asyncio.CancelledError, OSError):
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_unix_connection(self._target)
        self.passed += 1
        answers = asyncio.create_task(self._answer(behind_reader, writer))
        try:
            while piece := await reader.read(_PIECE):
                if self.shut is Shut.BEFORE:
                    break
                behind_writer.write(piece)
        finally:
            if self.shut is Shut.AFTER:
                # Its answer comes to the door, and no further: then the commit has happened.
                await answers
            answers.cancel()
            behind_writer.close()
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            if self.shut is Shut.AFTER:
                writer.close()
                return
            if self.shut is not Shut.SILENT:
                writer.write(piece)


@asynccontextmanager
async def door_to(folder: Path) -> AsyncIterator[tuple[Door, str]]:
    """Yield a door to the server whose socket is in *folder*, and the folder of the door's own."""
    name = ".s.PGSQL.5432"
    door = Door(folder / name)
    with tempfile.TemporaryDirectory(prefix="door-", dir="/tmp") as own:
        server = await asyncio.start_unix_server(door.serve, Path(own) / name)
        try:
            yield door, own
        finally:
            server.close()
