"""How much a browser loads until a page of the preview is complete, in kilobytes of gzip.

    python -m benchmarks.player_size [WEB_DIR]

Lists what the built ``preview.html`` names and all that those files import statically; then a real
browser opens pages of the order management with an empty cache, and what it asked for counts, the
expression engine included. The goal is 150 KB for each page.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.history import sample_path
from benchmarks.process import ServerProcess

__all__ = ["main"]

_GOAL_BYTES = 150_000
_SECONDS_MAX = 150
_SCRIPT = Path(__file__).with_suffix(".mjs")
_NAMED = re.compile(r'(?:src|href)="/(assets/[^"]+)"')
# As builds write `import…from"./x.js"`, `export…from"./x.js"` and `import"./x.js"`.
_STATIC = re.compile(r'(?:\bfrom|\bimport)\s*["\']\./([^"\']+\.js)["\']')

_PAGES = {
    "/": "dashboard: figures, a chart",
    "/orders": "orders: filters, a table",
    "/orders/new": "order: a form, a table to edit",
}


def main() -> int:
    """Print the sizes; the exit code says whether every page meets the goal."""
    default = Path(__file__).parents[1] / "web" / "dist"
    web_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    page = web_dir / "preview.html"
    if not page.exists():
        print(f"{page} is not there: run `make build`", file=sys.stderr)
        return 1
    first = _closure(web_dir, _NAMED.findall(page.read_text(encoding="utf-8"))) | {page}
    print("named by the page, or imported by what is")
    for path in sorted(first):
        print(f"  {path.name:38} {_size(path) / 1000:8.1f} KB")
    print(f"  {'':38} {sum(map(_size, first)) / 1000:8.1f} KB")
    totals = [
        _print_page(path, {web_dir / name for name in names}, first)
        for path, names in _loaded(web_dir).items()
    ]
    return int(max(totals) > _GOAL_BYTES)


def _print_page(path: str, loaded: set[Path], first: set[Path]) -> int:
    """Print what one page loads beside the *first* files; return the bytes of all."""
    print(f"\n{_PAGES[path]}")
    for later in sorted(loaded - first):
        print(f"  {later.name:38} {_size(later) / 1000:8.1f} KB")
    total = sum(map(_size, loaded | first))
    print(f"  {'all':38} {total / 1000:8.1f} KB  (goal {_GOAL_BYTES / 1000:.0f} KB)")
    return total


def _loaded(web_dir: Path) -> dict[str, list[str]]:
    """Return the files of the build that a browser asks for, by the path of the page."""
    os.environ["WEB_DIR"] = str(web_dir.resolve())
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder)) as server:
        server.import_model("player", sample_path().read_bytes())
        browser = subprocess.run(
            ["node", str(_SCRIPT), server.url, "player", *_PAGES],
            stdout=subprocess.PIPE,
            check=True,
            timeout=_SECONDS_MAX,
        )
    loaded: dict[str, list[str]] = json.loads(browser.stdout)
    return loaded


def _closure(web_dir: Path, names: list[str]) -> set[Path]:
    """Return the files of these names and all that they import statically."""
    found: set[Path] = set()
    waiting = [web_dir / name for name in names]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".js":
            text = path.read_text(encoding="utf-8")
            waiting += [path.parent / name for name in _STATIC.findall(text)]
    return found


def _size(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


if __name__ == "__main__":
    sys.exit(main())
