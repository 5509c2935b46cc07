"""Benchmark of the whole way: a keystroke in a designer until another browser's preview shows it.

Two chromium processes, a server, its preview process and everything between them share this
machine. Alone: ``python -m benchmarks.visible``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.history import sample_path
from benchmarks.process import ServerProcess, machine_facts

__all__ = ["main"]

EDITS = 100
_SECONDS_MAX = 90
_SCRIPT = Path(__file__).with_suffix(".mjs")


def main() -> int:
    """Measure and print one table; 1 if the browsers failed."""
    print(machine_facts())
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder)) as server:
        server.import_model("visible", sample_path().read_bytes())
        browsers = subprocess.run(
            ["node", str(_SCRIPT), server.url, "visible", str(EDITS)],
            stdout=subprocess.PIPE,
            check=False,
            timeout=_SECONDS_MAX,
        )
    if browsers.returncode:
        return 1
    times = sorted(json.loads(browsers.stdout))
    middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
    print(
        f"\nLabel typed in a designer until another browser's preview has painted it "
        f"({len(times)} edits)\n"
        f"         p50 {middle:.0f} ms   p95 {late:.0f} ms   most {times[-1]:.0f} ms"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
