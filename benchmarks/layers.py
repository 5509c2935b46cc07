"""Where the time of one edit goes, layer by layer, and what it grows with.

Run with ``python -m benchmarks.layers``; with ``--plots DIR`` what an edit costs against the length
of the history, the size of the document, the concurrent ops and the viewers is drawn there as SVG.
The edit is that of ``make bench-peers``: one of a hundred clients sets its entry in a map of a free
room. Each layer is timed by itself, without those beneath it; shown is the median, on one core with
warm caches. docs/performance.md says what the layers are.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any
from unittest import mock

import uvloop

from benchmarks.crowd import CLIENTS, PERSON, World
from benchmarks.history import DrivenRoom, large_document
from collab.api.frame_cutter import FrameCutter
from collab.crdt import bridge, update, ydoc
from collab.crdt.bridge import Bridge
from collab.ids import RevisionNo, RoomId, TenantId
from collab.protocol.sharedb import ShareDbAdapter
from collab.protocol.yjs import YjsAdapter
from collab.revision import Revision
from collab.room import commit, head, rules
from collab.room.room import Room
from collab.stores import record
from collab.stores.sqlite import SqliteStore

__all__ = ["main"]

EDITS = 3_000
# Edits for which one point of a curve is measured.
SAMPLE = 300

# Each layer with the functions in which its time is spent, from the socket inwards and out again.
LAYERS: dict[str, list[tuple[Any, str]]] = {
    "cut the frame out, unmask it": [(FrameCutter, "cut")],
    "read the message": [(YjsAdapter, "receive"), (ShareDbAdapter, "receive")],
    "read the update": [(update, "decode")],
    "inspect the update": [(commit, "inspect")],
    "check the op's form, transform": [(commit.Committer, "_prepare")],
    "try it: twin and its events": [(ydoc.YDoc, "_recorded")],
    "try it: op and JSON document": [(Bridge, "try_op"), (bridge, "read_changes")],
    "check it": [
        (commit, "judge"),
        (head.Head, "_check_size"),
        (rules.FreeRules, "permits"),
        (rules.FreeRules, "check"),
    ],
    "write it to the Doc": [(Bridge, "keep"), (Bridge, "write")],
    "number it, remember it": [(head.Head, "_revision"), (head.Head, "_finish")],
    "the room around these": [(Room, "receive")],
    "its record for the store": [(record, "write_revision")],
    "encode it for everybody": [
        (YjsAdapter, "encode_revision"),
        (ShareDbAdapter, "encode_revision"),
    ],
    "answer its author": [(YjsAdapter, "event"), (ShareDbAdapter, "event")],
}


class Stopwatch:
    """Times the functions of ``LAYERS``, each without those that it calls."""

    def __init__(self) -> None:
        self._spent: dict[str, list[int]] = defaultdict(list)
        self._beneath = [0]

    @contextmanager
    def running(self) -> Iterator[None]:
        patches = [
            mock.patch.object(owner, name, self._timed(layer, getattr(owner, name)))
            for layer, functions in LAYERS.items()
            for owner, name in functions
        ]
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in patches:
                patch.stop()

    def _timed(self, layer: str, function: Callable[..., Any]) -> Callable[..., Any]:
        spent, beneath = self._spent[layer], self._beneath

        def timed(*args: Any, **kwargs: Any) -> Any:
            beneath.append(0)
            begin = perf_counter_ns()
            try:
                return function(*args, **kwargs)
            finally:
                took = perf_counter_ns() - begin
                spent.append(took - beneath.pop())
                beneath[-1] += took

        return timed

    def microseconds(self, edits: int) -> dict[str, float]:
        """Return what each layer takes of one edit, in which it may be called more than once."""
        return {
            layer: median(times) * len(times) / edits / 1e3 if times else 0.0
            for layer, times in self._spent.items()
        }


def layers_of(*, is_sharedb: bool) -> dict[str, float]:
    """Return the microseconds of each layer, and of all of them without the stopwatch."""
    world = World(is_sharedb=is_sharedb)
    whole = median([world.edit(number) for number in range(EDITS)])
    watch = Stopwatch()
    with watch.running():
        for number in range(EDITS):
            world.edit(number)
    result = watch.microseconds(EDITS)
    result["all of these, without the watch"] = whole
    alone, grouped = uvloop.run(_appends(world.log[-1_000:]))
    result["append: one in a transaction"] = alone
    result["append: ten in a transaction"] = grouped
    result["write to one viewer's socket"] = uvloop.run(_writes(CLIENTS)) / CLIENTS
    return result


async def _appends(log: Sequence[Revision]) -> tuple[float, float]:
    """Return the CPU of one append alone and with nine others, the writer's thread included."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "layers.db")
        await store.open()
        room = RoomId(TenantId("t"), "layers")
        await store.create_room(room, title="", created_by=PERSON.user, time_ms=1)
        token = (await store.claim(room)).token
        number, figures = 0, []
        for size in (1, 10):
            begin, count = time.process_time_ns(), 0
            for _ in range(SAMPLE // size):
                batch = [
                    replace(item, number=RevisionNo(number + place))
                    for place, item in enumerate(log[:size], 1)
                ]
                await store.append(room, token, batch)
                number += size
                count += size
            figures.append((time.process_time_ns() - begin) / count / 1e3)
        await store.close()
    return figures[0], figures[1]


async def _writes(viewers: int) -> float:
    """Return the microseconds of writing one frame to each of *viewers*."""
    loop = asyncio.get_running_loop()
    pairs = [socket.socketpair() for _ in range(viewers)]
    transports = [
        (await loop.create_connection(asyncio.Protocol, sock=ours))[0] for ours, _ in pairs
    ]
    frame, took = bytes(60), []
    for _ in range(50):
        begin = perf_counter_ns()
        for transport in transports:
            transport.write(frame)
        # uvloop writes at the end of the turn.
        await asyncio.sleep(0)
        took.append((perf_counter_ns() - begin) / 1e3)
        for _, theirs in pairs:
            theirs.recv(1_000)
    for transport, (_, theirs) in zip(transports, pairs, strict=True):
        transport.close()
        theirs.close()
    return median(took)


Curve = dict[int, float]


def curves() -> dict[str, dict[str, Curve]]:
    """Return what an edit costs, in microseconds, by what it may depend on, for each door."""
    found: dict[str, dict[str, Curve]] = defaultdict(lambda: defaultdict(dict))
    for name, is_sharedb in (("Yjs", False), ("ShareDB", True)):
        world = World(is_sharedb=is_sharedb)
        for length in (100, 1_000, 3_000, 10_000):
            while world.room.head < length:
                world.edit(world.room.head)
            found["revisions of history"][name][length] = _cost(world.edit)
        for entries in (100, 1_000, 5_000, 20_000):
            world = World(is_sharedb=is_sharedb, entries=entries)
            found["entries of the map"][name][entries] = _cost(world.edit)
    for copies in (1, 12, 61):
        driven = DrivenRoom(large_document(copies))
        nodes = len(driven.room.committer.document["nodes"])
        for name, edit in (("Yjs", driven.edit_by_update), ("op", driven.edit_by_op)):
            found["nodes of an application"][name][nodes] = _cost(_clocked(edit))
    world = World(is_sharedb=True)
    for number in range(1_100):
        world.edit(number)
    for lag in (0, 10, 100, 1_000):
        cost = _cost(lambda number, lag=lag: world.edit(number, lag))
        found["concurrent ops"]["ShareDB"][lag] = cost
    base = found["revisions of history"]["Yjs"][100]
    for viewers in (1, 10, 100, 300):
        writes = uvloop.run(_writes(viewers))
        found["viewers, with their sockets"]["Yjs"][viewers] = base + writes
    return found


def _cost(edit: Callable[[int], float]) -> float:
    return median([edit(number) for number in range(SAMPLE)])


def _clocked(edit: Callable[[int], None]) -> Callable[[int], float]:
    def clocked(number: int) -> float:
        begin = perf_counter_ns()
        edit(number)
        return (perf_counter_ns() - begin) / 1e3

    return clocked


def draw(found: dict[str, dict[str, Curve]], folder: Path) -> None:
    """Draw each of the curves into *folder*."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "design-rooms"
    from matplotlib import pyplot as plt

    for title, lines in found.items():
        figure, axis = plt.subplots(figsize=(4.5, 3))
        for name, curve in lines.items():
            axis.plot(list(curve), list(curve.values()), marker="o", label=name)
        axis.set_xscale("symlog")
        axis.set_ylim(bottom=0)
        axis.set_xlabel(title)
        axis.set_ylabel("µs an edit")
        axis.legend()
        figure.tight_layout()
        name = "-".join(title.replace(",", "").split())
        figure.savefig(folder / f"edit-by-{name}.svg", metadata={"Date": None})
        plt.close(figure)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=__doc__)
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw the curves there")
    folder = parser.parse_args().plots
    doors = {"Yjs": layers_of(is_sharedb=False), "ShareDB": layers_of(is_sharedb=True)}
    print(f"{'µs an edit':36}" + "".join(f"{name:>10}" for name in doors))
    for layer in doors["Yjs"]:
        figures = (f"{door[layer]:10.1f}" if door[layer] else " " * 10 for door in doors.values())
        print(f"{layer:36}" + "".join(figures), flush=True)
    found = curves()
    for title, lines in found.items():
        print(f"\n{title}")
        for name, curve in lines.items():
            points = "  ".join(f"{at:>7,}: {cost:6.0f} µs" for at, cost in curve.items())
            print(f"  {name:8} {points}", flush=True)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        draw(found, folder)


if __name__ == "__main__":
    main()
