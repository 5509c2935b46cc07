"""Benchmark of the stores, side by side: ``python -m benchmarks.store [--folder FOLDER]``.

SQLite in a file, and PostgreSQL in a cluster of its own on a Unix socket, fsync on; ``--only`` one
of them. ``--folder`` is SQLite's; PostgreSQL's lies under /tmp.
Appends: 1, 16 and 64 rooms append one small revision after the other, as rooms do; the latency is
that of one ``append``, the throughput that of all. Reads: a room of 100,000 revisions is opened
(newest snapshot and 500 revisions after it) while nobody writes and while 16 rooms append. The
numbers depend on the disk under FOLDER.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import uvloop
from pycrdt import Array, Doc, Map, Text

from collab.ids import Epoch, FencingToken, RevisionNo, RoomId, SourceId, TenantId, UserId
from collab.limits import READ_REVISIONS_MAX, SNAPSHOT_REVISIONS
from collab.revision import ChangeKind, Revision, Snapshot
from collab.stores.postgres import PostgresStore
from collab.stores.record import read_snapshot, write_snapshot
from collab.stores.sqlite import SqliteStore
from collab.values import Json, SharedList, SharedMap, SharedText
from tests.postgres import Cluster

__all__ = ["main"]

APPEND_SECONDS = 3.0
LONG_ROOM_REVISIONS = 100_000
DOCUMENT_NODES = 4_000
TENANT = TenantId("größe")
MeasuredStore: TypeAlias = SqliteStore | PostgresStore


def revision(number: int) -> Revision:
    """Return a revision as one edit of a property makes it, about 250 bytes encoded."""
    return Revision(
        number=RevisionNo(number),
        epoch=Epoch(1),
        kind=ChangeKind.OP,
        change=[{"p": ["nodes", "n4711", "props", "label"], "oi": "Größe", "od": "Länge"}],
        update=bytes(120),
        author=UserId("anna"),
        time_ms=1_700_000_000_000 + number,
        source=SourceId("0123456789abcdef"),
        seq=number,
    )


def document(chance: random.Random) -> SharedMap:
    """Return a design of about 1 MB of JSON text, shared types throughout."""
    nodes = SharedMap()
    for number in range(DOCUMENT_NODES):
        nodes[f"n{chance.getrandbits(48):x}"] = SharedMap(
            type="core/button@1",
            parent=f"n{number // 7}",
            position=number * 1.5,
            name=SharedText(f"Schaltfläche {number}"),
            props=SharedMap(
                label=SharedText(f"Größe {chance.random()}"),
                width=chance.randint(1, 999),
                color=f"#{chance.randrange(1 << 24):06x}",
                bindings=SharedList([{"path": "/a/b", "mode": "two-way"}]),
            ),
        )
    return SharedMap(application=SharedMap(name="Laden"), nodes=nodes)


def shared_type(value: Json) -> object:
    """Return *value* as the types of a Doc."""
    if isinstance(value, SharedMap):
        return Map({key: shared_type(item) for key, item in value.items()})
    if isinstance(value, SharedList):
        return Array([shared_type(item) for item in value])
    return Text(str(value)) if isinstance(value, SharedText) else value


def snapshot_at(number: int) -> Snapshot:
    """Return a snapshot whose Yjs state is the real one of its document."""
    content = document(random.Random(number))
    doc: Doc[Any] = Doc()
    for name, part in content.items():
        root: Map[Any] = doc.get(name, type=Map)
        with doc.transaction():
            for key, value in part.items():
                root[key] = shared_type(value)
    return Snapshot(RevisionNo(number), Epoch(1), True, content, doc.get_update())


def percentile(times: list[float], share: float) -> float:
    """Return in milliseconds what *share* of *times* (seconds) stay below."""
    return sorted(times)[int(share * (len(times) - 1))] * 1_000


async def create(store: MeasuredStore, name: str) -> tuple[RoomId, FencingToken]:
    room = RoomId(TENANT, name)
    await store.create_room(room, title=name, created_by=UserId("anna"), time_ms=1)
    return room, (await store.claim(room)).token


async def append_until(store: MeasuredStore, name: str, end: float) -> list[float]:
    """Append one revision after the other and return how long each took."""
    room, token = await create(store, name)
    times: list[float] = []
    while (start := time.perf_counter()) < end:
        await store.append(room, token, [revision(len(times) + 1)])
        times.append(time.perf_counter() - start)
    return times


async def measure_appends(store: MeasuredStore, rooms: int) -> None:
    commits = store.commits
    end = time.perf_counter() + APPEND_SECONDS
    processor = time.process_time()
    runs = await asyncio.gather(
        *(append_until(store, f"{rooms}-{number}", end) for number in range(rooms))
    )
    processor = time.process_time() - processor
    times = [duration for run in runs for duration in run]
    print(
        f"{rooms:4} rooms: {len(times) / APPEND_SECONDS:8,.0f} appends/s"
        f" {(store.commits - commits) / APPEND_SECONDS:7,.0f} commits/s"
        f"   p50 {percentile(times, 0.5):6.2f} ms   p99 {percentile(times, 0.99):6.2f} ms"
        f"   {processor / len(times) * 1e6:4.0f} us of CPU an append"
    )


async def fill_long_room(store: MeasuredStore) -> RoomId:
    room, token = await create(store, "long")
    for first in range(1, LONG_ROOM_REVISIONS, READ_REVISIONS_MAX):
        await store.append(
            room, token, [revision(first + offset) for offset in range(READ_REVISIONS_MAX)]
        )
    saved = snapshot_at(LONG_ROOM_REVISIONS - SNAPSHOT_REVISIONS)
    start = time.perf_counter()
    await store.save_snapshot(room, token, saved)
    print(f"save a snapshot      {(time.perf_counter() - start) * 1_000:6.1f} ms")
    start = time.perf_counter()
    record = write_snapshot(saved)
    encoded = time.perf_counter()
    read_snapshot(room, saved.revision, record)
    decoded = time.perf_counter()
    print(
        f"  of which to encode {(encoded - start) * 1_000:6.1f} ms ({len(record):,} bytes)\n"
        f"  and to decode      {(decoded - encoded) * 1_000:6.1f} ms"
    )
    return room


async def measure(label: str, action: Callable[[], Awaitable[object]], repeats: int = 15) -> None:
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        await action()
        times.append(time.perf_counter() - start)
    print(f"{label:20} {percentile(times, 0.5):6.1f} ms (worst {max(times) * 1_000:.1f})")


async def measure_reads(store: MeasuredStore, room: RoomId) -> None:
    after = RevisionNo(LONG_ROOM_REVISIONS - SNAPSHOT_REVISIONS)
    await measure("  snapshot", lambda: store.snapshot(room))
    await measure("  500 revisions", lambda: store.revisions(room, after, READ_REVISIONS_MAX))
    await measure("  room record", lambda: store.room(room))


async def measure_store(name: str, store: MeasuredStore) -> None:
    print(f"{name}")
    await store.open()
    for rooms in (1, 16, 64):
        await measure_appends(store, rooms)
    room = await fill_long_room(store)
    print("open a room, idle")
    await measure_reads(store, room)
    print("open a room while 16 others append")
    end = time.perf_counter() + APPEND_SECONDS
    writing = [asyncio.create_task(append_until(store, f"w{n}", end)) for n in range(16)]
    await measure_reads(store, room)
    times = [duration for run in await asyncio.gather(*writing) for duration in run]
    print(
        f"  their appends       p50 {percentile(times, 0.5):.2f} ms, "
        f"p99 {percentile(times, 0.99):.2f}"
    )
    await store.close()


async def main(folder: Path, only: str | None) -> None:
    if only != "postgres":
        await measure_store("SQLite", SqliteStore(folder / "benchmark.db"))
    if only != "sqlite":
        cluster = Cluster(is_durable=True)
        try:
            await measure_store("PostgreSQL", PostgresStore(cluster.create_database()))
        finally:
            cluster.remove()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to put the file (default: temporary)")
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        uvloop.run(main(Path(temporary), arguments.only))
