"""The tables of a run, and whether the goals are met: all ratios are of one run on one machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtests.peers.contestants import CONTESTANTS, Contestant
from loadtests.peers.highest import HighestFigures
from loadtests.peers.pause import PauseFigures
from loadtests.peers.rooms import Figures, Work
from loadtests.peers.storm import StormFigures

__all__ = ["Goal", "Results", "goals", "print_highest", "print_pause", "print_storm", "print_work"]

_NAME = 26


@dataclass
class Results:
    """What was measured, by the contestant's short name; works by their letter first."""

    works: dict[str, dict[str, Figures]]
    storm: dict[str, StormFigures]
    pause: dict[str, tuple[PauseFigures, PauseFigures]]
    highest: dict[str, HighestFigures]


@dataclass(frozen=True)
class Goal:
    """One line of what the project asks of itself."""

    text: str
    value: str
    is_met: bool


def print_work(work: Work, figures: Mapping[str, Figures]) -> None:
    """Print one of the works (a) to (d)."""
    print(f"\n({work.letter}) {work}\n{'':{_NAME}} ", end="")
    print("edits/s deliveries/s  CPU us/del.  ratio   p50 ms   p99 ms  ack p99   CPU  load   MB")
    bare = figures.get("bare")
    for contestant in _present(figures):
        item = figures[contestant.short]
        if item.deliveries <= 0:
            print(f"{contestant.name:{_NAME}} nothing was delivered: {item.fault}")
            continue
        ratio = f"{item.cpu_us / bare.cpu_us:5.1f}x" if bare and bare.cpu_us else "     -"
        print(
            f"{contestant.name:{_NAME}} {item.edits:7,.0f} {item.deliveries:12,.0f} "
            f"{item.cpu_us:12.2f} {ratio} {item.p50:8.1f} {item.p99:8.1f} {item.ack_p99:8.1f} "
            f"{item.cpu_share:5.0%} {item.load_share:5.0%} {item.memory_mb:4.0f}"
            + (f"  {item.missing:,} deliveries missing" if item.missing else "")
            + (f"  {item.fault}" if item.fault else "")
        )


def print_storm(joins: int, figures: Mapping[str, StormFigures]) -> None:
    """Print the join storm (e)."""
    print(f"\n(e) {joins} clients open a large document at once")
    print(f"{'':{_NAME}} joins/s   p50 ms   p99 ms  CPU ms/join  edit p99 ms  + MB  document MB")
    for contestant in _present(figures):
        item = figures[contestant.short]
        print(
            f"{contestant.name:{_NAME}} {item.joins_per_second:7.1f} {item.p50:8.0f} "
            f"{item.p99:8.0f} {item.cpu_ms:12.1f} {item.edit_p99:12.0f} {item.memory_mb:5.0f} "
            f"{item.document_mb:12.1f}  {item.fault}"
        )


def print_pause(megabytes: int, figures: Mapping[str, tuple[PauseFigures, PauseFigures]]) -> None:
    """Print what a paused reader costs (f)."""
    print(f"\n(f) One reader of 50 pauses while {megabytes} MB are written")
    print(f"{'':{_NAME}} memory + MB: all read  one pauses  costs   p99 ms: all  paused  then")
    for contestant in _present(figures):
        reading, paused = figures[contestant.short]
        cost = paused.grown_mb - reading.grown_mb
        print(
            f"{contestant.name:{_NAME}} {reading.grown_mb:21.1f} {paused.grown_mb:11.1f} "
            f"{cost:6.1f} {reading.p99:12.0f} {paused.p99:7.0f}  "
            f"{paused.fault or reading.fault or paused.returned}"
        )


def print_highest(clients: int, figures: Mapping[str, HighestFigures]) -> None:
    """Print the highest rates (g)."""
    print(
        f"\n(g) The highest rate of {clients} clients with p99 under 50 ms\n{'':{_NAME}} ", end=""
    )
    print("edits/s   p99 ms  tried (edits/s: p99)")
    for contestant in _present(figures):
        item = figures[contestant.short]
        tried = ", ".join(f"{rate:,.0f}: {p99:.0f}" for rate, p99 in item.steps)
        print(f"{contestant.name:{_NAME}} {item.rate:7,.0f} {item.p99:8.1f}  {tried}  {item.fault}")


def goals(results: Results) -> list[Goal]:
    """Return what the project asks of itself, as far as the run has measured it."""
    found: list[Goal] = []
    for letter, figures in results.works.items():
        if not {"bare", "hocuspocus"} <= figures.keys():
            continue
        found += _of_work(letter, figures)
    if results.storm:
        found.append(
            _at_least(
                "(e) joins per second, times the best peer's",
                {name: item.joins_per_second for name, item in results.storm.items()},
                3,
            )
        )
    for name, (reading, paused) in results.pause.items():
        if name.startswith("ours"):
            cost = paused.grown_mb - reading.grown_mb
            found.append(Goal(f"(f) {name}: MB for a paused reader", f"{cost:.1f}", cost < 16))
    if results.highest:
        rates = {name: item.rate for name, item in results.highest.items()}
        found.append(_at_least("(g) highest rate, times the best peer's", rates, 3))
    return found


def _of_work(letter: str, figures: Mapping[str, Figures]) -> list[Goal]:
    found: list[Goal] = []
    ours = {name: item for name, item in figures.items() if name.startswith("ours")}
    peers = {name: item for name, item in figures.items() if name not in ours and name != "bare"}
    for name, item in ours.items():
        sound = "sound" if item.is_sound else item.fault or f"{item.missing} missing"
        found.append(Goal(f"({letter}) {name}: every delivery came", sound, item.is_sound))
        if letter == "b":
            found += [
                _at_most(f"(b) {name}: CPU against Hocuspocus", item, figures["hocuspocus"], 0.5),
                _at_most(f"(b) {name}: CPU against the bare loop", item, figures["bare"], 2.0),
            ]
            best = min(peer.p99 for peer in peers.values())
            text = f"{item.p99:.1f} ms, best peer {best:.1f}"
            found.append(Goal(f"(b) {name}: p99 below each peer's", text, item.p99 < best))
        else:
            best = min(peer.cpu_us for peer in peers.values() if peer.deliveries > 0)
            text = f"{item.cpu_us:.2f} us, best peer {best:.2f}"
            found.append(
                Goal(f"({letter}) {name}: CPU below each peer's", text, item.cpu_us < best)
            )
        if letter == "a":
            text = f"{item.ack_p99:.1f} ms"
            found.append(Goal(f"(a) {name}: durable ack p99 under 15 ms", text, item.ack_p99 < 15))
    return found


def _at_most(text: str, ours: Figures, other: Figures, limit: float) -> Goal:
    ratio = ours.cpu_us / other.cpu_us
    return Goal(f"{text}, at most {limit:g} x", f"{ratio:.2f} x", ratio <= limit)


def _at_least(text: str, values: Mapping[str, float], limit: float) -> Goal:
    ours = max((value for name, value in values.items() if name.startswith("ours")), default=0.0)
    peers = [value for name, value in values.items() if not _is_apart(name)]
    ratio = ours / max(peers) if peers and max(peers) > 0 else float("inf")
    return Goal(f"{text}, at least {limit:g} x", f"{ratio:.2f} x", ratio >= limit)


def _is_apart(name: str) -> bool:
    return name.startswith("ours") or name == "bare"


def _present(figures: Mapping[str, object]) -> Sequence[Contestant]:
    return [contestant for contestant in CONTESTANTS if contestant.short in figures]
