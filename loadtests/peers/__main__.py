"""Our server beside others, doing the same work: ``python -m loadtests.peers [WORK ...]``.

Ours runs its full pipeline (checks, acknowledgement after SQLite's ``synchronous=FULL``); the peers
are npm's y-websocket server, Hocuspocus and ShareDB, pycrdt-websocket, and a bare loop that only
relays. One after another each has a core to itself, with the load on another. Everything stays on
the loopback. Takes about ten minutes; every table is printed as soon as it is known.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import uvloop

from benchmarks.process import machine_facts
from loadtests.peers import plots, tables
from loadtests.peers.contestants import CONTESTANTS, LOAD_CORE, Contestant, Running, pin
from loadtests.peers.goals import goals
from loadtests.peers.highest import measure_highest
from loadtests.peers.pause import PauseFigures, measure_pause
from loadtests.peers.results import Results
from loadtests.peers.rooms import Work, measure
from loadtests.peers.storm import measure_storm

__all__ = ["main"]

WORKS: Final = {
    "a": Work("a", 60, 0, 5),
    "b": Work("b", 100, 0, 10),
    "c": Work("c", 200, 0, 10),
    "d": Work("d", 10, 300, 10),
}
_JOINS: Final = 150
_DOCUMENT_MB: Final = 5
_PAUSED_MB: Final = 200
_PAUSED_CLIENTS: Final = 50
# Who writes as much with everybody reading, to be compared; of the others growth alone is told.
_READ_BY_ALL: Final = "ours-yjs"
_HIGHEST_CLIENTS: Final = 100
# Enough for some thousand delays of those who are timed, and for the clock of CPU time.
_SECONDS: Final = 3.0
_HIGHEST_SECONDS: Final = 1.5
# How a server may fail without ending the run.
_FAILURES: Final = (ConnectionError, RuntimeError, TimeoutError)
# Those that keep no document, and the one that can take no large one, are left out of (e) and (f).
_ROOMS_ONLY: Final = frozenset({"bare"})


def main() -> int:
    """Run the works that are named, all by default; the exit code counts goals that were missed."""
    parser = argparse.ArgumentParser(
        prog="python -m loadtests.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("works", nargs="*", metavar="WORK", help="a, b, c, d, e, f or g")
    names = ", ".join(item.short for item in CONTESTANTS)
    parser.add_argument("--only", nargs="+", metavar="SERVER", help=names)
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="of each load (a to d)")
    parser.add_argument(
        "--all-read", action="store_true", help="(f) everybody also without a pause"
    )
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="where to write it all")
    arguments = parser.parse_args()
    letters = arguments.works or list("abcdefg")
    if unknown := set(letters) - set("abcdefg"):
        parser.error(f"there is no work {', '.join(sorted(unknown))}")
    chosen = [c for c in CONTESTANTS if not arguments.only or c.short in arguments.only]
    results = Results(facts=machine_facts())
    print(results.facts)
    pin(os.getpid(), LOAD_CORE)
    begin, shown = time.monotonic(), list[tables.Table]()
    rooms = [letter for letter in letters if letter in WORKS]
    run_rooms(rooms, chosen, arguments.seconds, results)
    shown += [tables.work_table(WORKS[letter], results.works[letter]) for letter in rooms]
    print("\n\n".join(map(tables.text_of, shown)), flush=True)
    for letter in letters:
        if letter not in WORKS:
            shown.append(run_work(letter, chosen, results, all_read=arguments.all_read))
            print(f"\n{tables.text_of(shown[-1])}", flush=True)
    results.seconds = time.monotonic() - begin
    found = goals(results)
    print(tables.text_of(tables.goals_table(found)))
    if arguments.plots:
        write(results, shown, arguments.plots)
    return sum(not goal.is_met for goal in found)


def write(results: Results, shown: Sequence[tables.Table], folder: Path) -> None:
    """Write figures, page and plots of a run into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = json.dumps(asdict(results), indent=1, ensure_ascii=False) + "\n"
    (folder / "peers.json").write_text(figures)
    pictures = plots.draw(results, folder)
    (folder / "peers.md").write_text(tables.page(results, shown, pictures))


def run_rooms(
    letters: Sequence[str], chosen: Sequence[Contestant], seconds: float, results: Results
) -> None:
    """Let everybody do the works (a) to (d), each contestant with one process if it survives."""
    for contestant in chosen if letters else ():
        begin, todo = time.monotonic(), list(letters)
        while todo:
            try:
                with contestant.run() as running:
                    while todo:
                        letter = todo.pop(0)
                        room = measure(contestant, running, WORKS[letter], letter, seconds)
                        results.works.setdefault(letter, {})[contestant.short] = uvloop.run(room)
            except _FAILURES as error:
                results.note_fault(letter, contestant.short, str(error) or type(error).__name__)
        note_time("".join(letters), contestant, begin)


def run_work(
    letter: str, chosen: Sequence[Contestant], results: Results, *, all_read: bool
) -> tables.Table:
    """Let everybody do one work of (e) to (g), and return its table."""
    for contestant in chosen:
        if letter in "ef" and contestant.short in _ROOMS_ONLY:
            continue
        begin = time.monotonic()
        try:
            if letter == "f":
                measure_paused(
                    contestant, results, has_baseline=all_read or contestant.short == _READ_BY_ALL
                )
            else:
                with contestant.run() as running:
                    run_one(letter, contestant, running, results)
        except _FAILURES as error:
            results.note_fault(letter, contestant.short, str(error) or type(error).__name__)
        note_time(letter, contestant, begin)
    if letter == "e":
        return tables.storm_table(_JOINS, results.storm)
    if letter == "f":
        return tables.pause_table(_PAUSED_MB, results.pause)
    return tables.highest_table(_HIGHEST_CLIENTS, results.highest)


def run_one(letter: str, contestant: Contestant, running: Running, results: Results) -> None:
    """Let one server do (e) or (g)."""
    if letter == "e":
        storm = measure_storm(contestant, running, _JOINS, _DOCUMENT_MB)
        results.storm[contestant.short] = uvloop.run(storm)
    else:
        highest = measure_highest(contestant, running, _HIGHEST_CLIENTS, _HIGHEST_SECONDS)
        results.highest[contestant.short] = uvloop.run(highest)


def measure_paused(contestant: Contestant, results: Results, *, has_baseline: bool) -> None:
    """Let one server do (f), each time in a new process."""
    figures: list[PauseFigures] = []
    for pauses in (False, True) if has_baseline else (True,):
        with contestant.run() as running:
            work = measure_pause(contestant, running, _PAUSED_CLIENTS, _PAUSED_MB, pauses=pauses)
            figures.append(uvloop.run(work))
    results.pause[contestant.short] = (figures[0] if has_baseline else None, figures[-1])


def note_time(works: str, contestant: Contestant, begin: float) -> None:
    """Say that a contestant is done; to whoever waits, not to who reads the tables."""
    text = f"({works}) {contestant.name}: {time.monotonic() - begin:.0f} s"
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
