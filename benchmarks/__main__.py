"""All benchmarks, one after the other: ``python -m benchmarks [NAME ...]``.

Each runs in a process of its own, so that none finds the memory of another, and is ended when its
time is up. Each also runs alone, as ``python -m benchmarks.NAME``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

__all__ = ["main"]

# In the order from the inside out, with how long each may take in seconds: some twice what
# it takes on an idle machine of two cores.
BENCHMARKS = {"ot": 30, "store": 60, "room": 75, "server": 180}


def main() -> int:
    """Run the benchmarks that are named, all of them by default; the exit code counts failures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    failed = 0
    for name in names:
        print(f"\n=== {name} " + "=" * (90 - len(name)), flush=True)
        start = time.monotonic()
        try:
            code = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}"], timeout=BENCHMARKS[name], check=False
            ).returncode
            state = "done" if code == 0 else f"failed with exit code {code}"
        except subprocess.TimeoutExpired:
            code, state = 1, "ended, because its time was up"
        failed += code != 0
        print(f"--- {name}: {state} after {time.monotonic() - start:.0f} s", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
