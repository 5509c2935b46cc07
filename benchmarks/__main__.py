"""All benchmarks, one after the other: ``python -m benchmarks [NAME ...]``.

Each runs in a process of its own, so that none finds the memory of another, and is ended when its
time is up. Each also runs alone, as ``python -m benchmarks.NAME``.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time

__all__ = ["main"]

# In the order from the inside out, with how long each may take in seconds: two to three times what
# it takes on an idle machine of two cores.
BENCHMARKS = {
    "ot": 30,
    "expressions": 90,
    "store": 120,
    "room": 90,
    "layers": 90,
    "server": 240,
    "sharedb": 150,
    "data": 120,
    "preview_rest": 120,
    "visible": 120,
    "player_size": 10,
    "designer": 180,
    "workflows": 60,
    "idle": 240,
}
# How long one whose time is up may take to end what it has started.
_LAST_SECONDS = 30


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
        code, state = run(name, BENCHMARKS[name])
        failed += code != 0
        print(f"--- {name}: {state} after {time.monotonic() - start:.0f} s", flush=True)
    return failed


def run(name: str, seconds_max: float) -> tuple[int, str]:
    """Run one benchmark and return its exit code and what became of it."""
    process = subprocess.Popen([sys.executable, "-m", f"benchmarks.{name}"])
    try:
        code = process.wait(seconds_max)
    except subprocess.TimeoutExpired:
        # As Ctrl-C does: killed at once, it could not end the server that it has started.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return 1, "ended, because its time was up,"
    return code, "done" if code == 0 else f"failed with exit code {code}"


if __name__ == "__main__":
    sys.exit(main())
