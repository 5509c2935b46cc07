"""Random histories of a cluster: crashes, pauses, cuts, loss, and a Redis that forgets.

A history is its seed. One that fails is added to ``regressions.json`` with what was wrong.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.sim.mistakes import MISTAKES
from tests.sim.world import run_seed

_SCALE: Final = int(os.environ.get("FUZZ_SCALE", "1"))
_SEEDS_A_TEST: Final = 20
_SEEDS: Final = 160 * _SCALE
# Within so many histories each mistake shows several times.
_SHOWN_WITHIN: Final = 60
_REGRESSIONS: Final = Path(__file__).with_name("regressions.json")


@pytest.mark.parametrize("first", range(0, _SEEDS, _SEEDS_A_TEST))
def test_history(first: int) -> None:
    """[ND1] whatever befalls the nodes, in the end all have what the log says.

    [ND2] Each acknowledged op is in the log, once; the log has no gap; no stale owner wrote.
    """
    happened: Counter[str] = Counter()
    revisions = 0
    for seed in range(first, first + _SEEDS_A_TEST):
        try:
            length, befallen = run_seed(seed)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
        revisions += length
        happened += befallen
    assert revisions > 20 * _SEEDS_A_TEST
    assert len(happened) >= 8, happened


@pytest.mark.parametrize("case", json.loads(_REGRESSIONS.read_text()), ids=lambda case: case["why"])
def test_regressions(case: dict[str, Any]) -> None:
    """[ND1] histories that failed once hold."""
    run_seed(case["seed"], case["steps"])


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_shows(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """[ND2] a cluster that makes a deliberate mistake does not come through the histories."""
    MISTAKES[mistake](monkeypatch)
    for seed in range(_SHOWN_WITHIN):
        try:
            run_seed(seed)
        except (AssertionError, KeyError):
            return
    pytest.fail(f"{_SHOWN_WITHIN} histories did not show it: {mistake}")
