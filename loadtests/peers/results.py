"""What a run has measured, by work and server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from loadtests.peers.contestants import CONTESTANTS, Contestant
from loadtests.peers.highest import HighestFigures
from loadtests.peers.pause import PauseFigures
from loadtests.peers.rooms import Figures
from loadtests.peers.storm import StormFigures

__all__ = ["Results", "best_peer", "cost_mb", "present"]

_T = TypeVar("_T")


@dataclass
class Results:
    """Figures by the contestant's short name; works by their letter first.

    ``facts`` tells of the machine, ``seconds`` how long the run took. Of a paused reader the first
    figures are those of a run in which everybody read, where there was one.
    """

    facts: str = ""
    seconds: float = 0.0
    works: dict[str, dict[str, Figures]] = field(default_factory=dict)
    storm: dict[str, StormFigures] = field(default_factory=dict)
    pause: dict[str, tuple[PauseFigures | None, PauseFigures]] = field(default_factory=dict)
    highest: dict[str, HighestFigures] = field(default_factory=dict)

    def note_fault(self, letter: str, name: str, text: str) -> None:
        """Keep that the server *name* failed at the work *letter*."""
        if letter == "e":
            self.storm[name] = StormFigures(fault=text)
        elif letter == "f":
            self.pause[name] = (None, PauseFigures(fault=text))
        elif letter == "g":
            self.highest[name] = HighestFigures(fault=text)
        else:
            self.works.setdefault(letter, {})[name] = Figures(fault=text)


def cost_mb(pair: tuple[PauseFigures | None, PauseFigures]) -> float | None:
    """Return the megabytes that the paused reader cost, None if that was not measured.

    Where nobody measured what the writing costs, it is all that the server grew by.
    """
    reading, paused = pair
    if paused.fault or (reading is not None and reading.fault):
        return None
    return paused.grown_mb - (reading.grown_mb if reading is not None else 0.0)


def present(figures: Mapping[str, object]) -> list[Contestant]:
    """Return the servers that *figures* tell of, in their usual order."""
    return [item for item in CONTESTANTS if item.short in figures]


def best_peer(
    figures: Mapping[str, _T],
    value: Callable[[_T], float],
    choose: Callable[[list[float]], float],
) -> float | None:
    """Return the best *value* of the peers, by *choose* (``min`` or ``max``); None without any.

    The bare loop is no peer: it keeps no document. A server that did not do the work has no value
    above 0.
    """
    values = [
        value(figures[item.short])
        for item in present(figures)
        if not item.is_ours and item.has_documents
    ]
    found = [item for item in values if item > 0]
    return choose(found) if found else None
