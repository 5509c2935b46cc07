"""Benchmark of the designer's feel: one's own edit until it is painted, dragging, loading.

    python -m benchmarks.designer [WEB_DIR]        (`make bench-web`)

A room of 2,000 nodes is opened in a real browser while 20 other people move their pointers 20 times
a second. Prints how long a letter typed in the inspector takes until the canvas has painted it, how
many frames a second are drawn while an element is dragged, how long the room takes to load, and how
much the browser loads for it. Goals: 50 ms at p95, 60 frames, 2 s, 700 KB of gzip.
"""

from __future__ import annotations

import gzip
import json
import os
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
_SECONDS_MAX = 300
_SCRIPT = Path(__file__).with_suffix(".mjs")


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
        server.import_model("designer", json.dumps(_model()).encode())
        browsers = subprocess.run(
            ["node", str(_SCRIPT), server.url, "designer", str(PEOPLE), str(EDITS), str(LOADS)],
            stdout=subprocess.PIPE,
            check=False,
            timeout=_SECONDS_MAX,
        )
    if browsers.returncode:
        return 1
    _print(json.loads(browsers.stdout), web_dir)
    print(f"load average {os.getloadavg()[0]:.1f} after; the browser draws without a graphics card")
    return 0


def _print(found: dict[str, Any], web_dir: Path) -> None:
    alone, together, frames, loads = (
        sorted(found[name]) for name in ("alone", "together", "frames", "loads")
    )
    rate = 1_000 * len(frames) / sum(frames)
    size = sum(len(gzip.compress((web_dir / name).read_bytes(), 9)) for name in found["files"])
    print(f"\nA designer's browser in a room of {NODES:,} nodes, and {PEOPLE} others who point")
    print("                                                   p50      p95     goal")
    print(f"letter typed until painted, alone             {_row(alone)}    50 ms")
    print(f"letter typed until painted, {PEOPLE} cursors move    {_row(together)}    50 ms")
    print(f"time between two frames while dragging        {_row(frames)}")
    print(f"frames a second while dragging                {rate:8.1f}             60")
    print(f"room opened until its page is drawn           {_row(loads)} 2,000 ms")
    print(f"files loaded for it, gzip                     {size / 1000:5.0f} KB            700 KB")


def _row(times: list[float]) -> str:
    return f"{times[len(times) // 2]:5.0f} ms {times[len(times) * 95 // 100]:5.0f} ms"


def _model() -> dict[str, Any]:
    """Return an application of about ``NODES`` nodes on pages that are alike."""
    per_page = NODES // _PAGES
    return {
        "application": {
            "id": "designer",
            "name": "Two thousand elements",
            "pages": [_page(number, per_page) for number in range(_PAGES)],
        }
    }


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


if __name__ == "__main__":
    sys.exit(main())
