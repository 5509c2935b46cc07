"""A program that appends for as long as it lives and prints what was acknowledged.

Started by ``test_crash`` in a process of its own: ``appender.py PATH`` appends to eight rooms at
once; ``appender.py PATH full`` runs into a limit on the file's size and out of it again.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import sys
from pathlib import Path

from collab.errors import StorageFull
from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, TenantId, UserId
from collab.revision import ChangeKind, Revision
from collab.stores.sqlite import SqliteStore

ROOMS = [RoomId(TenantId("ä"), f"room-{number}") for number in range(8)]


def revision(number: int, text: str = "é😀") -> Revision:
    return Revision(
        RevisionNo(number), Epoch(1), ChangeKind.OP, [text * 50], b"\x00", UserId("ü"), number
    )


async def create(store: SqliteStore, room: RoomId) -> FencingToken:
    if await store.room(room) is None:
        await store.create_room(room, title="größe", created_by=UserId("ü"), time_ms=1)
    return (await store.claim(room)).token


async def append_for_ever(store: SqliteStore, room: RoomId) -> None:
    token = await create(store, room)
    number = 0
    while True:
        await store.append(room, token, [revision(number + 1), revision(number + 2)])
        number += 2
        print(room.name, number, flush=True)


async def append_until_full(path: Path, store: SqliteStore, room: RoomId) -> None:
    """Let the file's limit refuse a write at its commit, lift it, and write again."""
    token = await create(store, room)
    await store.append(room, token, [revision(1)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    room_left = 20_000
    written = Path(f"{path}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (written + room_left, hard))
    try:
        await store.append(room, token, [revision(2, "ö" * room_left)])
    except StorageFull as error:
        assert isinstance(error.__cause__, sqlite3.Error)
        print("full", error.__cause__.sqlite_errorname, flush=True)
    await store.append(room, token, [revision(2)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await store.append(room, token, [revision(3, "ö" * room_left)])
    print("stored", len(await store.revisions(room, RevisionNo(0), 9)), flush=True)


async def main(path: Path, is_limited: bool) -> None:
    store = SqliteStore(path)
    await store.open()
    if is_limited:
        await append_until_full(path, store, ROOMS[0])
        await store.close()
    else:
        await asyncio.gather(*(append_for_ever(store, room) for room in ROOMS))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), is_limited=len(sys.argv) > 2))
