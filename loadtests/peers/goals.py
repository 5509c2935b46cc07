"""What the project asks of itself beside the peers, and whether one run has met it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from loadtests.peers.results import Results, best_peer, cost_mb
from loadtests.peers.rooms import Figures

__all__ = ["Goal", "goals"]

_OURS: Final = "ours"
_ACK_MS: Final = 15
_PAUSED_MB: Final = 16
_TIMES_BEST: Final = 3


@dataclass(frozen=True)
class Goal:
    """One line of it: what is asked, what was measured, and whether that is enough."""

    text: str
    value: str
    is_met: bool


def goals(results: Results) -> list[Goal]:
    """Return the goals of which the run has measured what they need."""
    found: list[Goal] = []
    for letter, figures in results.works.items():
        if {"bare", "hocuspocus"} <= figures.keys():
            found += _of_work(letter, figures)
    if results.storm:
        joins = {name: item.joins_per_second for name, item in results.storm.items()}
        found.append(_times_best("(e) joins a second", joins))
    for name, pair in results.pause.items():
        if name.startswith(_OURS):
            cost = cost_mb(pair)
            is_met = cost is not None and cost < _PAUSED_MB
            text = f"(f) {name}: a paused reader costs less than {_PAUSED_MB} MB"
            found.append(Goal(text, f"{_shown(cost)} MB", is_met))
    if results.highest:
        rates = {name: item.rate for name, item in results.highest.items()}
        found.append(_times_best("(g) highest rate", rates))
    return found


def _of_work(letter: str, figures: Mapping[str, Figures]) -> list[Goal]:
    found: list[Goal] = []
    for name, item in figures.items():
        if not name.startswith(_OURS):
            continue
        sound = "all" if item.is_sound else item.fault or f"{item.missing:,} missing"
        found.append(Goal(f"({letter}) {name}: every delivery came", sound, item.is_sound))
        if letter == "b":
            found += _of_busy_room(name, item, figures)
        else:
            best = best_peer(figures, lambda item: item.cpu_us, min)
            text = f"{item.cpu_us:.2f} µs, best peer {_shown(best)} µs"
            is_met = best is not None and 0 < item.cpu_us < best
            found.append(Goal(f"({letter}) {name}: CPU below each peer's", text, is_met))
        if letter == "a":
            text = f"(a) {name}: durable ack p99 under {_ACK_MS} ms"
            found.append(Goal(text, f"{item.ack_p99:.1f} ms", 0 < item.ack_p99 < _ACK_MS))
    return found


def _of_busy_room(name: str, item: Figures, figures: Mapping[str, Figures]) -> list[Goal]:
    best = best_peer(figures, lambda item: item.p99 if item.deliveries > 0 else 0.0, min)
    is_met = best is not None and 0 < item.p99 < best
    text = f"{item.p99:.1f} ms, best peer {_shown(best)} ms"
    return [
        _at_most(f"(b) {name}: CPU against Hocuspocus", item, figures["hocuspocus"], 0.5),
        _at_most(f"(b) {name}: CPU against the bare loop", item, figures["bare"], 2.0),
        Goal(f"(b) {name}: p99 below each peer's", text, is_met),
    ]


def _at_most(text: str, ours: Figures, other: Figures, limit: float) -> Goal:
    ratio = ours.cpu_us / other.cpu_us if other.cpu_us > 0 else float("inf")
    return Goal(f"{text}, at most {limit:g} ×", f"{ratio:.2f} ×", 0 < ratio <= limit)


def _times_best(text: str, values: Mapping[str, float]) -> Goal:
    ours = max((value for name, value in values.items() if name.startswith(_OURS)), default=0.0)
    best = best_peer(values, float, max)
    ratio = ours / best if best else 0.0
    text = f"{text}, at least {_TIMES_BEST} × the best peer's"
    return Goal(text, f"{ratio:.2f} × ({ours:,.0f} to {_shown(best)})", ratio >= _TIMES_BEST)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"
