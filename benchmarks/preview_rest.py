"""Benchmark of the preview's records: reads per second over REST, and how long each takes.

The runtime process has one core for itself; the load comes from the other one, over connections
that stay open, signed as the server's proxy signs. The room is followed from a real server, and has
a thousand orders with customers and lines. Alone: ``python -m benchmarks.preview_rest``.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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

    async def get(self, path: str, identity: str) -> bytes:
        """Return the body at *path*; anything but 200 ends the benchmark."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"x-design-rooms-identity: {identity}\r\n\r\n".encode()
        )
        status, body = await self._answer
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body.decode()}")
        return body


@contextmanager
def runtime_process(server: ServerProcess, folder: Path, key: bytes) -> Iterator[tuple[Path, int]]:
    """The runtime on a socket of its own, on the last core alone: the socket and its process."""
    socket = folder / "bench.sock"
    # The server has a runtime of its own, which nobody asks and which stays idle.
    service = Keys.derived(load_key(folder)).service.hex()
    process = subprocess.Popen(
        [
            *("taskset", "-c", str((os.cpu_count() or 1) - 1)),
            *(sys.executable, "-m", "runtime.main"),
            *("--socket", str(socket), "--server", server.url),
            *("--web", str(_ROOT / "web" / "dist"), "--data", str(folder / "bench")),
        ],
        cwd=_ROOT,
        env={**os.environ, "PREVIEW_TOKEN_KEY": key.hex(), "PREVIEW_SERVICE_KEY": service},
    )
    try:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the runtime did not start")
            time.sleep(0.05)
        yield socket, process.pid
    finally:
        process.terminate()
        process.wait(10)


async def measure_reads(folder: Path) -> None:
    """Print reads per second and their delays, by id and as lists of 25."""
    os.sched_setaffinity(0, {0})
    key = secrets.token_bytes(32)
    with ServerProcess(folder) as server:
        server.import_model(_ROOM, sample_path().read_bytes())
        with runtime_process(server, folder, key) as (socket, pid):
            signature = Signature(key)
            ids = await _fill(socket, signature)
            print(f"\nRecords over REST: {CUSTOMERS:,} customers, {CONNECTIONS} connections")
            one = f"/preview/{_ROOM}/api/Customer/"
            each = iter([one + id_ for id_ in ids])
            await _measure(socket, pid, signature, "by id, first", each)
            again = itertools.cycle([one + id_ for id_ in ids])
            await _measure(socket, pid, signature, "by id, again", again)
            page = f"/preview/{_ROOM}/api/Customer?limit=25&sort=name"
            # Each is another question, so that no answer to an earlier one will do.
            new = (f"{page}&filter[name][ne]={number}" for number in itertools.count())
            await _measure(socket, pid, signature, "list of 25, new", new)
            few = (f"{page}&total=false&filter[name][ne]={number}" for number in itertools.count())
            await _measure(socket, pid, signature, "without total", few)
            await _measure(socket, pid, signature, "list, again", itertools.repeat(page))


def cpu_seconds(pid: int) -> float:
    """Return how long a process has computed, in all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _fill(socket: Path, signature: Signature) -> list[str]:
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    async with httpx.AsyncClient(transport=transport, timeout=60) as http:
        headers = {"x-design-rooms-identity": signature.header()}
        base = f"http://127.0.0.1/preview/{_ROOM}"
        body = {"seed": 1, "perModel": CUSTOMERS}
        answer = await http.post(f"{base}/player/data/generate", json=body, headers=headers)
        answer.raise_for_status()
        ids: list[str] = []
        parameters: dict[str, Any] = {"limit": 500}
        while True:
            headers = {"x-design-rooms-identity": signature.header()}
            page = await http.get(f"{base}/api/Customer", params=parameters, headers=headers)
            page.raise_for_status()
            ids += [item["id"] for item in page.json()["items"]]
            if page.json()["next"] is None:
                return ids
            parameters["cursor"] = page.json()["next"]


async def _measure(
    socket: Path, pid: int, signature: Signature, name: str, paths: Iterator[str]
) -> None:
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(CONNECTIONS):
        _, connection = await loop.create_unix_connection(Connection, str(socket))
        connections.append(connection)
    first = await connections[0].get(next(paths), signature.header())
    times: list[float] = []
    end = time.perf_counter() + SECONDS

    async def ask(connection: Connection) -> None:
        while (start := time.perf_counter()) < end and (path := next(paths, "")):
            await connection.get(path, signature.header())
            times.append(time.perf_counter() - start)

    begun, cpu = time.perf_counter(), cpu_seconds(pid)
    await asyncio.gather(*map(ask, connections))
    seconds = time.perf_counter() - begun
    # What is left when the machine has other things to do as well.
    each_us = (cpu_seconds(pid) - cpu) / len(times) * 1e6
    times.sort()
    shown = len(orjson.loads(first).get("items", [0]))
    print(
        f"  {name:<16} {len(times) / seconds:7,.0f} reads/s   "
        f"p50 {times[len(times) // 2] * 1e3:5.1f} ms   "
        f"p99 {times[len(times) * 99 // 100] * 1e3:5.1f} ms   "
        f"{each_us:5.0f} µs CPU   ({shown} records, {len(first):,} bytes)",
        flush=True,
    )


def main() -> None:
    print(f"Preview's records on {machine_facts()}")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure_reads(Path(folder)))


if __name__ == "__main__":
    main()
