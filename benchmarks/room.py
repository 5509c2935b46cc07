"""Benchmark of the room: what an edit costs between the socket and the store.

Run with ``python -m benchmarks.room``; with ``--profile`` the five most expensive functions of each
path follow. Appends succeed at once, nothing is encoded for a socket, and everything runs on one
core, whose time is what is measured. *Typing* is one character after the other into one text, the
usual edit of a designer.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

from pycrdt import Doc, Map, Text

from benchmarks.driven import drive, empty_room, person
from benchmarks.history import DrivenRoom, large_document, sample_document
from collab.ids import FencingToken, RevisionNo, SessionId, SourceId
from collab.limits import SNAPSHOT_REVISIONS
from collab.messages import (
    Command,
    Dialect,
    Join,
    StateVector,
    Submit,
    Update,
    UpdateKind,
)
from collab.model.registry import builtin
from collab.revision import (
    ChangeKind,
    Revision,
    Snapshot,
    decode_revision,
    decode_snapshot,
    encode_revision,
    encode_snapshot,
)
from collab.room.room import Room
from collab.room.rules import ApplicationRules

__all__ = ["main"]

EDITS = 3_000
ROOMS = 200
SNIPPET = "größer 😀 "


class _Typist:
    """A free room with one session of each kind and a text to type into."""

    def __init__(self) -> None:
        self._room = empty_room(is_application=False)
        self.log: list[Revision] = []
        for name, dialect in (("ot", Dialect.NATIVE), ("yjs", Dialect.YJS)):
            self.receive(Join(SessionId(name), person(name), dialect))
        self.receive(StateVector(SessionId("yjs"), b"\x00"))
        self._submit(1, {"title": ""}, ChangeKind.CREATE)
        self._doc: Doc[Any] = Doc(client_id=2**31)
        self._updates: list[bytes] = []
        self._doc.observe(lambda event: self._updates.append(event.update))
        self._doc.get("model", type=Map)["text"] = Text("")
        self._send()

    def receive(self, command: Command) -> None:
        drive(self._room, command, self.log)

    def _submit(self, seq: int, change: Any, kind: ChangeKind = ChangeKind.OP) -> None:
        base = self._room.head
        self.receive(Submit(SessionId("ot"), SourceId("source"), seq, base, kind, change))

    def _send(self) -> None:
        self.receive(Update(SessionId("yjs"), 1, self._updates.pop(), UpdateKind.LIVE))

    def type_by_op(self, number: int, key: str) -> None:
        """Type one character at the end of the text."""
        self._submit(number + 2, [{"p": [key, number], "si": "x" if number % 9 else "é"}])

    def type_by_update(self, number: int) -> float:
        """Type one character; return how long the room took."""
        text: Text = self._doc.get("model", type=Map)["text"]
        text.insert(0, SNIPPET[number % len(SNIPPET)])
        start = process_time()
        self._send()
        return process_time() - start


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.room", description=__doc__)
    parser.add_argument("--profile", action="store_true", help="show the five dearest functions")
    is_profiled = parser.parse_args().profile
    for name, prepare in _paths():
        run = prepare()
        seconds = run()
        print(f"{name:58} {1e6 * seconds / EDITS:9.1f} µs {EDITS / seconds:9.0f} /s", flush=True)
        if is_profiled:
            _show_profile(prepare())
    for revisions in (SNAPSHOT_REVISIONS, 10_000):
        _show_opening(revisions)
    _show_large_opening()
    _show_memory()


def _paths() -> Iterator[tuple[str, Callable[[], Callable[[], float]]]]:
    yield "ops: typing into a plain text", lambda: _timed_ops("title")
    yield "ops: typing into a shared text", lambda: _timed_ops("text")
    yield "updates: typing", _timed_updates
    yield "ops: a property in an application of 82 nodes", lambda: _timed_application(1, "op")
    yield "updates: the same", lambda: _timed_application(1, "update")
    yield "ops: a property in an application of 4,264 nodes", lambda: _timed_application(52, "op")
    yield "updates: the same", lambda: _timed_application(52, "update")


def _timed_ops(key: str) -> Callable[[], float]:
    typist = _Typist()

    def run() -> float:
        start = process_time()
        for number in range(EDITS):
            typist.type_by_op(number, key)
        return process_time() - start

    return run


def _timed_updates() -> Callable[[], float]:
    typist = _Typist()
    return lambda: sum(typist.type_by_update(number) for number in range(EDITS))


def _timed_application(copies: int, form: str) -> Callable[[], float]:
    driven = DrivenRoom(large_document(copies) if copies > 1 else sample_document())
    edit = driven.edit_by_op if form == "op" else driven.edit_by_update

    def run() -> float:
        start = process_time()
        for number in range(EDITS):
            edit(number)
        return process_time() - start

    return run


def _show_profile(run: Callable[[], float]) -> None:
    profile = cProfile.Profile()
    profile.enable()
    run()
    profile.disable()
    found = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    dearest = sorted(found.items(), key=lambda item: -item[1][2])[:5]
    for (file, line, function), (_, calls, own, _, _) in dearest:
        where = f"{'/'.join(file.split('/')[-2:])}:{line} {function}"[:64]
        print(f"    {where:64} {1e6 * own / EDITS:7.1f} µs own, {calls / EDITS:5.1f} calls an edit")


def _show_opening(revisions: int) -> None:
    """Open a room whose log holds that many revisions since its snapshot."""
    driven = DrivenRoom(sample_document())
    snapshot = encode_snapshot(driven.room.committer.snapshot())
    for number in range(revisions):
        driven.edit_by_op(number) if number % 2 else driven.edit_by_update(number)
    records = [(item.number, encode_revision(item)) for item in driven.log[1:]]
    start = process_time()
    tail = [decode_revision(number, record) for number, record in records]
    read = process_time()
    _open(decode_snapshot(RevisionNo(1), snapshot), tail)
    _show(f"open: 82 nodes, {revisions} revisions after the snapshot", process_time() - start)
    _show("    of which reading the records", read - start)


def _show_large_opening() -> None:
    snapshot = encode_snapshot(DrivenRoom(large_document(52)).room.committer.snapshot())
    start = process_time()
    _open(decode_snapshot(RevisionNo(1), snapshot), [])
    _show(f"open: 4,264 nodes, a snapshot of {len(snapshot):,} bytes", process_time() - start)


def _open(snapshot: Snapshot, tail: list[Revision]) -> Room:
    return Room(
        rules=ApplicationRules(builtin()),
        is_application=True,
        token=FencingToken(2),
        snapshot=snapshot,
        tail=tail,
    )


def _show(name: str, seconds: float) -> None:
    print(f"{name:58} {1e3 * seconds:9.1f} ms", flush=True)


def _show_memory() -> None:
    """Open many rooms with the sample and look at what the process has grown by."""
    record = encode_snapshot(DrivenRoom(sample_document()).room.committer.snapshot())
    gc.collect()
    before = _resident_bytes()
    rooms = [_open(decode_snapshot(RevisionNo(1), record), []) for _ in range(ROOMS)]
    each = (_resident_bytes() - before) / len(rooms)
    print(f"{'memory of an idle room of 82 nodes':58} {each / 1024:9.0f} KiB", flush=True)


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    main()
