"""Benchmark of the preview's records: reads per second over REST, and how long each takes.

A real server with its preview process, which has one core for itself; the server and the load share
the other one. Everything is asked twice over connections that stay open: through the server's port,
as browsers and programs do, where the server says who asks and passes the request on; and at the
preview process's own socket, signed as the server signs, which leaves the server out. The room has
a thousand customers, orders and lines. Alone: ``python -m benchmarks.preview_rest``.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import orjson
import uvloop
from itsdangerous import URLSafeTimedSerializer

from benchmarks.history import sample_path
from benchmarks.process import ServerProcess, machine_facts
from collab.auth.keys import Keys
from collab.auth.local import load_key

__all__ = ["main", "measure_reads"]

CONNECTIONS = 8
SECONDS = 5.0
CUSTOMERS = 1_000
_ROOM = "reads"
_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_SECONDS = 60.0


class Signature:
    """The identity header, made anew as soon as the proxy would make another one."""

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt="design-rooms identity")
        self._made_at = 0.0
        self._header = ""

    def header(self) -> str:
        now = time.monotonic()
        if now - self._made_at > 1:
            person = {"tenant": "local", "room": _ROOM, "user": "bench", "name": "Größe"}
            rest = {"color": "#336699", "role": "editor", "page_token": None}
            self._header = str(self._serializer.dumps({**person, **rest}))
            self._made_at = now
        return self._header


class Connection(asyncio.Protocol):
    """One connection that asks and waits. A real client would cost more than the server."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._buffer = b""
        assert self._answer is not None
        self._answer.set_result((int(head[9:12]), body))

    def close(self) -> None:
        assert self._transport is not None
        self._transport.abort()

    async def get(self, path: str, headers: dict[str, str]) -> bytes:
        """Return the body at *path*; anything but 200 ends the benchmark."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{''.join(lines)}\r\n"
        self._transport.write(head.encode())
        status, body = await self._answer
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body.decode()}")
        return body


class Way:
    """A way to the records: the server's port, or with a *socket* the preview process alone.

    *processes* are those whose use of the processor is told.
    """

    def __init__(
        self,
        name: str,
        port: int,
        processes: tuple[int, ...],
        socket: Path | None = None,
        key: bytes = b"",
    ) -> None:
        self.name = name
        self.processes = processes
        self._port = port
        self._socket = socket
        self._signature = Signature(key) if socket is not None else None

    def headers(self) -> dict[str, str]:
        """Return what every request is sent with."""
        signature = self._signature
        return {} if signature is None else {"x-design-rooms-identity": signature.header()}

    async def connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        if self._socket is not None:
            _, connection = await loop.create_unix_connection(Connection, str(self._socket))
        else:
            _, connection = await loop.create_connection(Connection, "127.0.0.1", self._port)
        return connection


async def measure_reads(folder: Path) -> None:
    """Print reads per second and their delays, by id and as lists of 25."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    with ServerProcess(folder) as server:
        server.import_model(_ROOM, sample_path().read_bytes())
        runtime = server.children[0]
        socket = _listening(runtime)
        pin(runtime, max(cores))
        ids = await _fill(server)
        identity = Keys.derived(load_key(folder)).identity
        for way in (
            Way("through the server's port", server.port, (server.pid, runtime)),
            Way("at the preview process", server.port, (runtime,), socket, identity),
        ):
            print(f"\nRecords over REST {way.name}: {CUSTOMERS:,} customers, ", end="")
            print(f"{CONNECTIONS} connections")
            await _measure_all(way, ids)
            # Answers are kept until somebody changes something.
            ids = await _fill(server)


async def _measure_all(way: Way, ids: list[str]) -> None:
    one = f"/preview/{_ROOM}/api/Customer/"
    await _measure(way, "by id, first", iter([one + id_ for id_ in ids]))
    await _measure(way, "by id, again", itertools.cycle([one + id_ for id_ in ids]))
    page = f"/preview/{_ROOM}/api/Customer?limit=25&sort=name"
    # Each is another question, so that no answer to an earlier one will do.
    new = (f"{page}&filter[name][ne]={number}" for number in itertools.count())
    await _measure(way, "list of 25, new", new)
    few = (f"{page}&total=false&filter[name][ne]={number}" for number in itertools.count())
    await _measure(way, "without total", few)
    by_time = (f"{page[:-4]}createdAt&filter[name][ne]={number}" for number in itertools.count())
    await _measure(way, "by an index, new", by_time)
    await _measure(way, "list, again", itertools.repeat(page))


def pin(pid: int, core: int) -> None:
    """Give all threads of a process this core, and those that they start."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def _listening(runtime: int) -> Path:
    """Return where a preview process listens, as soon as it does."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        arguments = Path(f"/proc/{runtime}/cmdline").read_text().split("\0")
        # For a moment it is still a copy of the server.
        if "--socket" in arguments:
            socket = Path(arguments[arguments.index("--socket") + 1])
            if socket.exists():
                return socket
        time.sleep(0.05)
    raise RuntimeError("the preview process did not start")


def cpu_seconds(pid: int) -> float:
    """Return how long a process has computed, in all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _fill(server: ServerProcess) -> list[str]:
    """Make all records anew and return the customers' ids."""
    base = f"{server.url}/preview/{_ROOM}"
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        (await http.post(f"{base}/player/data/reset", json={})).raise_for_status()
        body = {"seed": 1, "perModel": CUSTOMERS}
        (await http.post(f"{base}/player/data/generate", json=body)).raise_for_status()
        ids: list[str] = []
        parameters: dict[str, Any] = {"limit": 500}
        while True:
            page = await http.get(f"{base}/api/Customer", params=parameters)
            page.raise_for_status()
            ids += [item["id"] for item in page.json()["items"]]
            if page.json()["next"] is None:
                return ids
            parameters["cursor"] = page.json()["next"]


async def _measure(way: Way, name: str, paths: Iterator[str]) -> None:
    connections = [await way.connect() for _ in range(CONNECTIONS)]
    first = await connections[0].get(next(paths), way.headers())
    times: list[float] = []
    end = time.perf_counter() + SECONDS

    async def ask(connection: Connection) -> None:
        while (start := time.perf_counter()) < end and (path := next(paths, "")):
            await connection.get(path, way.headers())
            times.append(time.perf_counter() - start)

    begun, cpu = time.perf_counter(), [cpu_seconds(pid) for pid in way.processes]
    await asyncio.gather(*map(ask, connections))
    seconds = time.perf_counter() - begun
    # What is left when the machine has other things to do as well.
    used = [cpu_seconds(pid) - was for pid, was in zip(way.processes, cpu, strict=True)]
    each_us = " + ".join(f"{seconds / len(times) * 1e6:.0f}" for seconds in used)
    for connection in connections:
        connection.close()
    times.sort()
    shown = len(orjson.loads(first).get("items", [0]))
    print(
        f"  {name:<16} {len(times) / seconds:7,.0f} reads/s   "
        f"p50 {times[len(times) // 2] * 1e3:5.1f} ms   "
        f"p99 {times[len(times) * 99 // 100] * 1e3:5.1f} ms   "
        f"{each_us:>9} µs CPU   ({shown} records, {len(first):,} bytes)",
        flush=True,
    )


def main() -> None:
    print(f"Preview's records on {machine_facts()}")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure_reads(Path(folder)))


if __name__ == "__main__":
    main()
