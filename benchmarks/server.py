"""Benchmark of a whole server: ``python -m benchmarks.server [--seconds SECONDS]``.

A real ``design-rooms serve`` on the loopback, with SQLite on a temporary folder, and a load
generator in this process: real frames on real sockets. Commits are edits of captions in application
rooms, each client's its own, so every one is transformed, checked against the definitions, appended
durably and pushed to everybody in the room. Takes about a minute and a half.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop

from benchmarks.clients import Client, NativeClient, YjsClient, do_nothing
from benchmarks.history import (
    captions_of,
    large_document,
    sample_document,
    write_history,
)
from benchmarks.preview import measure_preview
from benchmarks.process import ServerProcess, machine_facts
from collab.auth.local import LocalAuthenticator
from collab.ids import RoomId
from collab.model import dsl
from collab.stores.sqlite import SqliteStore

__all__ = ["main"]

WARM_UP_SECONDS = 0.5
PATIENCE_SECONDS = 30.0
OPENINGS = 3
MEMORY_ROOMS = 100
LARGE_COPIES = 52


@dataclass(frozen=True)
class Load:
    """*clients* in each of *rooms*; each edits *rate* times a second, or as fast as it may (0)."""

    dialect: type[Client]
    clients: int
    rooms: int
    rate: float = 0.0

    def __str__(self) -> str:
        kind = "ops" if self.dialect is NativeClient else "Yjs"
        pace = f"{self.rate:g}/s each" if self.rate else "no pause"
        rooms = "1 room" if self.rooms == 1 else f"{self.rooms} rooms"
        return f"{kind:3} {self.clients * self.rooms:3} clients, {rooms:8} {pace:10}"


def loads() -> list[Load]:
    shapes = [(1, 1), (8, 1), (32, 1), (1, 32)]
    paced = [(8, 1, 10.0), (32, 1, 5.0)]
    result = []
    for dialect in (NativeClient, YjsClient):
        result += [Load(dialect, clients, rooms) for clients, rooms in shapes]
        result += [Load(dialect, *shape) for shape in paced]
    return result


# --- commits and latency ------------------------------------------------------------------------


async def measure_loads(folder: Path, seconds: float) -> None:
    print(
        f"\nCommits: edits that were ordered, checked and made durable, each pushed to the whole "
        f"room ({seconds:g} s each)\n"
        f"{'':44} commits/s  pushes/s   ack p50   ack p99  server CPU  load CPU\n"
        f"{'':44}                         (ms)      (ms)  (us/commit)  (share)"
    )
    with ServerProcess(folder) as server:
        # Three times the sample: as many captions as clients, so that no edit replaces another.
        content = dsl.write(large_document(3)).encode()
        for number, load in enumerate(loads()):
            names = [f"bench-{number}-{room}" for room in range(load.rooms)]
            for name in names:
                server.import_model(name, content)
            await measure_load(server, load, names, seconds)


async def measure_load(
    server: ServerProcess, load: Load, names: Sequence[str], seconds: float
) -> None:
    captions = captions_of(server.get(f"/api/rooms/{names[0]}/model").json()["model"])
    clients = [
        load.dialect(server.port, name, captions[number % len(captions)])
        for name in names
        for number in range(load.clients)
    ]
    for client in clients:
        await client.join()
        # A room's first update takes longer; what is measured here is how it goes on.
        await first_edit(client)
    running = [asyncio.create_task(pace(client, load.rate)) for client in clients if load.rate]
    for client in clients:
        client.on_answer = do_nothing
        if not load.rate:
            client.on_answer = client.edit
            client.edit()
    try:
        print(f"{load!s:44} {await measured(server, clients, seconds)}", flush=True)
    finally:
        for task in running:
            task.cancel()
        for client in clients:
            client.close()


async def measured(server: ServerProcess, clients: Sequence[Client], seconds: float) -> str:
    """Return what *clients*, which are at work, get done in *seconds*: a line of the table."""
    await asyncio.sleep(WARM_UP_SECONDS)
    for client in clients:
        client.times.clear()
        client.delivered = 0
    start, cpu, own = time.perf_counter(), server.cpu_seconds, time.process_time()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - start
    cpu, own = server.cpu_seconds - cpu, time.process_time() - own
    times = sorted(duration for client in clients for duration in client.times)
    if not times:
        raise RuntimeError(f"nothing was answered: {clients[0].socket.lost}")
    delivered = sum(client.delivered for client in clients)
    return (
        f"{len(times) / took:9,.0f} {delivered / took:9,.0f} "
        f"{percentile(times, 0.5):9.2f} {percentile(times, 0.99):9.2f} "
        f"{cpu / len(times) * 1e6:12,.0f} {own / took:8.0%}"
    )


async def pace(client: Client, rate: float) -> None:
    """Edit *rate* times a second on average; never with more than one change in flight."""
    await asyncio.sleep(random.random() / rate)
    while True:
        if not client.is_waiting:
            client.edit()
        await asyncio.sleep(random.uniform(0.5, 1.5) / rate)


def percentile(times: Sequence[float], share: float) -> float:
    """Return in milliseconds what *share* of the sorted *times* stay below."""
    return times[int(share * (len(times) - 1))] * 1_000


# --- opening ------------------------------------------------------------------------------------


async def measure_openings(folder: Path) -> None:
    cases = [
        ("order management, 82 nodes", "h1000", 1, 1_000),
        ("order management, 82 nodes", "h10000", 1, 10_000),
        ("order management, 82 nodes", "h100000", 1, 100_000),
        (f"{LARGE_COPIES} times that, 1 MB of JSON", "large", LARGE_COPIES, 10_000),
    ]
    store = SqliteStore(folder / "rooms.db")
    await store.open()
    await write_history(store, local_room("warm"), sample_document(), 600)
    for _, name, copies, revisions in cases:
        document = large_document(copies)
        await write_history(store, local_room(name), document, revisions)
    await store.close()
    joins: dict[str, list[float]] = {name: [] for _, name, _, _ in cases}
    edits: dict[str, list[float]] = {name: [] for _, name, _, _ in cases}
    for _ in range(OPENINGS):
        with ServerProcess(folder) as server:
            await open_room(server, "warm")
            for _, name, _, _ in cases:
                join, edit = await open_room(server, name)
                joins[name].append(join)
                edits[name].append(edit)
    print(
        "\nOpening: the first join of a room until its welcome; its first Yjs update until that "
        f"is durable\n(median of {OPENINGS} fresh processes)"
        f"{'revisions':>26} {'join (ms)':>12} {'update (ms)':>12}"
    )
    for label, name, _, revisions in cases:
        join, edit = median(joins[name]) * 1e3, median(edits[name]) * 1e3
        print(f"{label:44} {revisions:9,} {join:12.1f} {edit:12.1f}")


def local_room(name: str) -> RoomId:
    """Return the room that a client without credentials means by *name*."""
    authenticator = LocalAuthenticator(b"")
    tenant = authenticator.authenticate(token=None, cookies={}, peer="127.0.0.1").tenant
    return RoomId(tenant, name)


async def open_room(server: ServerProcess, room: str) -> tuple[float, float]:
    """Return how long the room's first join took, and its first update through the Yjs door."""
    reader = NativeClient(server.port, room)
    start = time.perf_counter()
    await reader.join()
    took = time.perf_counter() - start
    document = server.get(f"/api/rooms/{room}/model").json()["model"]
    author = YjsClient(server.port, room, captions_of(document)[0])
    await author.join()
    await first_edit(author)
    reader.close()
    author.close()
    return took, author.times[0]


async def first_edit(client: Client) -> None:
    answered = asyncio.Event()
    client.on_answer = answered.set
    client.edit()
    await asyncio.wait_for(answered.wait(), PATIENCE_SECONDS)


# --- memory -------------------------------------------------------------------------------------


async def measure_memory(folder: Path) -> None:
    store = SqliteStore(folder / "rooms.db")
    await store.open()
    names = [f"m{number}" for number in range(MEMORY_ROOMS)]
    for name in ("warm", *names):
        await write_history(store, local_room(name), sample_document(), 100, replayed=50)
    await store.close()
    with ServerProcess(folder) as server:
        clients = [NativeClient(server.port, name) for name in ("warm", *names)]
        await clients[0].join()
        before = server.resident_bytes
        for client in clients[1:]:
            await client.join()
        grown = server.resident_bytes - before
        for client in clients:
            client.close()
    print(
        f"\nMemory: a process with one room open {before / 1e6:7.1f} MB\n"
        f"        each further room        {grown / MEMORY_ROOMS / 1e3:7.1f} kB"
        f"   (sample, 50 revisions in memory, 1 client; mean of {MEMORY_ROOMS})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each load")
    seconds = parser.parse_args().seconds
    print(f"Server on {machine_facts()}; load generator on the same machine")
    for measure in (
        lambda folder: measure_loads(folder, seconds),
        measure_openings,
        measure_memory,
        measure_preview,
    ):
        with tempfile.TemporaryDirectory() as folder:
            uvloop.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
