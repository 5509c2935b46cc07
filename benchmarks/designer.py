"""Benchmark of the designer's feel: one's own edit until it is painted, dragging, loading.

    python -m benchmarks.designer [WEB_DIR]        (`make bench-web`)

A room of 2,000 nodes is opened in a real browser while 20 other people move their pointers 20 times
a second; once the nodes stand on ten pages, and once all of them on the one that is shown. Prints
how long one's own edits take until they are painted, how many frames a second are drawn while an
element is dragged, how long the room takes to load, and how much the browser loads and keeps.
Goals: 50 ms at p95, 60 frames, 2 s, 700 KB of gzip.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.process import ServerProcess, machine_facts

__all__ = ["main"]

NODES = 2_000
PEOPLE = 20
EDITS = 120
LOADS = 5
_PAGES = 10
_SECONDS_MAX = 600
_SCRIPT = Path(__file__).with_suffix(".mjs")
_EDITED = {
    "alone": "letter typed in the inspector, nobody else",
    "together": f"letter typed in the inspector, {PEOPLE} cursors",
    "inline": "letter typed on the page",
    "moved": "element moved by Alt and an arrow",
    "selected": "element selected by a click",
}


def main() -> int:
    """Measure and print one table; 1 if the browsers failed."""
    default = Path(__file__).parents[1] / "web" / "dist"
    web_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    if not (web_dir / "index.html").exists():
        print(f"{web_dir / 'index.html'} is not there: run `make build`", file=sys.stderr)
        return 1
    os.environ["WEB_DIR"] = str(web_dir.resolve())
    print(machine_facts())
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder)) as server:
        for room, (_, pages) in _ROOMS.items():
            server.import_model(room, json.dumps(_model(room, pages())).encode())
        arguments = [server.url, str(PEOPLE), str(EDITS), str(LOADS), *_ROOMS]
        browsers = subprocess.run(
            ["node", str(_SCRIPT), *arguments],
            stdout=subprocess.PIPE,
            check=False,
            timeout=_SECONDS_MAX,
        )
    if browsers.returncode:
        return 1
    for room, found in json.loads(browsers.stdout).items():
        _print(_ROOMS[room][0], found, web_dir)
    print(f"load average {os.getloadavg()[0]:.1f} after; the browser draws without a graphics card")
    return 0


def _print(where: str, found: dict[str, Any], web_dir: Path) -> None:
    times = {name: sorted(found[name]) for name in (*_EDITED, "frames", "loads")}
    rate = 1_000 * len(times["frames"]) / sum(times["frames"])
    size = sum(len(gzip.compress((web_dir / name).read_bytes(), 9)) for name in found["files"])
    print(f"\nA designer's browser in a room of {NODES:,} nodes {where}")
    print(f"{'':<50}{'p50':>6}   {'p95':>6}        goal")
    for name, title in _EDITED.items():
        print(f"{title:<47}{_row(times[name])}       50 ms")
    print(f"{'time between two frames while dragging':<47}{_row(times['frames'])}")
    print(f"{'frames a second while dragging':<47}{rate:6.1f}                      60")
    print(f"{'room opened until its page is drawn':<47}{_row(times['loads'])}    2,000 ms")
    print(f"{'longest task of a load, median':<47}{statistics.median(found['longTasks']):6.0f} ms")
    print(f"{'memory of the scripts after it':<47}{found['heap'] / 1e6:6.1f} MB")
    print(f"{'files loaded for it, gzip':<47}{size / 1000:6.0f} KB               700 KB")


def _row(times: list[float]) -> str:
    return f"{times[len(times) // 2]:6.0f} ms {times[len(times) * 95 // 100]:6.0f} ms"


def _model(name: str, pages: list[dict[str, Any]]) -> dict[str, Any]:
    return {"application": {"id": name, "name": "Two thousand elements", "pages": pages}}


def _ten_pages() -> list[dict[str, Any]]:
    """Return pages that are alike, of about ``NODES`` nodes together."""
    return [_page(number, NODES // _PAGES) for number in range(_PAGES)]


def _page(number: int, count: int) -> dict[str, Any]:
    # A card of five: heading, text, badge, button, and itself.
    cards = [
        {
            "component": "Card@1",
            "props": {"title": f"Kunde {index}"},
            "children": [
                {"component": "Heading@1", "props": {"text": f"Größe {index}", "level": 3}},
                {"component": "Text@1", "props": {"text": "Bestellt, bezahlt und geliefert"}},
                {"component": "Badge@1", "props": {"text": "offen"}},
                {"component": "Button@1", "props": {"label": f"Öffnen {index}"}},
            ],
        }
        for index in range((count - 2) // 5)
    ]
    grid = {"component": "Grid@1", "props": {"columns": 4}, "children": cards}
    return {"name": f"Page{number}", "path": f"/page-{number}", "children": [grid]}


def _one_page() -> list[dict[str, Any]]:
    """Return one page with all ``NODES``, in sections of fifty."""
    sections = [_section(number) for number in range(NODES // 50)]
    return [{"name": "Page", "path": "/", "children": sections}]


def _section(number: int) -> dict[str, Any]:
    """Return a heading, its text, three figures and six cards with a field and a button each."""
    figures = [
        {"component": "Metric@1", "props": {"label": f"Umsatz {index}", "value": index * 100}}
        for index in range(3)
    ]
    cards = [
        {
            "component": "Card@1",
            "props": {"title": f"Kunde {index}"},
            "children": [
                {
                    "component": "Stack@1",
                    "props": {"direction": "row"},
                    "children": [
                        {"component": "Heading@1", "props": {"text": f"Größe {index}", "level": 3}},
                        {"component": "Badge@1", "props": {"text": "offen"}},
                    ],
                },
                {"component": "Text@1", "props": {"text": "Bestellt, bezahlt und geliefert"}},
                {"component": "TextField@1", "props": {"label": f"Straße {index}"}},
                {"component": "Button@1", "props": {"label": f"Öffnen {index}"}},
            ],
        }
        for index in range(number * 6, number * 6 + 6)
    ]
    children = [
        {"component": "Heading@1", "props": {"text": f"Gebiet {number}", "level": 2}},
        {"component": "Text@1", "props": {"text": "Kunden und ihre Bestellungen"}},
        {"component": "Grid@1", "props": {"columns": 3}, "children": figures},
        {"component": "Grid@1", "props": {"columns": 3}, "children": cards},
    ]
    return {"component": "Stack@1", "children": children}


# Each room's name on the server, where its nodes stand, and its pages.
_ROOMS = {
    "ten": ("on ten pages", _ten_pages),
    "one": ("on the one page that is shown", _one_page),
}


if __name__ == "__main__":
    sys.exit(main())
