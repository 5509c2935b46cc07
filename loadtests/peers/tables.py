"""The tables of a run, as text for a terminal and as Markdown for the documentation.

All ratios are of one run on one machine: to the best of the peers, and to the bare loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtests.peers.goals import Goal, goals
from loadtests.peers.highest import HighestFigures
from loadtests.peers.pause import PauseFigures
from loadtests.peers.results import Results, best_peer, cost_mb, present
from loadtests.peers.rooms import Figures, Work
from loadtests.peers.storm import StormFigures

__all__ = [
    "Table",
    "goals_table",
    "highest_table",
    "page",
    "pause_table",
    "storm_table",
    "text_of",
    "work_table",
]


@dataclass(frozen=True)
class Table:
    """A title, the heads of its columns and its rows; the first column is left-aligned."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def work_table(work: Work, figures: Mapping[str, Figures]) -> Table:
    """Return the table of one of the works (a) to (d)."""
    heads = [
        "server",
        "edits/s",
        "deliveries/s",
        "CPU µs/delivery",
        "× best peer",
        "× bare loop",
        "p50 ms",
        "p99 ms",
        "ack p99 ms",
        "CPU",
        "load",
        "MB",
        "every delivery",
    ]
    best = best_peer(figures, lambda item: item.cpu_us if item.deliveries > 0 else 0.0, min)
    bare = figures["bare"].cpu_us if "bare" in figures else None
    rows: list[list[str]] = []
    for contestant in present(figures):
        item = figures[contestant.short]
        if item.deliveries <= 0:
            rows.append([contestant.name, *["–"] * 11, item.fault or "none came"])
            continue
        rows.append(
            [
                contestant.name,
                f"{item.edits:,.0f}",
                f"{item.deliveries:,.0f}",
                f"{item.cpu_us:.2f}",
                _ratio(item.cpu_us, best),
                _ratio(item.cpu_us, bare),
                *(f"{value:,.1f}" for value in (item.p50, item.p99, item.ack_p99)),
                f"{item.cpu_share:.0%}",
                f"{item.load_share:.0%}",
                f"{item.memory_mb:.0f}",
                _soundness(item),
            ]
        )
    return Table(f"({work.letter}) {work}", heads, rows)


def storm_table(joins: int, figures: Mapping[str, StormFigures]) -> Table:
    """Return the table of the join storm (e)."""
    heads = [
        "server",
        "joins/s",
        "× best peer",
        "p50 ms",
        "p99 ms",
        "CPU ms/join",
        "edit p99 ms",
        "+ MB",
        "document MB",
        "fault",
    ]
    best = best_peer(figures, lambda item: item.joins_per_second, max)
    rows = [
        [
            contestant.name,
            f"{item.joins_per_second:.1f}",
            _ratio(item.joins_per_second, best),
            *(f"{value:,.0f}" for value in (item.p50, item.p99)),
            f"{item.cpu_ms:.1f}",
            *(f"{value:,.0f}" for value in (item.edit_p99, item.memory_mb)),
            f"{item.document_mb:.1f}",
            item.fault,
        ]
        for contestant in present(figures)
        for item in [figures[contestant.short]]
    ]
    return Table(f"(e) {joins} clients open a large document at once", heads, rows)


def pause_table(
    megabytes: int, figures: Mapping[str, tuple[PauseFigures | None, PauseFigures]]
) -> Table:
    """Return the table of what a paused reader costs (f)."""
    rows: list[list[str]] = []
    for contestant in present(figures):
        reading, paused = figures[contestant.short]
        cost = cost_mb((reading, paused))
        rows.append(
            [
                contestant.name,
                "–" if reading is None else f"{reading.grown_mb:.1f}",
                "–" if paused.fault and not paused.grown_mb else f"{paused.grown_mb:.1f}",
                "–" if cost is None else f"{'≤ ' if reading is None else ''}{cost:.1f}",
                "–" if reading is None else f"{reading.p99:,.0f}",
                f"{paused.p99:,.0f}",
                paused.fault or (reading.fault if reading else "") or paused.returned,
            ]
        )
    heads = [
        "server",
        "+ MB, all read",
        "+ MB, one pauses",
        "costs MB",
        "p99 ms, all read",
        "p99 ms, one pauses",
        "then",
    ]
    return Table(f"(f) One reader of 50 pauses while {megabytes} MB are written", heads, rows)


def highest_table(clients: int, figures: Mapping[str, HighestFigures]) -> Table:
    """Return the table of the highest rates (g)."""
    best = best_peer(figures, lambda item: item.rate, max)
    rows = [
        [
            contestant.name,
            f"{item.rate:,.0f}",
            _ratio(item.rate, best),
            f"{item.p99:.1f}",
            ", ".join(f"{rate:,.0f}: {p99:,.0f}" for rate, p99 in item.steps),
            item.fault,
        ]
        for contestant in present(figures)
        for item in [figures[contestant.short]]
    ]
    heads = ("server", "edits/s", "× best peer", "p99 ms", "tried (edits/s: p99 ms)", "fault")
    return Table(f"(g) The highest rate of {clients} clients with p99 under 50 ms", heads, rows)


def goals_table(found: Sequence[Goal]) -> Table:
    """Return what the project asks of itself, and whether this run met it."""
    rows = [[goal.text, goal.value, "PASS" if goal.is_met else "MISSED"] for goal in found]
    return Table("Goals", ("goal", "measured", ""), rows)


def text_of(table: Table) -> str:
    """Return *table* for a terminal."""
    lines = [table.heads, *table.rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(table.heads))]
    shown = [
        "  ".join(
            cell.ljust(width) if at in {0, len(widths) - 1} else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.title, *shown])


def page(results: Results, tables: Sequence[Table], pictures: Sequence[str]) -> str:
    """Return the page of a run; *pictures* are the names of its plots."""
    about = (
        f"Written by `make bench-peers` ({results.facts}; {results.seconds / 60:.1f} minutes)."
        " What is done is described in [load tests](../load-tests.md). Ours run with every check"
        " and SQLite's `synchronous=FULL`; the bare loop relays and keeps no document."
    )
    sections = [
        f"## {table.title}\n\n{_markdown(table)}"
        for table in [goals_table(goals(results)), *tables]
    ]
    plots = [f"![]({name})" for name in pictures]
    return "\n\n".join(["# Beside other servers", about, *sections, *plots]) + "\n"


def _markdown(table: Table) -> str:
    rules = ["---", *["---:"] * (len(table.heads) - 2), "---"]
    lines = [table.heads, rules, *table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _ratio(value: float, other: float | None) -> str:
    return f"{value / other:.2f}" if other and value > 0 else "–"


def _soundness(item: Figures) -> str:
    if item.missing:
        return f"{item.missing:,} missing"
    return item.fault or "came"
