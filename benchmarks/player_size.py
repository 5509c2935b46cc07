"""How much a browser loads before the preview's first page can be drawn, in kilobytes of gzip.

    python -m benchmarks.player_size [WEB_DIR]

Counts what the built ``preview.html`` names and every module that those import statically; what is
loaded when it is first needed is listed apart. The goal is 150 KB.
"""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path

__all__ = ["main"]

_GOAL_BYTES = 150_000
_NAMED = re.compile(r'(?:src|href)="/(assets/[^"]+)"')
# As builds write `import…from"./x.js"`, `export…from"./x.js"` and `import"./x.js"`.
_STATIC = re.compile(r'(?:\bfrom|\bimport)\s*["\']\./([^"\']+\.js)["\']')
_DYNAMIC = re.compile(r'["\'](?:\./|assets/)([^"\'/]+\.(?:js|css))["\']')


def main() -> int:
    """Print the sizes; the exit code says whether the goal is met."""
    default = Path(__file__).parents[1] / "web" / "dist"
    web_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    page = web_dir / "preview.html"
    if not page.exists():
        print(f"{page} is not there: run `make build`", file=sys.stderr)
        return 1
    first = [page, *sorted(_closure(web_dir, _NAMED.findall(page.read_text(encoding="utf-8"))))]
    total = sum(_print(path) for path in first)
    print(f"{'first load':40} {total / 1000:8.1f} KB  (goal {_GOAL_BYTES / 1000:.0f} KB)")
    print("\nwhen first needed")
    for path in sorted(_later(web_dir, first)):
        _print(path)
    return int(total > _GOAL_BYTES)


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


def _later(web_dir: Path, first: list[Path]) -> set[Path]:
    """Return what the files of the first load may import later, with what that imports."""
    names = {
        f"assets/{name}"
        for path in first
        if path.suffix == ".js"
        for name in _DYNAMIC.findall(path.read_text(encoding="utf-8"))
        if (path.parent / name).exists()
    }
    return _closure(web_dir, sorted(names)) - set(first)


def _print(path: Path) -> int:
    size = len(gzip.compress(path.read_bytes(), 9))
    print(f"{path.name:40} {size / 1000:8.1f} KB")
    return size


if __name__ == "__main__":
    sys.exit(main())
