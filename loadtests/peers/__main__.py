"""Our server beside others, doing the same work: ``python -m loadtests.peers [WORK ...]``.

Ours runs its full pipeline (checks, acknowledgement after SQLite's ``synchronous=FULL``); the peers
are npm's y-websocket server, Hocuspocus and ShareDB, pycrdt-websocket, and a bare loop that only
relays. One after another each has a core to itself, with the load on another. Everything stays on
the loopback. Takes about a quarter of an hour; every line is printed as soon as it is known.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import uvloop

from benchmarks.process import machine_facts
from loadtests.peers import plots, report
from loadtests.peers.contestants import CONTESTANTS, LOAD_CORE, Contestant, pin
from loadtests.peers.highest import HighestFigures, measure_highest
from loadtests.peers.pause import PauseFigures, measure_pause
from loadtests.peers.rooms import Figures, Work, measure
from loadtests.peers.storm import StormFigures, measure_storm

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
_HIGHEST_CLIENTS: Final = 100
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
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each load is watched")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="where to draw the plots")
    arguments = parser.parse_args()
    letters = arguments.works or list("abcdefg")
    if unknown := set(letters) - set("abcdefg"):
        parser.error(f"there is no work {', '.join(sorted(unknown))}")
    chosen = [c for c in CONTESTANTS if not arguments.only or c.short in arguments.only]
    print(machine_facts())
    pin(os.getpid(), LOAD_CORE)
    results = report.Results({}, {}, {}, {})
    for letter in letters:
        run_work(letter, chosen, arguments.seconds, results)
    missed = 0
    print()
    for goal in report.goals(results):
        missed += not goal.is_met
        print(f"{'met   ' if goal.is_met else 'MISSED'} {goal.text}: {goal.value}")
    if arguments.plots:
        arguments.plots.mkdir(parents=True, exist_ok=True)
        figures = json.dumps(asdict(results), indent=1) + "\n"
        (arguments.plots / "peers.json").write_text(figures)
        plots.draw(results, arguments.plots)
    return missed


def run_work(
    letter: str, chosen: Sequence[Contestant], seconds: float, results: report.Results
) -> None:
    """Let everybody do one work, and print its table."""
    kept = [item for item in chosen if letter not in "ef" or item.short not in _ROOMS_ONLY]
    for number, contestant in enumerate(kept):
        print(f"\r({letter}) {number + 1}/{len(kept)} {contestant.name:30}", end="", flush=True)
        try:
            run_one(letter, contestant, seconds, results)
        except (ConnectionError, RuntimeError, TimeoutError) as error:
            note_fault(letter, contestant, str(error) or type(error).__name__, results)
    print("\r" + " " * 60, end="\r")
    if letter in WORKS:
        report.print_work(WORKS[letter], results.works[letter])
    elif letter == "e":
        report.print_storm(_JOINS, results.storm)
    elif letter == "f":
        report.print_pause(_PAUSED_MB, results.pause)
    else:
        report.print_highest(_HIGHEST_CLIENTS, results.highest)


def run_one(letter: str, contestant: Contestant, seconds: float, results: report.Results) -> None:
    """Let one server do one work."""
    name = contestant.short
    if letter == "f":
        pair = []
        for pauses in (False, True):
            with contestant.run() as running:
                work = measure_pause(
                    contestant, running, _PAUSED_CLIENTS, _PAUSED_MB, pauses=pauses
                )
                pair.append(uvloop.run(work))
        results.pause[name] = (pair[0], pair[1])
        return
    with contestant.run() as running:
        if letter in WORKS:
            room = measure(contestant, running, WORKS[letter], f"room-{letter}", seconds)
            results.works.setdefault(letter, {})[name] = uvloop.run(room)
        elif letter == "e":
            storm = measure_storm(contestant, running, _JOINS, _DOCUMENT_MB)
            results.storm[name] = uvloop.run(storm)
        else:
            highest = measure_highest(contestant, running, _HIGHEST_CLIENTS, seconds / 2)
            results.highest[name] = uvloop.run(highest)


def note_fault(letter: str, contestant: Contestant, text: str, results: report.Results) -> None:
    """Keep in the tables that a server failed."""
    name = contestant.short
    if letter in WORKS:
        results.works.setdefault(letter, {})[name] = Figures(fault=text)
    elif letter == "e":
        results.storm[name] = StormFigures(fault=text)
    elif letter == "f":
        results.pause[name] = (PauseFigures(fault=text), PauseFigures(fault=text))
    else:
        results.highest[name] = HighestFigures(fault=text)


if __name__ == "__main__":
    sys.exit(main())
