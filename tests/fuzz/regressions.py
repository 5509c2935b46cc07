"""Seeds that failed once, kept so that they are run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

__all__ = ["keep", "kept"]

_PATH: Final = Path(__file__).with_name("regressions.json")
# Enough of a failure's text to know it by.
_TEXT_MAX: Final = 300


def kept() -> list[dict[str, Any]]:
    """Return the runs that failed: ``{scenario, seed, seconds, failure}``."""
    runs: list[dict[str, Any]] = json.loads(_PATH.read_text())
    return runs


def keep(scenario: str, seed: int, seconds: float, failure: str) -> None:
    """Add a run to those that are run again."""
    known = [(item["scenario"], item["seed"]) for item in kept()]
    if (scenario, seed) in known:
        return
    item = {"scenario": scenario, "seed": seed, "seconds": seconds, "failure": failure[:_TEXT_MAX]}
    text = json.dumps([*kept(), item], indent=2, ensure_ascii=False)
    _PATH.write_text(text + "\n")
