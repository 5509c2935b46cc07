"""``python -m tests.fuzz``: real clients against a real server, for as long as you like.

``--seeds 1,2,3`` runs each seed in turn, ``--seconds`` long (both scenarios share the time). A seed
that fails is kept in ``regressions.json``, which pytest runs again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys

from tests.fuzz.driver import SCENARIOS, Failed, run
from tests.fuzz.regressions import keep


def main() -> int:
    """Run what the arguments, or FUZZ_SECONDS and FUZZ_SEED, say; return 1 if a run failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    default = os.environ.get("FUZZ_SEED") or str(random.SystemRandom().randrange(1 << 32))
    seconds = float(os.environ.get("FUZZ_SECONDS") or 120)
    parser.add_argument("--seeds", "--seed", default=default, help="numbers, with commas between")
    parser.add_argument("--seconds", type=float, default=seconds, help="for each seed")
    parser.add_argument("--scenario", choices=[*SCENARIOS, "both"], default="both")
    options = parser.parse_args()
    scenarios = SCENARIOS if options.scenario == "both" else (options.scenario,)
    failures = 0
    for seed in map(int, options.seeds.replace(" ", ",").split(",")):
        for scenario in scenarios:
            length = options.seconds / len(scenarios)
            print(f"{scenario}: seed {seed}, {length:g} s", flush=True)
            try:
                print(asyncio.run(run(scenario, seed, length)), flush=True)
            except Failed as failure:
                failures += 1
                keep(scenario, seed, length, str(failure))
                print(failure, file=sys.stderr, flush=True)
    print(json.dumps({"failures": failures}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
