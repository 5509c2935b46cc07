"""What a run of the peers is held against: its figures here are made up, the verdicts are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from loadtests.peers import plots, tables
from loadtests.peers.__main__ import WORKS, write
from loadtests.peers.goals import Goal, goals
from loadtests.peers.highest import HighestFigures
from loadtests.peers.pause import PauseFigures
from loadtests.peers.results import Results, best_peer
from loadtests.peers.rooms import Figures
from loadtests.peers.storm import StormFigures

_FIGURES = Figures(edits=1_000, deliveries=99_000, cpu_us=4.0, p50=5.0, p99=20.0, ack_p99=14.9)


def _results() -> Results:
    """Return a run in which every goal is just met."""
    room = {
        "ours-yjs": _FIGURES,
        "hocuspocus": replace(_FIGURES, cpu_us=8.0, p99=20.1),
        "y-websocket": replace(_FIGURES, cpu_us=9.0, p99=30.0),
        "sharedb": Figures(fault="größer als erlaubt"),
        "bare": replace(_FIGURES, cpu_us=2.0, p99=1.0),
    }
    paused = PauseFigures(grown_mb=23.9, returned="caught up")
    return Results(
        "two cores",
        600.0,
        {"a": dict(room), "b": dict(room)},
        {"ours-yjs": StormFigures(joins_per_second=30), "y-websocket": StormFigures(10)},
        {"ours-yjs": (PauseFigures(grown_mb=8.0), paused), "hocuspocus": (None, paused)},
        {"ours-yjs": HighestFigures(1_500, 40.0), "bare": HighestFigures(9_000, 1.0)}
        | {"hocuspocus": HighestFigures(500, 40.0)},
    )


def _missed(results: Results) -> list[str]:
    return [goal.text for goal in goals(results) if not goal.is_met]


def test_goals_that_are_just_met() -> None:
    """[LT6] ratios are to the best peer, which the bare loop is none of."""
    found = goals(_results())
    assert {goal.text[:3] for goal in found} == {"(a)", "(b)", "(e)", "(f)", "(g)"}
    assert [goal for goal in found if not goal.is_met] == []
    assert len(found) == 10


def test_goals_that_are_just_missed() -> None:
    """[LT6] each goal is missed by its own figure, and by it alone."""
    results = _results()
    rooms, ours = results.works, _FIGURES
    rooms["b"]["ours-yjs"] = replace(ours, cpu_us=4.1)
    assert len(_missed(results)) == 2, "against Hocuspocus and against the bare loop"
    rooms["b"]["ours-yjs"] = replace(ours, p99=20.1)
    assert _missed(results) == ["(b) ours-yjs: p99 below each peer's"]
    rooms["b"]["ours-yjs"] = replace(ours, missing=1)
    assert _missed(results) == ["(b) ours-yjs: every delivery came"]
    rooms["b"]["ours-yjs"] = ours
    rooms["a"]["ours-yjs"] = replace(ours, ack_p99=15.0)
    assert _missed(results) == ["(a) ours-yjs: durable ack p99 under 15 ms"]
    rooms["a"]["ours-yjs"] = replace(ours, cpu_us=8.0)
    assert _missed(results) == ["(a) ours-yjs: CPU below each peer's"]
    rooms["a"]["ours-yjs"] = ours
    results.storm["ours-yjs"] = StormFigures(joins_per_second=29.9)
    results.highest["ours-yjs"] = HighestFigures(1_499, 40.0)
    assert [text[:3] for text in _missed(results)] == ["(e)", "(g)"]


def test_a_server_that_failed_meets_nothing() -> None:
    """[LT6] what ours did not finish is missed, and a peer that failed is no measure."""
    results = _results()
    for letter in "abefg":
        results.note_fault(letter, "ours-yjs", "ended by itself")
    assert {goal.is_met for goal in goals(results)} == {False}
    assert best_peer(results.works["b"], lambda item: item.cpu_us, min) == 8.0
    assert best_peer({"bare": 1.0, "ours-yjs": 1.0}, float, max) is None


def test_the_page_of_a_run(tmp_path: Path) -> None:
    """[LT6] every goal stands there with its verdict, and every server with its ratios."""
    results = _results()
    results.works["b"]["ours-yjs"] = replace(_FIGURES, cpu_us=6.0)
    shown = [tables.work_table(WORKS[letter], results.works[letter]) for letter in "ab"]
    shown += [tables.storm_table(150, results.storm), tables.pause_table(200, results.pause)]
    shown.append(tables.highest_table(100, results.highest))
    write(results, shown, tmp_path)
    page = (tmp_path / "peers.md").read_text()
    verdicts = [line for line in page.splitlines() if line.endswith(("| PASS |", "| MISSED |"))]
    assert len(verdicts) == len(goals(results))
    assert "CPU against Hocuspocus, at most 0.5 × | 0.75 × | MISSED |" in page
    (ours,) = [
        line for line in page.partition("## (b)")[2].splitlines() if "Design Rooms, Yjs" in line
    ][:1]
    assert "| 6.00 | 0.75 | 3.00 |" in ours
    assert "größer als erlaubt" in page
    assert "| Design Rooms, Yjs | 8.0 | 23.9 | 15.9 |" in page
    assert "| Hocuspocus 4.7 | – | 23.9 | ≤ 23.9 |" in page
    for name in plots.draw(results, tmp_path):
        assert f"![]({name})" in page
        assert (tmp_path / name).read_text().startswith("<?xml")
    for table in [*shown, tables.goals_table([Goal("größer", "1", is_met=False)])]:
        assert len({len(row) for row in [table.heads, *table.rows]}) == 1
        assert tables.text_of(table).count("\n") == len(table.rows) + 1
