"""Random histories of rooms with OT clients, Yjs clients on pycrdt and on npm's Yjs.

``FUZZ_SCALE`` multiplies the number of seeds. A history that fails is named by its test's id:
its kind and seed; add it to ``regressions.json``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.crdt.oracle import YjsOracle
from tests.room.histories import run_history

_STEPS: Final = 300
_SEEDS: Final = {"free": 24, "free-js": 14, "application": 16, "application-js": 14}
_SCALE: Final = int(os.environ.get("FUZZ_SCALE", "1"))
_REGRESSIONS: Final = Path(__file__).with_name("regressions.json")


@pytest.fixture(scope="module")
def oracle() -> Iterator[YjsOracle]:
    with YjsOracle() as process:
        yield process


def _histories() -> list[tuple[str, int]]:
    return [(kind, seed) for kind, count in _SEEDS.items() for seed in range(count * _SCALE)]


@pytest.mark.parametrize(("kind", "seed"), _histories())
def test_history(kind: str, seed: int, oracle: YjsOracle) -> None:
    """[BR1] document, Doc, twin and fold are one after every commit, and all replicas at the end.

    [RM1] revisions are gapless; [RM4] what was acknowledged is in the log, once ([RM6]).
    """
    report = run_history(kind, seed, _STEPS, oracle if kind.endswith("js") else None)
    assert report.revisions > 20 and report.edits > 50


@pytest.mark.parametrize("case", json.loads(_REGRESSIONS.read_text()), ids=lambda case: case["why"])
def test_regressions(case: dict[str, Any], oracle: YjsOracle) -> None:
    """[BR1] histories that failed once hold."""
    kind = case["kind"]
    run_history(kind, case["seed"], case["steps"], oracle if kind.endswith("js") else None)


def test_there_are_twenty_thousand_steps() -> None:
    """[BR1] the histories of every run take enough steps to be worth something."""
    assert _STEPS * len(_histories()) >= 20_000
