"""npm's OT types in a Node process: many requests at once, their answers in order."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

__all__ = ["ask", "fuzz_scale", "fuzz_seed"]

_SCRIPTS: Final = Path(__file__).parents[1] / "peers"


def ask(
    requests: Sequence[dict[str, Any]], script: str = "json0_oracle.mjs"
) -> list[dict[str, Any]]:
    """Return the oracle's answers: each holds ``result``, or ``error`` where npm threw.

    The kinds of request stand at the top of the *script*, one of those beside
    ``json0_oracle.mjs``.
    """
    lines = "\n".join(json.dumps(request) for request in requests)
    done = subprocess.run(
        ["node", str(_SCRIPTS / script)], input=lines.encode(), capture_output=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def fuzz_scale() -> int:
    """Return by how much the number of random cases is multiplied."""
    return int(os.environ.get("FUZZ_SCALE", "1"))


def fuzz_seed() -> int:
    """Return the seed of this run and print it, so that a failing run can be repeated."""
    chosen = int(os.environ.get("FUZZ_SEED", SystemRandom().randrange(2**32)))
    print(f"FUZZ_SEED={chosen}")
    return chosen
