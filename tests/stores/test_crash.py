"""Processes that die and disks that fill up, with real processes. SPEC: [ST15], [ST27], [ST31]."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

import collab
from collab.errors import StoreUnavailable
from collab.ids import RevisionNo, RoomId, TenantId
from collab.stores.sqlite import SqliteStore

APPENDER = Path(__file__).with_name("appender.py")
TENANT = TenantId("ä")
ACKNOWLEDGED_MIN = 300


async def start(path: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Start the appender on the file *path*."""
    root = Path(collab.__file__).parent.parent
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(APPENDER),
        str(path),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


async def read_acknowledged(process: asyncio.subprocess.Process, lines: int) -> dict[str, int]:
    """Return each room's last acknowledged revision once *lines* lines have come."""
    assert process.stdout is not None
    acknowledged: dict[str, int] = {}
    for _ in range(lines):
        name, number = (await process.stdout.readline()).decode().split()
        acknowledged[name] = int(number)
    return acknowledged


async def test_acknowledged_survives_kill(tmp_path: Path) -> None:
    """[ST27] After kill -9 in the middle of appends every acknowledged revision is there."""
    path = tmp_path / "größe.db"
    process = await start(path)
    acknowledged = await read_acknowledged(process, ACKNOWLEDGED_MIN)
    process.kill()
    await process.wait()
    # What was printed between the last line read and the kill was acknowledged too.
    assert process.stdout is not None
    for line in (await process.stdout.read()).decode().splitlines(keepends=True):
        if line.endswith("\n"):
            room_name, printed = line.split()
            acknowledged[room_name] = int(printed)
    assert len(acknowledged) == 8
    store = SqliteStore(path)
    await store.open()
    for name, number in acknowledged.items():
        room = RoomId(TENANT, name)
        found = await store.revisions(room, RevisionNo(0), 100_000)
        assert len(found) >= number
        # Two revisions an append: half an append is never there.
        assert [item.number for item in found] == list(range(1, len(found) + 1))
        assert len(found) % 2 == 0
        claim = await store.claim(room)
        assert (claim.token, claim.revision) == (2, len(found))
    await store.close()


async def test_one_process_at_a_time(tmp_path: Path) -> None:
    """[ST31] While a process has the file a second one is refused; after its death it is free."""
    path = tmp_path / "größe.db"
    process = await start(path)
    await read_acknowledged(process, 1)
    store = SqliteStore(path)
    with pytest.raises(StoreUnavailable, match=rf"größe\.db is in use .*{process.pid}"):
        await store.open()
    process.kill()
    await process.wait()
    await store.open()
    assert len(await store.rooms(TENANT)) >= 1
    second = SqliteStore(path)
    with pytest.raises(StoreUnavailable, match=rf"{os.getpid()}"):
        await second.open()
    await store.close()
    await second.open()
    await second.close()


async def test_a_commit_that_the_system_refuses(tmp_path: Path) -> None:
    """[ST15] A write beyond the file size limit is undone, smaller ones go on, as does it later."""
    process = await start(tmp_path / "größe.db", "full")
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert output.decode().splitlines() == ["full SQLITE_IOERR_WRITE", "stored 3"]
