"""npm's json0 in a Node process: many requests at once, their answers in order."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

__all__ = ["ask"]

_SCRIPT: Final = Path(__file__).parents[1] / "peers" / "json0_oracle.mjs"


def ask(requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the oracle's answers: each holds ``result``, or ``error`` where npm threw.

    The kinds of request stand in ``json0_oracle.mjs``.
    """
    lines = "\n".join(json.dumps(request) for request in requests)
    done = subprocess.run(
        ["node", str(_SCRIPT)], input=lines.encode(), capture_output=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
