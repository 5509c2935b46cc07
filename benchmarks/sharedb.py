"""Our server beside npm's ShareDB 7: ``python -m benchmarks.sharedb [--seconds SECONDS]``.

The same clients do the same work on both, one server after the other, each on a core of its own:
100 clients subscribe to one document, and each sends its next op as soon as its last one is
committed. Ours checks every op and makes it durable (SQLite, ``synchronous=FULL``) before it
answers; ShareDB keeps everything in memory. Then 1, 10 and 100 ops are submitted at the same moment
by clients that know nothing of each other. Takes about a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from benchmarks.burst import measure_burst
from benchmarks.process import ServerProcess, machine_facts
from benchmarks.sharedb_client import ShareDBClient

__all__ = ["main"]

CLIENTS = 100
WARM_UP_SECONDS = 1.0
GOAL = 5.0
BURSTS = (1, 10, 100)
ROUNDS = 20
_PEER = Path(__file__).with_name("sharedb_peer.mjs")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

Work = Callable[[int], list[dict[str, Any]]]
WORKS: dict[str, Work] = {
    "each its own counter": lambda number: [{"p": ["n", f"n{number}"], "na": 1}],
    "all the same counter": lambda number: [{"p": ["n", "n0"], "na": 1}],
    "all into one text": lambda number: [{"p": ["t", 0], "si": "x"}],
}


class Figures:
    """What *clients* got done in *seconds*, at *cpu* seconds of the server."""

    def __init__(self, clients: list[ShareDBClient], seconds: float, cpu: float) -> None:
        times = sorted(duration for client in clients for duration in client.times)
        if not times:
            raise RuntimeError(f"nothing was committed: {clients[0].failure}")
        delivered = sum(client.delivered for client in clients)
        self.rate = len(times) / seconds
        self.p50 = times[len(times) // 2] * 1e3
        self.p99 = times[int(len(times) * 0.99)] * 1e3
        self.cpu_us = cpu / len(times) * 1e6
        self.delivery_us = cpu / max(1, delivered) * 1e6

    def __str__(self) -> str:
        return (
            f"{self.rate:11,.0f} {self.p50:9.1f} {self.p99:9.1f} "
            f"{self.cpu_us:10,.0f} {self.delivery_us:10.2f}"
        )


async def measure(port: int, pid: int, path: str, name: str, work: Work, seconds: float) -> Figures:
    """Return the figures of one server under *work* on the document *name*."""
    is_over = False

    def go_on(client: ShareDBClient) -> None:
        if not is_over:
            client.submit(work(numbers[client]))

    clients = [await ShareDBClient.connect(port, path, name, go_on) for _ in range(CLIENTS)]
    numbers = {client: number for number, client in enumerate(clients)}
    await clients[0].create({"n": {f"n{number}": 0 for number in range(CLIENTS)}, "t": "x" * 100})
    for client in clients:
        await client.subscribe()
    for client in clients:
        go_on(client)
    await asyncio.sleep(WARM_UP_SECONDS)
    for client in clients:
        client.times.clear()
        client.delivered = 0
    start, cpu = time.perf_counter(), cpu_seconds(pid)
    await asyncio.sleep(seconds)
    took, cpu = time.perf_counter() - start, cpu_seconds(pid) - cpu
    is_over = True
    figures = Figures(clients, took, cpu)
    failures = {client.failure for client in clients if client.failure}
    for client in clients:
        client.close()
    if failures:
        raise RuntimeError(f"a client was refused: {failures}")
    return figures


def cpu_seconds(pid: int) -> float:
    """Return how much of a core the process *pid* has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


@contextmanager
def npm_server() -> Iterator[tuple[int, int]]:
    """Run ShareDB on a free port; gives the port and the process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(["node", str(_PEER), "serve", str(port)])
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("ShareDB did not start: run `make build` first") from None
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.kill()
        process.wait()


def pin(pid: int, core: int) -> None:
    """Keep a process, with all its threads, on one core where there are several."""
    if (os.cpu_count() or 1) > 1:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


def measure_rates(seconds: float) -> bool:
    """Print both servers' figures; return whether the goal is met."""
    theirs: dict[str, Figures] = {}
    ours: dict[str, Figures] = {}
    pin(os.getpid(), 1)
    with npm_server() as (port, pid):
        pin(pid, 0)
        for name, work in WORKS.items():
            theirs[name] = uvloop.run(measure(port, pid, "/", name, work, seconds))
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder)) as server:
        pin(server.pid, 0)
        for name, work in WORKS.items():
            run = measure(server.port, server.pid, "/sharedb", name, work, seconds)
            ours[name] = uvloop.run(run)
    print(
        f"\n{CLIENTS} clients on one document, each sending its next op when the last is committed "
        f"({seconds:g} s each)\n{'':36}  commits/s       p50       p99  CPU/commit CPU/delivery\n"
        f"{'':36}                  (ms)      (ms)       (us)       (us)"
    )
    is_met = True
    for name in WORKS:
        ratio = ours[name].rate / theirs[name].rate
        is_met &= ratio >= GOAL and ours[name].p99 < theirs[name].p99
        print(f"{name:22} {'ShareDB 7':13} {theirs[name]}")
        print(f"{'':22} {'Design Rooms':13} {ours[name]}   {ratio:.1f} x")
    print(f"goal: {GOAL:g} x the commits at a lower p99: {'met' if is_met else 'missed'}")
    return is_met


def measure_bursts() -> None:
    """Print what one op costs when others are submitted at the same moment."""
    print(
        "\nOps submitted at the same moment, made at the same revision: cost of each\n"
        f"{'':14} {'ShareDB 7 (us)':>16} {'Design Rooms (us)':>20}"
    )
    for count in BURSTS:
        command = ["node", str(_PEER), "burst", str(count), str(ROUNDS)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=120)
        theirs = median(json.loads(done.stdout)) / count * 1e3
        ours = measure_burst(count, ROUNDS) * 1e6
        print(f"{count:5} at once {theirs:18,.0f} {ours:20,.0f}")


def main() -> int:
    """Print both tables; the exit code says whether the goal is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharedb", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each load runs")
    arguments = parser.parse_args()
    print(machine_facts())
    is_met = measure_rates(arguments.seconds)
    measure_bursts()
    return int(not is_met)


if __name__ == "__main__":
    sys.exit(main())
