"""Many who do nothing: what idle connections and idle rooms cost one server process.

``python -m benchmarks.idle`` opens 2,000 rooms and 5,000 connections on the loopback, which takes
about a minute and a half, most of it waiting: a whole interval of keep-alives is watched, and then
the time after which a room that nobody is in is closed. Each room has a small document. Connections
are y-websocket clients' that have synced and then only listen.

Each connection is a file on either side. The benchmark raises its own limit of open files to the
hard one (``ulimit -Hn``), which the server does for itself too; where that is too low it says so.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop
from pycrdt import Doc, Map

from benchmarks.process import ServerProcess, machine_facts
from collab.crdt.lib0 import Encoder
from collab.limits import PING_INTERVAL_MS, ROOM_IDLE_MS
from loadtests.wire import BINARY, LoadSocket

__all__ = ["main"]

_EMPTY_STEP_1: Final = b"\0\0\1\0"
_EMPTY_STEP_2: Final = b"\0\1\2\0\0"
_AT_ONCE: Final = 50
_SYNC_SECONDS_MAX: Final = 30.0
# Twice what a room takes to be closed after the last one has left.
_CLOSING_SECONDS_MAX: Final = 2 * ROOM_IDLE_MS / 1000
# The server looks every second whether there is memory to give back.
_RELEASE_SECONDS: Final = 3.0
# Files that a process has open besides its connections.
_OTHER_FILES: Final = 200
_ENTRIES: Final = 20


class _Client:
    """A client that has synced with its room and then listens; it counts what it is sent."""

    def __init__(self, port: int, room: int) -> None:
        self.messages = 0
        self._port, self._room = port, room
        self._synced: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.socket = LoadSocket(BINARY, self._take)

    async def join(self, update: bytes = b"") -> None:
        """Connect, sync and send *update*, if there is one; raises ``ConnectionError``."""
        await self.socket.connect(self._port, f"/yjs/idle/{self._room}")
        self.socket.send(_EMPTY_STEP_1)
        if update:
            self.socket.send(update)
        try:
            await asyncio.wait_for(self._synced, _SYNC_SECONDS_MAX)
        except TimeoutError:
            raise ConnectionError(self.socket.lost or "the document did not come") from None

    def _take(self, payload: bytes) -> None:
        self.messages += 1
        if payload[:2] == b"\0\0":
            self.socket.send(_EMPTY_STEP_2)
        elif payload[:2] == b"\0\1" and not self._synced.done():
            self._synced.set_result(None)


@dataclass(frozen=True)
class _Stage:
    """What the server uses: resident bytes, and its processor seconds so far."""

    bytes: int
    cpu_s: float
    at_s: float

    @classmethod
    def of(cls, server: ServerProcess) -> _Stage:
        return cls(server.resident_bytes, server.cpu_seconds, time.perf_counter())


def main() -> int:
    """Print the table; the exit code is 1 if a connection was lost or a room stayed open."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.idle",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--connections", type=int, default=5_000)
    parser.add_argument("--rooms", type=int, default=2_000)
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < arguments.connections + _OTHER_FILES:
        parser.error(f"the hard limit of open files is {hard} (ulimit -Hn): ask for fewer")
    print(f"Idle connections and rooms on {machine_facts()}\n")
    with (
        tempfile.TemporaryDirectory(prefix="bench-idle-") as folder,
        ServerProcess(Path(folder)) as server,
    ):
        return uvloop.run(_measure(server, arguments.rooms, arguments.connections))


async def _measure(server: ServerProcess, rooms: int, connections: int) -> int:
    # The first room and socket load what all others share.
    first: list[_Client] = []
    await _join(server, [rooms], _document(), first)
    clients: list[_Client] = []
    empty = _Stage.of(server)
    await _join(server, range(rooms), _document(), clients)
    opened = _Stage.of(server)
    _tell(f"{rooms:,} rooms, created, each with one connection", empty, opened, rooms)
    others = connections - rooms
    await _join(server, (number % rooms for number in range(others)), b"", clients)
    full = _Stage.of(server)
    _tell(f"{others:,} more connections to them", opened, full, others)
    before = sum(client.messages for client in clients)
    await asyncio.sleep(PING_INTERVAL_MS / 1000)
    idle = _Stage.of(server)
    share = (idle.cpu_s - full.cpu_s) / (idle.at_s - full.at_s)
    messages = sum(client.messages for client in clients) - before
    print(f"{'all idle: share of a core':52}{share:12.1%}    {messages:,} keep-alives")
    lost = [client.socket.lost for client in clients if client.socket.lost]
    for client in first + clients:
        client.socket.close()
    left = await _closed(server)
    await asyncio.sleep(_RELEASE_SECONDS)
    after = _Stage.of(server)
    kept = (after.bytes - empty.bytes) / 1e6
    grown = (full.bytes - empty.bytes) / 1e6
    print(f"{'everybody gone: rooms still open':52}{left:12,}")
    print(f"{'memory that stays, of what it had grown by':52}{kept:9,.1f} MB of {grown:,.1f} MB")
    again: list[_Client] = []
    await _join(server, range(rooms), b"", again)
    reopened = _Stage.of(server)
    _tell(f"{rooms:,} rooms, opened again", after, reopened, rooms)
    for client in again:
        client.socket.close()
    if lost:
        print(f"{len(lost)} connections were lost: {lost[0]}")
    return int(bool(lost or left))


async def _join(
    server: ServerProcess, rooms: Iterable[int], update: bytes, clients: list[_Client]
) -> None:
    """Let a client into each of *rooms*, some at a time, and add them to *clients*."""
    numbers = iter(rooms)

    async def work() -> None:
        for number in numbers:
            client = _Client(server.port, number)
            await client.join(update)
            clients.append(client)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


async def _closed(server: ServerProcess) -> int:
    """Wait until no room is open any more, within a bound; return how many are."""
    deadline = time.monotonic() + _CLOSING_SECONDS_MAX
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            text = (await client.get(f"{server.url}/metrics")).text
            left = next(
                int(float(line.split()[1]))
                for line in text.splitlines()
                if line.startswith("design_rooms_rooms_open ")
            )
            if not left or time.monotonic() > deadline:
                return left
            await asyncio.sleep(1)


def _document() -> bytes:
    """Return the message by which a client makes a small document."""
    doc: Doc[Any] = Doc()
    root = doc.get("model", type=Map)
    root["items"] = Map({f"n{number:02}": "größe " * 8 for number in range(_ENTRIES)})
    encoder = Encoder()
    encoder.write_var_uint(0)
    encoder.write_var_uint(2)
    encoder.write_var_bytes(doc.get_update())
    return encoder.to_bytes()


def _tell(name: str, before: _Stage, after: _Stage, count: int) -> None:
    each = (after.bytes - before.bytes) / count / 1000
    rate = count / (after.at_s - before.at_s)
    cpu_ms = (after.cpu_s - before.cpu_s) * 1000 / count
    print(f"{name:52}{each:9,.1f} KB each, {rate:7,.0f}/s, {cpu_ms:6.2f} ms of processor each")


if __name__ == "__main__":
    sys.exit(main())
